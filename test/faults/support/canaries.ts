/** Looks for secrets wherever a value could show them: every own property at any depth, inspection, JSON, text. Every secret in tests holds this word. */
import { inspect } from "node:util";

const canary = /CANARY/u;

/** Where secrets show, as paths; empty is good. */
export function findCanaries(value: unknown): string[] {
  const found = new Set<string>();
  walk(value, "$", new Set(), found);
  const views: Record<string, () => string | undefined> = {
    "inspect()": () => inspect(value, { depth: 10, showHidden: true, getters: false, maxStringLength: null }),
    "JSON.stringify()": () => JSON.stringify(value),
    "String()": () => (typeof value === "object" && value !== null && !("toString" in value) ? "" : String(value)),
  };
  for (const [name, view] of Object.entries(views)) if (canary.test(view() ?? "")) found.add(name);
  return [...found];
}

function walk(value: unknown, path: string, seen: Set<unknown>, found: Set<string>): void {
  if (typeof value === "string" && canary.test(value)) found.add(path);
  if (value === null || (typeof value !== "object" && typeof value !== "function") || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Map || value instanceof Set) walk([...value], `${path}.entries()`, seen, found);
  for (const name of Reflect.ownKeys(value)) {
    const text = String(name);
    if (canary.test(text)) found.add(`${path}.${text}`);
    const property = Object.getOwnPropertyDescriptor(value, name);
    if (property && "value" in property) walk(property.value, `${path}.${text}`, seen, found);
  }
}
