/** The type of an object's own members: properties, local definitions, and members of any name. */
import { below, type Context, entriesOf, type Place, toMember } from "./context.ts";
import { inheritedValue } from "./discriminators.ts";
import { targetOf } from "./references.ts";
import { intersection, keyword, type Member, objectOf, type TypeNode, union } from "./type-node.ts";
import { isObject, type Json, type JsonObject, toList, toObject, toText } from "../util/json.ts";

type Express = (schema: Json, place: Place) => TypeNode;

/** Undefined where the schema describes no member. */
export function objectType(context: Context, schema: JsonObject, place: Place, express: Express): TypeNode | undefined {
  const members = [
    ...discriminatorMember(context, schema, place),
    ...properties(context, schema, place, express),
    ...definitions(context, schema, place, express),
  ];
  const named = members.length === 0 ? [] : [objectOf(members)];
  const index = indexType(context, schema, place, express);
  if (index === undefined) return named[0];
  const { immutable } = context.options;
  const anyName: Member = { name: "key", index: "string", type: index, isOptional: false, isReadonly: immutable };
  return intersection([...named, objectOf([anyName])]);
}

/** The value by which a schema is known among those that take in the same parent. */
function discriminatorMember(context: Context, schema: JsonObject, { pointer }: Place): Member[] {
  const { all, written } = context.discriminators;
  const inherited = all.get(pointer);
  const isComposed = schema.allOf !== undefined || schema.anyOf !== undefined;
  if (!isComposed || inherited === undefined || schema.discriminator !== undefined || written.has(pointer)) return [];
  return [
    toMember(context, String(inherited.propertyName), { kind: "literal", value: inheritedValue(pointer, inherited) }),
  ];
}

function properties(context: Context, schema: JsonObject, place: Place, express: Express): Member[] {
  const { defaultNonNullable, propertiesRequiredByDefault, excludeDeprecated, immutable } = context.options;
  const required = toList(schema.required);
  const isRequiredByDefault = propertiesRequiredByDefault && schema.required === undefined;
  return entriesOf(context, schema.properties).flatMap(([name, property]) => {
    const about = toObject(property);
    if (excludeDeprecated && targetOf(context, toText(about.$ref)).deprecated) return [];
    const isFilled = defaultNonNullable && about.default !== undefined && !place.isSent;
    return toMember(context, name, express(property, below(place, name)), {
      isOptional: !(required.includes(name) || isRequiredByDefault || isFilled),
      isReadonly: immutable || about.readOnly === true,
      about,
    });
  });
}

/** `$defs` is optional: no value has it; it is there for those who refer to `components["schemas"]["X"]["$defs"]`. */
function definitions(context: Context, schema: JsonObject, place: Place, express: Express): Member[] {
  const members = Object.entries(toObject(schema.$defs)).flatMap(([name, definition]) =>
    definition === undefined
      ? []
      : [toMember(context, name, express(definition, below(place, "$defs", name)), { about: toObject(definition) })],
  );
  return members.length === 0
    ? []
    : [toMember(context, "$defs", objectOf(members), { isOptional: true, isReadonly: false })];
}

/** The type of the members that have no name in the document; undefined where there may be none. */
function indexType(context: Context, schema: JsonObject, place: Place, express: Express): TypeNode | undefined {
  const { additionalProperties: more, patternProperties, properties: own, $defs } = schema;
  const patterns = entriesOf(context, patternProperties);
  const hasMembers = [own, $defs].some((one) => Object.keys(toObject(one)).length > 0) || patterns.length > 0;
  const isOpen = more === true || (isObject(more) && Object.keys(more).length === 0);
  const isAssumedOpen = context.options.additionalProperties && hasMembers && !more;
  const types = [
    ...(isObject(more) && !isOpen ? [express(more, place)] : []),
    ...(isOpen || isAssumedOpen ? [keyword("unknown")] : []),
    ...patterns.map(([, pattern]) => express(pattern, place)),
  ];
  return types.length === 0 ? undefined : union(types);
}
