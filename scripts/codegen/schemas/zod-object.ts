import { isObject, type JsonObject, toList, toObject } from "../util/json.ts";
import { literal, propertyKey, stringLiteral } from "../util/ts-literal.ts";
import { directionOf } from "../openapi/schema-graph.ts";
import { exactly, type Express, inMember, patternOf, type ZodContext } from "./zod-context.ts";

/** Emits the properties of an object, its required members in this direction, and its further members. */
export function objectExpression(schema: JsonObject, context: ZodContext, express: Express): string {
  const inner = inMember(context);
  const entries = Object.entries(toObject(schema.properties));
  const properties = entries.filter(([name]) => !isInherited(name));
  const required = requiredIn(schema, context);
  if (context.level === "strict") {
    // A closed object allows its required members, also those without a schema.
    for (const name of required) if (!entries.some(([known]) => known === name)) properties.push([name, {}]);
  }
  const members = properties.map(([name, property]) => {
    const expression = express(property, inner);
    return `${propertyKey(name)}: ${required.includes(name) ? expression : `z.optional(${expression})`}`;
  });
  const patterns = [
    ...entries
      .filter(([name]) => isInherited(name))
      .map(([name, property]) => ownEntry(name, express(property, inner))),
    ...Object.entries(toObject(schema.patternProperties)).flatMap(([pattern, member]) => {
      const [source, ...flags] = patternOf(pattern) ?? [];
      return source === undefined ? [] : [`[${[source, express(member, inner), ...flags].join(", ")}]`];
    }),
  ];
  // A name that only a pattern allows must not be refused where that pattern is not checked.
  const isEveryNameKnown = Object.keys(toObject(schema.patternProperties)).every((pattern) => patternOf(pattern));
  const rest = isEveryNameKnown ? restOf(schema, context, express) : undefined;
  const shape = members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
  const names = properties.map(([name]) => name);
  const checks = [
    ...(patterns.length === 0
      ? []
      : [`z.members([${patterns.join(", ")}], ${literal(names)}${rest === undefined ? "" : `, ${rest}`})`]),
    ...objectChecks(schema, context, express, names),
  ];
  if (patterns.length > 0 || rest === undefined) return `z.object(${[shape, ...checks].join(", ")})`;
  return rest === "z.never()"
    ? `z.closed(${[shape, ...checks].join(", ")})`
    : `z.open(${[shape, rest, ...checks].join(", ")})`;
}

/** The schema of further members; undefined if they may be anything. */
function restOf(schema: JsonObject, context: ZodContext, express: Express): string | undefined {
  const { additionalProperties: rest } = schema;
  if (isObject(rest)) {
    const expression = express(rest, inMember(context));
    return expression === "z.unknown()" ? undefined : expression;
  }
  const { level, direction, isPart } = context;
  if (level === "exact") return rest === false ? "z.never()" : undefined;
  if (isPart) return undefined;
  const isNamed = isObject(schema.properties) && !isObject(schema.patternProperties);
  if (level === "strict") return rest === false || (rest === undefined && isNamed) ? "z.never()" : undefined;
  // Responses may have undocumented members; requests may not.
  return rest === false && direction === "write" ? "z.never()" : undefined;
}

/** Checks of objects in JSON Schema. @param shape members that the shape requires itself */
export function objectChecks(
  schema: JsonObject,
  context: ZodContext,
  express: Express,
  shape: readonly string[] = [],
): string[] {
  const { minProperties, maxProperties, propertyNames, dependentRequired, dependentSchemas } = schema;
  const least = typeof minProperties === "number" ? minProperties : 0;
  const isCounted = least > 0 || typeof maxProperties === "number";
  const named = requiredIn(schema, context).filter((name) => !shape.includes(name));
  const exact = exactly(inMember(context));
  const dependents = Object.entries(toObject(dependentSchemas)).map(
    ([name, dependent]) => `${propertyKey(name)}: ${express(dependent, { ...context, isPart: true })}`,
  );
  return [
    ...(named.length > 0 ? [`z.requires(${literal(named)})`] : []),
    ...(isCounted
      ? [`z.propertyCount(${[least, ...(typeof maxProperties === "number" ? [maxProperties] : [])].join(", ")})`]
      : []),
    ...(isObject(propertyNames) ? [`z.propertyNames(${express(propertyNames, exact)})`] : []),
    ...(isObject(dependentRequired) ? [`z.dependentRequired(${literal(listsOf(dependentRequired))})`] : []),
    ...(dependents.length > 0 ? [`z.dependentSchemas({ ${dependents.join(", ")} })`] : []),
  ];
}

const listsOf = (lists: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(lists).map(([name, names]) => [name, toList(names).map(String)]));

/** Required members, without those that exist only in the other direction (OpenAPI 3.1 §4.8.24: readOnly, writeOnly). */
function requiredIn(schema: JsonObject, { graph, direction }: ZodContext): string[] {
  const properties = toObject(schema.properties);
  return [...new Set(toList(schema.required).map(String))].filter((name) => {
    const own = Object.hasOwn(properties, name) ? directionOf(graph.schemas, properties[name]) : undefined;
    return own === undefined || own === direction;
  });
}

/** Names that every object inherits: zod would read `constructor` from the prototype, so these are checked as own members. */
const isInherited = (name: string): boolean => name in Object.prototype;

const ownEntry = (name: string, expression: string): string => `[${stringLiteral(`^${name}$`)}, ${expression}]`;
