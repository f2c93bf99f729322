/**
 * The words that generated schemas are written in: zod/mini's, tolerant as JSON Schema is (an object lets members pass that it does not
 * name), with JSON Schema's own beside them. Not one is generic: what a schema holds, the generated file states, so that
 * thousands of them cost a type checker next to nothing. Imported under our own name, since under pnpm a user's folder cannot reach
 * a package that only we depend on.
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

/** A schema that is built when it is first asked for, and kept: a file of them builds nothing when it is imported. */
export function component<T>(build: () => Schema): () => Schema<T> {
  let built: Schema<T> | undefined;
  return () => {
    // What it holds is the document's word, which no expression in it repeats.
    built ??= build() as Schema<T>;
    return built;
  };
}
/** A component where it is used: in a circle, too. */
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
/** Takes no members but those it names. */
export const closed = (shape: Shape, ...checks: Checks): Schema => mini.strictObject(shape).check(...checks);
/** Its other members are all of one kind. */
export const open = (shape: Shape, rest: Schema, ...checks: Checks): Schema =>
  mini.catchall(mini.object(shape), rest).check(...checks);
export const array = (item: Schema, ...checks: Checks): Schema => mini.array(item).check(...checks);
/** `prefixItems` says what stands there, not that it does. */
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
