/**
 * A component that refers to itself without going into a member (`A: { allOf: [B] }, B: { anyOf: [A, …] }`, or `A: { items: A }`) has no
 * type as openapi-typescript writes it (TS2502): the steps that close such circles are left out of the types, and lists of
 * them hold `unknown`. The schemas check them all the same, as far as they can be checked.
 */
import { createCircles } from "./circles.ts";
import { isObject, type Json, type JsonObject, objectEntries, toList, toObject } from "./json.ts";
import { componentOf } from "./schema-graph.ts";

type ClosesCircle = (from: string, to: string) => boolean;

/** Changes the document in place. */
export function cutCircles(document: JsonObject): void {
  const { schemas } = toObject(document.components);
  const closesCircle = createCircles(toObject(schemas), eagerReferences);
  for (const [name, schema] of objectEntries(schemas)) cut(name, schema, closesCircle);
}

/** References that TypeScript follows to know the type at all; those in properties wait. */
function eagerReferences(schema: Json | undefined): string[] {
  if (!isObject(schema)) return [];
  const target = componentOf(schema.$ref);
  const parts = [...combinations.flatMap((keyword) => toList(schema[keyword])), schema.items];
  return [...(target === undefined ? [] : [target]), ...parts.flatMap(eagerReferences)];
}

const combinations = ["allOf", "anyOf", "oneOf", "prefixItems"];

function cut(name: string, schema: Json | undefined, closesCircle: ClosesCircle): void {
  if (!isObject(schema)) return;
  const leadsBack = (part: Json | undefined) => {
    const target = componentOf(toObject(part).$ref);
    return target !== undefined && closesCircle(name, target);
  };
  if (leadsBack(schema)) delete schema.$ref;
  if (leadsBack(schema.items)) schema.items = {};
  cut(name, schema.items, closesCircle);
  for (const keyword of combinations) {
    const parts = toList(schema[keyword]).filter((part) => !leadsBack(part));
    for (const part of parts) cut(name, part, closesCircle);
    if (parts.length > 0) schema[keyword] = parts;
    else delete schema[keyword];
  }
}
