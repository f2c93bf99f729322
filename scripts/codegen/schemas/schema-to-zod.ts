/**
 * Emits a JSON Schema as an expression of latchkey/zod. Validation changes nothing: no defaults, no conversions. docs/corpus.md lists where
 * the expression accepts more than JSON Schema. Not supported: unevaluated…, $dynamicRef.
 */
import { isObject, type Json, type JsonObject, toList } from "../util/json.ts";
import { literal } from "../util/ts-literal.ts";
import { componentOf } from "../openapi/schema-graph.ts";
import { isNullable } from "../openapi/schema-types.ts";
import { asPart, exactly, leavesOutPattern, type ZodContext } from "./zod-context.ts";
import { zodValueExpression } from "./zod-value.ts";
import { unionExpression } from "./zod-union.ts";

export function schemaToZod(given: Json | undefined, context: ZodContext): string {
  if (given === false) return "z.never()";
  if (!isObject(given)) return "z.unknown()";
  const { $ref, nullable = false } = given;
  const schema = $ref !== undefined && context.graph.refersAlone ? { $ref, nullable } : given;
  const names = context.level === "strict" && !context.isPart ? membersOf(schema, context) : undefined;
  const inner = isComposed(schema) ? asPart(context) : context;
  const parts = [
    referenceExpression(schema, inner),
    zodValueExpression(schema, inner, schemaToZod),
    ...toList(schema.allOf).map((part) => schemaToZod(part, inner)),
    unionExpression(schema, "anyOf", inner, schemaToZod),
    unionExpression(schema, "oneOf", inner, schemaToZod),
    ...conditionParts(schema, inner),
    names === undefined || inner === context
      ? undefined
      : `z.unknown(z.members([], ${literal([...names])}, z.never()))`,
  ].filter((part) => part !== undefined && part !== "z.unknown()");
  const [only = "z.unknown()"] = parts;
  const whole = parts.length > 1 ? `z.all(${parts.join(", ")})` : only;
  return isNullable(schema) && whole !== "z.unknown()" && whole !== "z.none()" ? `z.nullable(${whole})` : whole;
}

/** Whether several schemas describe the value's members together; a single reference or list of alternatives is no composition. */
function isComposed(schema: JsonObject): boolean {
  const shape = ["properties", "patternProperties", "additionalProperties"].some((name) => schema[name] !== undefined);
  const others = ["$ref", "if", "anyOf", "oneOf"].filter((keyword) => schema[keyword] !== undefined);
  return (shape ? 1 : 0) + others.length + toList(schema.allOf).length > 1;
}

/** All members that the schema and its composition name; undefined if it allows others. */
function membersOf(schema: JsonObject, context: ZodContext): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  let isOpen = false;
  let describes = false;
  const seen = new Set<string>();
  const visit = (part: Json | undefined): void => {
    if (!isObject(part)) return;
    const { additionalProperties: rest, patternProperties } = part;
    if (rest === true || isObject(rest) || isObject(patternProperties)) isOpen = true;
    for (const name of Object.keys(isObject(part.properties) ? part.properties : {})) {
      names.add(name);
      describes = true;
    }
    for (const name of toList(part.required)) names.add(String(name));
    const target = componentOf(part.$ref);
    if (target !== undefined && !seen.has(target)) {
      seen.add(target);
      visit(context.graph.schemas[target]);
    }
    for (const keyword of ["allOf", "anyOf", "oneOf"]) toList(part[keyword]).forEach(visit);
    for (const keyword of ["if", "then", "else"]) visit(part[keyword]);
  };
  visit(schema);
  return isOpen || !describes ? undefined : names;
}

function referenceExpression(schema: JsonObject, context: ZodContext): string | undefined {
  const name = componentOf(schema.$ref);
  if (name === undefined) return undefined;
  const { graph, inside, direction, level, isPart } = context;
  if (inside !== undefined && graph.isInPlaceCycle(inside, name)) return undefined;
  return context.component(name, { direction, level, isPart });
}

/** `not` and `if`, whose schemas are exact: a tolerant one would refuse valid values. */
function conditionParts(schema: JsonObject, context: ZodContext): string[] {
  const { not: excluded, if: condition } = schema;
  const exact = exactly(context);
  const parts: string[] = [];
  if (excluded === true) parts.push("z.never()");
  else if (isObject(excluded) && !leavesOutPattern(excluded, context.graph))
    parts.push(`z.unknown(z.not(${schemaToZod(excluded, exact)}))`);
  if (typeof condition === "boolean" || (isObject(condition) && !leavesOutPattern(condition, context.graph))) {
    const [positive, negative] = [schema.then, schema.else].map((branch) =>
      branch === undefined ? "undefined" : schemaToZod(branch, context),
    );
    if (positive !== "undefined" || negative !== "undefined")
      parts.push(`z.unknown(z.conditional(${schemaToZod(condition, exact)}, ${positive}, ${negative}))`);
  }
  return parts;
}
