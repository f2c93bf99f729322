/** Emits anyOf, oneOf and discriminators. */
import { isObject, type Json, type JsonObject, toList, toObject } from "../util/json.ts";
import { literal, stringLiteral } from "../util/ts-literal.ts";
import { componentOf, type SchemaGraph } from "../openapi/schema-graph.ts";
import { type Express, unionOf, type ZodContext } from "./zod-context.ts";

/** Requires at least one variant, also for `oneOf`: open enums and unknown members make variants overlap. */
export function unionExpression(
  schema: JsonObject,
  keyword: "anyOf" | "oneOf",
  context: ZodContext,
  express: Express,
): string | undefined {
  const variants = toList(schema[keyword]);
  if (variants.length === 0) return undefined;
  const property = toObject(schema.discriminator).propertyName;
  const told: string[] = [];
  const others: string[] = [];
  for (const variant of variants) {
    const names = typeof property === "string" ? discriminatorValues(schema, variant, property, context.graph) : [];
    const expression = express(variant, context);
    if (names.length === 0) others.push(expression);
    else told.push(`[${literal(names)}, ${expression}]`);
  }
  if (told.length === 0) return unionOf(others);
  return unionOf([`z.discriminated(${stringLiteral(String(property))}, [${told.join(", ")}])`, ...others]);
}

/** The discriminator values of a variant (OpenAPI 3.1 §4.8.25): the mapping's names, else the component's values, else its name. */
function discriminatorValues(schema: JsonObject, variant: Json, property: string, graph: SchemaGraph): string[] {
  const name = componentOf(toObject(variant).$ref);
  if (name === undefined) return [];
  const mapped = Object.entries(toObject(toObject(schema.discriminator).mapping)).flatMap(([value, target]) =>
    target === name || componentOf(target) === name ? [value] : [],
  );
  if (mapped.length > 0) return mapped;
  const declared = declaredValues(graph.schemas, graph.schemas[name], property, 0);
  return declared ?? [name];
}

/** The values that a component's composition allows for a property. */
function declaredValues(
  schemas: JsonObject,
  schema: Json | undefined,
  property: string,
  depth: number,
): string[] | undefined {
  if (!isObject(schema) || depth > 20) return undefined;
  const own = resolve(schemas, toObject(schema.properties)[property]);
  const values = "const" in own ? [own.const ?? null] : Array.isArray(own.enum) ? own.enum : undefined;
  if (values !== undefined) return values.map(String);
  const target = componentOf(schema.$ref);
  const parts = [...toList(schema.allOf), ...(target === undefined ? [] : [schemas[target]])];
  for (const part of parts) {
    const found = declaredValues(schemas, part, property, depth + 1);
    if (found !== undefined) return found;
  }
  const branches = [...toList(schema.oneOf), ...toList(schema.anyOf)].map((part) =>
    declaredValues(schemas, part, property, depth + 1),
  );
  return branches.length > 0 && branches.every((one) => one !== undefined) ? branches.flat() : undefined;
}

function resolve(schemas: JsonObject, value: Json | undefined): JsonObject {
  let current = toObject(value);
  for (let depth = 0; depth < 20; depth++) {
    const target = componentOf(current.$ref);
    if (target === undefined) break;
    current = toObject(schemas[target]);
  }
  return current;
}
