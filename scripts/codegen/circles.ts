import { type Json, type JsonObject, objectEntries } from "./json.ts";

/**
 * Finds the steps to leave out so that no component comes back to itself by the references that count. Every circle has a step that
 * does not lead to a later component; leaving those out cuts them all, and no more.
 */
export function createCircles(
  schemas: JsonObject,
  referencesOf: (schema: Json) => readonly string[],
): (from: string, to: string) => boolean {
  const edges = new Map(objectEntries(schemas).map(([name, schema]) => [name, new Set(referencesOf(schema))]));
  const order = new Map([...edges.keys()].map((name, index) => [name, index]));
  const reached = new Map([...edges.keys()].map((name) => [name, closure(name, edges)]));
  return (from, to) =>
    (order.get(to) ?? 0) <= (order.get(from) ?? 0) && (from === to || (reached.get(to)?.has(from) ?? false));
}

function closure(start: string, edges: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const reached = new Set<string>();
  const queue = [start];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const target of edges.get(next) ?? []) {
      if (reached.has(target)) continue;
      reached.add(target);
      queue.push(target);
    }
  }
  return reached;
}
