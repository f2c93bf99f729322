/**
 * The functions that generated schemas call: zod/mini's, as tolerant as JSON Schema (an object accepts members that it does not name),
 * and JSON Schema's own checks. None is generic: the generated file states each schema's type, so that thousands of schemas cost a type
 * checker almost nothing. Generated files import this module instead of zod, since under pnpm a user's project cannot import a package
 * that only latchkey depends on.
 */
import * as mini from "zod/mini";
import {
  all as allOf,
  discriminated as byName,
  type Check,
  equals,
  type Schema,
  whole,
} from "./util/json-schema-checks.ts";

export {
  type Check,
  conditional,
  contains,
  date,
  dateTime,
  dependentRequired,
  dependentSchemas,
  gt,
  gte,
  lt,
  lte,
  maxItems,
  maxLength,
  members,
  minItems,
  minLength,
  multipleOf,
  not,
  pattern,
  propertyCount,
  propertyNames,
  requires,
  type Schema,
  uniqueItems,
  uuid,
} from "./util/json-schema-checks.ts";

type Checks = readonly Check[];
type Shape = Readonly<Record<string, Schema>>;
type Scalar = string | number | boolean | null;

/** A schema that is built on first use, so that importing a file of schemas builds none. */
export function component<T>(build: () => Schema): () => Schema<T> {
  let built: Schema<T> | undefined;
  return () => {
    // The type comes from the generated file: nothing in the schema repeats it.
    built ??= build() as Schema<T>;
    return built;
  };
}
/** A reference to a component, which may be recursive. */
export const lazy = (get: () => Schema): Schema => mini.lazy(get);

export const unknown = (...checks: Checks): Schema => mini.unknown().check(...checks);
export const never = (): Schema => mini.never();
export const none = (): Schema => mini.null();
export const boolean = (): Schema => mini.boolean();
export const string = (...checks: Checks): Schema => mini.string().check(...checks);
export const number = (...checks: Checks): Schema => mini.number().check(...checks);
export const integer = (...checks: Checks): Schema => mini.number().check(whole, ...checks);
export const literal = (...values: Scalar[]): Schema => mini.literal(values);
export const constant = (value: unknown): Schema => mini.unknown().check(equals(value));

export const object = (shape: Shape, ...checks: Checks): Schema => mini.looseObject(shape).check(...checks);
/** Accepts no members but those that it names. */
export const closed = (shape: Shape, ...checks: Checks): Schema => mini.strictObject(shape).check(...checks);
/** An object whose other members all match one schema. */
export const open = (shape: Shape, rest: Schema, ...checks: Checks): Schema =>
  mini.catchall(mini.object(shape), rest).check(...checks);
export const array = (item: Schema, ...checks: Checks): Schema => mini.array(item).check(...checks);
/** `prefixItems` describes the items at the first positions, and does not require them. */
export const tuple = (items: readonly Schema[], rest: Schema | undefined, ...checks: Checks): Schema => {
  const [first = mini.unknown(), ...others] = items.map((item) => mini.optional(item));
  return (rest ? mini.tuple([first, ...others], rest) : mini.tuple([first, ...others])).check(...checks);
};

export const optional = (schema: Schema): Schema => mini.optional(schema);
export const nullable = (schema: Schema): Schema => mini.nullable(schema);
export const union = (schemas: readonly Schema[]): Schema => mini.union(schemas);
export const all = (...schemas: readonly Schema[]): Schema => mini.unknown().check(allOf(...schemas));
export const discriminated = (property: string, variants: Parameters<typeof byName>[1]): Schema =>
  object({}, byName(property, variants));
