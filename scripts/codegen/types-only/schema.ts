/** The type of a schema: openapi-typescript's shapes, so that what was written against them goes on compiling. */
import { arrayType } from "./array-type.ts";
import { below, type Context, insideOf, type Place } from "./context.ts";
import { objectType } from "./object-type.ts";
import { countInlined, referenceType, targetOf } from "./references.ts";
import { emptyObject, intersection, isPrimitive, keyword, named, objectOf, type TypeNode, union } from "./type-node.ts";
import { componentOf } from "../openapi/schema-graph.ts";
import { isObject, type Json, type JsonObject, toList, toObject, toText } from "../util/json.ts";
import { parsePointer, toPointer } from "../util/json-pointer.ts";

export function schemaType(context: Context, schema: Json | undefined, place: Place): TypeNode {
  if (schema === false) return keyword("never");
  if (!isObject(schema)) return keyword("unknown");
  const ref = toText(schema.$ref);
  if (ref !== undefined && closesCircle(context, schema, place)) return anything;
  if (ref !== undefined)
    return referenceType(context, ref, (target, at) => schemaType(context, target, { ...place, pointer: at }));
  if (schema.const !== undefined && schema.const !== null) return literalType(schema.const);
  if (isEnumeration(schema)) return enumeration(schema);
  const whole = composition(context, schema, place);
  return schema.nullable === true && whole !== anything ? union([whole, keyword("null")]) : whole;
}

const anything = keyword("unknown");

/** Whether the schema lists its values; those of an object are schemas. */
const isEnumeration = (schema: JsonObject): boolean =>
  Array.isArray(schema.enum) &&
  schema.type !== "object" &&
  schema.properties === undefined &&
  schema.additionalProperties === undefined;

function enumeration(schema: JsonObject): TypeNode {
  const isNullable = schema.nullable === true || toList(schema.type).includes("null");
  return union([...toList(schema.enum).map(literalType), ...(isNullable ? [keyword("null")] : [])]);
}

function literalType(value: Json | undefined): TypeNode {
  if (value === null) return keyword("null");
  if (Array.isArray(value))
    return value.length === 0
      ? { kind: "array", item: keyword("never") }
      : { kind: "tuple", items: value.map(literalType) };
  if (!isObject(value)) return value === undefined ? anything : { kind: "literal", value };
  const members = Object.entries(value).map(([name, member]) => ({
    name,
    type: literalType(member),
    isOptional: false,
    isReadonly: false,
  }));
  return members.length === 0 ? emptyObject : objectOf(members);
}

/** The schema's own type, with `allOf` beside it; then `anyOf` as a further choice, and `oneOf` beside it or as one. */
function composition(context: Context, schema: JsonObject, place: Place): TypeNode {
  const own = ownType(context, schema, place);
  const all = toList(schema.allOf).flatMap((part) => partType(context, part, schema, place) ?? []);
  const parts = [...(own === undefined ? [] : [own]), ...all];
  let whole = parts.length === 0 ? undefined : intersection(parts);
  const any = branches(context, schema.anyOf, "anyOf", place);
  if (any.length > 0) whole = union([...(whole === undefined ? [] : [whole]), ...any]);
  const one = branches(context, schema.oneOf ?? (schema.type === "object" ? schema.enum : undefined), "oneOf", place);
  if (one.length > 0) {
    const beside = whole === undefined ? [] : [whole];
    whole = one.every(isPrimitive) ? union([...beside, ...one]) : intersection([...beside, union(one)]);
  }
  if (whole !== undefined) return whole;
  if (schema.type === undefined) return anything;
  return emptyType(context);
}

/** The type of an object without members. */
const emptyType = ({ options }: Context): TypeNode =>
  options.emptyObjectsUnknown ? named("Record", keyword("string"), anything) : emptyObject;

const branches = (context: Context, list: Json | undefined, name: string, place: Place): TypeNode[] =>
  partsOf(context, list, place).map((branch, index) => schemaType(context, branch, below(place, name, String(index))));

/** Without the references that would make a union of itself: they add no value that the others do not have. */
const partsOf = (context: Context, list: Json | undefined, place: Place): Json[] =>
  toList(list).filter((part) => !closesCircle(context, part, place));

function closesCircle(context: Context, part: Json, { component }: Place): boolean {
  const target = componentOf(toObject(part).$ref);
  return component !== undefined && target !== undefined && context.closesCircle(component, target);
}

/** A part of `allOf`: what the whole requires is required in it, and what chooses between the whole's kinds is left out. */
function partType(context: Context, part: Json, { required }: JsonObject, place: Place): TypeNode | undefined {
  const { all, written } = context.discriminators;
  const wanted = toList(required).filter((name) => typeof name === "string");
  const ref = toText(toObject(part).$ref);
  if (ref === undefined) {
    const inner = isObject(part) ? { ...part, required: [...wanted, ...toList(part.required)] } : part;
    return withoutDiscriminator(schemaType(context, inner, place), toObject(toObject(part).discriminator));
  }
  const pointer = toPointer(parsePointer(ref));
  const target = targetOf(context, ref);
  // In place of a reference that would make a type of itself: what the target says without what it is composed of.
  const type = closesCircle(context, part, place)
    ? copiedType(context, target, place)
    : schemaType(context, part, place);
  if (type === undefined) return undefined;
  const { properties } = target;
  const needed = written.has(pointer) ? [] : wanted.filter((name) => Object.hasOwn(toObject(properties), name));
  const whole = needed.length === 0 ? type : named("WithRequired", type, union(needed.map(literalType)));
  return withoutDiscriminator(whole, all.get(pointer) ?? {});
}

function copiedType(context: Context, target: JsonObject, place: Place): TypeNode | undefined {
  countInlined(context, target);
  return ownType(context, target, place);
}

const withoutDiscriminator = (type: TypeNode, { propertyName }: JsonObject): TypeNode =>
  typeof propertyName === "string" ? named("Omit", type, literalType(propertyName)) : type;

/** The type without what is composed with it; undefined where the schema says nothing of its own. */
function ownType(context: Context, schema: JsonObject, place: Place): TypeNode | undefined {
  if (!Array.isArray(schema.type)) return simpleType(context, schema, place);
  const isComposed = schema.allOf !== undefined || schema.anyOf !== undefined;
  const types = typesOf(schema, schema.type).map((type) => {
    const own = simpleType(context, { ...schema, type }, place);
    return own ?? (isComposed ? undefined : emptyType(context));
  });
  // One of its types is all that is beside it.
  if (schema.allOf !== undefined && types.includes(undefined)) return undefined;
  return union(types.filter((type) => type !== undefined));
}

function simpleType(context: Context, schema: JsonObject, place: Place): TypeNode | undefined {
  const { type } = schema;
  if (type === null) return keyword("null");
  if (type === "null" || type === "string" || type === "boolean") return keyword(type);
  if (type === "number" || type === "integer") return keyword("number");
  if (type === "array") return arrayType(context, schema, (item) => schemaType(context, item, place));
  return objectType(context, schema, insideOf(place), (inner, at) => schemaType(context, inner, at));
}

/** The types of a list, but for those that a branch of `oneOf` has too. */
function typesOf({ oneOf }: JsonObject, types: readonly Json[]): Json[] {
  const branchTypes = toList(oneOf).map((branch) => toObject(branch).type);
  return types.filter((type) => !(simple.has(type) && branchTypes.includes(type)));
}

const simple: ReadonlySet<Json> = new Set(["boolean", "string", "number", "integer", "null"]);
