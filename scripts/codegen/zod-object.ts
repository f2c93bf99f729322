import { isObject, type Json, type JsonObject, toList, toObject } from "./json.ts";
import { literal, propertyKey, stringLiteral } from "./literal.ts";
import { directionOf } from "./schema-graph.ts";
import { inMember, patternSource, withChecks, type ZodContext, zodExpression } from "./zod-expression.ts";

/** An object's properties, what it requires in this direction, and what may stand beside them. */
export function objectExpression(schema: JsonObject, context: ZodContext): string {
  const inner = inMember(context);
  const all = Object.entries(toObject(schema.properties));
  const properties = all.filter(([name]) => !isInherited(name));
  const required = toList(schema.required).map(String);
  const inherited = all
    .filter(([name]) => isInherited(name))
    .map(([name, property]) => ownEntry(name, property, inner));
  const patterns = [...inherited, ...patternEntries(schema, inner)];
  const isRequired = (name: string, property: Json | undefined) => {
    const direction = directionOf(context.graph.schemas, property);
    return required.includes(name) && (direction === undefined || direction === context.direction);
  };
  const members = properties.map(([name, property]) => {
    const expression = zodExpression(property, inner);
    return `${propertyKey(name)}: ${isRequired(name, property) ? expression : `z.optional(${expression})`}`;
  });
  // What is required but not described, or described as anything at all, is asked for by name.
  const named = required.filter((name) => {
    const known = properties.find(([property]) => property === name);
    return known === undefined || (isRequired(...known) && zodExpression(known[1], inner) === "z.unknown()");
  });
  const closed = patterns.length === 0;
  return withChecks(container(schema, members, closed, inner), [
    named.length > 0 ? `${context.use("requires")}(${literal(named)})` : undefined,
    closed ? undefined : patternCheck(schema, patterns, inner),
    count(schema, context),
  ]);
}

function container(schema: JsonObject, members: readonly string[], closed: boolean, context: ZodContext): string {
  const shape = members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
  const additional = schema.additionalProperties;
  if (!closed || additional === undefined || additional === true) return `z.looseObject(${shape})`;
  // A vendor that answers with more than it documents breaks nobody; what we send keeps to the document.
  if (additional === false)
    return context.direction === "write" ? `z.strictObject(${shape})` : `z.looseObject(${shape})`;
  const rest = zodExpression(additional, context);
  if (rest === "z.unknown()") return `z.looseObject(${shape})`;
  return members.length === 0 ? `z.record(z.string(), ${rest})` : `z.catchall(z.object(${shape}), ${rest})`;
}

/** zod reads `constructor` off the prototype where the object has none of its own; a pattern looks at own members only. */
const isInherited = (name: string): boolean => name in Object.prototype;

const ownEntry = (name: string, property: Json | undefined, context: ZodContext): string =>
  `[new RegExp(${stringLiteral(`^${name}$`)}), ${zodExpression(property, context)}]`;

const patternEntries = (schema: JsonObject, context: ZodContext): string[] =>
  Object.entries(toObject(schema.patternProperties)).flatMap(([pattern, member]) => {
    const source = patternSource(pattern);
    return source === undefined ? [] : [`[${source}, ${zodExpression(member, context)}]`];
  });

function patternCheck(schema: JsonObject, patterns: readonly string[], context: ZodContext): string {
  const { additionalProperties: additional } = schema;
  const isClosed = isObject(additional) || (additional === false && context.direction === "write");
  const rest = isClosed ? `, ${zodExpression(additional, context)}` : "";
  const names = literal(Object.keys(toObject(schema.properties)));
  return `${context.use("patternProperties")}([${patterns.join(", ")}], ${names}${rest})`;
}

function count(schema: JsonObject, context: ZodContext): string | undefined {
  const { minProperties: least, maxProperties: most } = schema;
  if (typeof least !== "number" && typeof most !== "number") return undefined;
  return `${context.use("propertyCount")}(${typeof least === "number" ? least : 0}${typeof most === "number" ? `, ${most}` : ""})`;
}
