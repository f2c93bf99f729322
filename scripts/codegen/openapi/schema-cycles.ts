import { type Json, type JsonObject, objectEntries } from "../util/json.ts";

/**
 * Finds references to leave out so that no component refers to itself through the given kind of references. Every cycle has a
 * reference that does not lead to a later component; leaving out those breaks every cycle and removes no other reference.
 */
export function createCycleBreaker(
  schemas: JsonObject,
  referencesOf: (schema: Json) => readonly string[],
): (from: string, to: string) => boolean {
  const edges = new Map(objectEntries(schemas).map(([name, schema]) => [name, referencesOf(schema)]));
  const order = new Map([...edges.keys()].map((name, index) => [name, index]));
  const circles = findCircles(edges);
  return (from, to) =>
    (order.get(to) ?? 0) <= (order.get(from) ?? 0) && (from === to || circles.get(from) === circles.get(to));
}

/**
 * Numbers components so that those that reach each other have the same number (Tarjan, 1972, "Depth-first search and linear graph
 * algorithms"). It has no recursion, since a document may be one long chain.
 */
function findCircles(edges: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const circles = new Map<string, number>();
  const indexes = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  for (const root of edges.keys()) {
    if (indexes.has(root)) continue;
    const path = [{ name: root, targets: enter(root) }];
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const { name, targets } = step;
      const target = targets.pop();
      if (target === undefined) {
        path.pop();
        leave(name, path.at(-1)?.name);
      } else if (!indexes.has(target)) path.push({ name: target, targets: enter(target) });
      else if (!circles.has(target)) lower(name, indexes.get(target) ?? 0);
    }
  }
  return circles;

  function enter(name: string): string[] {
    low.set(name, indexes.size);
    indexes.set(name, indexes.size);
    open.push(name);
    return (edges.get(name) ?? []).filter((target) => edges.has(target));
  }
  function lower(name: string, index: number): void {
    low.set(name, Math.min(low.get(name) ?? 0, index));
  }
  function leave(name: string, parent: string | undefined): void {
    const lowest = low.get(name) ?? 0;
    if (parent !== undefined) lower(parent, lowest);
    if (lowest !== indexes.get(name)) return;
    for (let member = open.pop(); member !== undefined; member = member === name ? undefined : open.pop())
      circles.set(member, lowest);
  }
}
