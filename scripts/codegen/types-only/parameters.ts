/** The types of parameters, by the place they are sent in. */
import { below, type Context, type Place, toMember } from "./context.ts";
import { referenceType, targetOf } from "./references.ts";
import { schemaType } from "./schema.ts";
import { keyword, type Member, objectOf, type TypeNode } from "./type-node.ts";
import { type Json, type JsonObject, toList, toObject, toText } from "../util/json.ts";

const places = ["query", "header", "path", "cookie"] as const;

/** The member `parameters` of a path item or an operation. */
export function parametersMember(context: Context, list: readonly Json[], place: Place): Member {
  const groups = places.map((where): Member => {
    const members = ordered(context, list).flatMap((given) => parameterMember(context, given, where, place));
    const isOptional = members.every((member) => member.isOptional);
    const type = members.length === 0 ? keyword("never") : objectOf(members);
    return toMember(context, where, type, { isOptional });
  });
  return toMember(context, "parameters", objectOf(groups));
}

/** The parameters of an operation: its path's, replaced by its own where both name one. */
export function mergeParameters(context: Context, pathItem: JsonObject, operation: JsonObject): Json[] {
  const merged = new Map<string, Json>();
  for (const given of [...toList(pathItem.parameters), ...toList(operation.parameters)]) {
    const parameter = settle(context, given);
    merged.set(`${parameter.in} ${parameter.name}`, given);
  }
  return [...merged.values()];
}

/** A parameter without a schema is text. */
export function parameterType(context: Context, parameter: JsonObject, place: Place): TypeNode {
  const ref = toText(parameter.$ref);
  if (ref !== undefined)
    return referenceType(context, ref, (target) => parameterType(context, toObject(target), place));
  return parameter.schema === undefined ? keyword("string") : schemaType(context, parameter.schema, place);
}

function parameterMember(context: Context, given: Json, where: string, place: Place): Member[] {
  const parameter = settle(context, given);
  const name = toText(parameter.name);
  if (name === undefined || parameter.in !== where) return [];
  const at = { ...below(place, "parameters", where, name), isSent: true };
  const type = parameterType(context, toObject(given), at);
  return [
    toMember(context, name, type, { isOptional: where !== "path" && parameter.required !== true, about: parameter }),
  ];
}

function ordered(context: Context, list: readonly Json[]): readonly Json[] {
  const { alphabetize, excludeDeprecated } = context.options;
  const kept = excludeDeprecated ? list.filter((given) => !isDeprecated(settle(context, given))) : list;
  const nameOf = (given: Json) => String(settle(context, given).name ?? "");
  return alphabetize ? [...kept].sort((a, b) => nameOf(a).localeCompare(nameOf(b), "en-us")) : kept;
}

const isDeprecated = ({ deprecated, schema }: JsonObject): boolean =>
  Boolean(deprecated) || Boolean(toObject(schema).deprecated);

const settle = (context: Context, given: Json): JsonObject => {
  const ref = toText(toObject(given).$ref);
  return ref === undefined ? toObject(given) : targetOf(context, ref);
};
