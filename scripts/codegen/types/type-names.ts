/** Names the type of every component, and the sent type if it differs. */
import { type JsonObject, objectEntries, toList, toObject } from "../util/json.ts";
import { createNames, toPascalCase } from "../util/identifiers.ts";
import { walkDocument } from "../openapi/walk-document.ts";
import { componentOf, type Direction, directionOf } from "../openapi/schema-graph.ts";
import { callTypes } from "./type-imports.ts";

export interface TypeNames {
  nameOf(component: string, direction: Direction): string;
  /** Components whose sent type was used. */
  readonly sent: ReadonlySet<string>;
  /** For types that belong to no component. */
  take(name: string): string;
}

/** Names with a meaning in generated files. */
const taken = [
  ...callTypes,
  "Blob",
  "FormData",
  "Promise",
  "Record",
  "URLSearchParams",
  "Methods",
  "Paths",
  "c",
  "t",
  "components",
];

export function createTypeNames(schemas: JsonObject): TypeNames {
  const take = createNames(taken);
  const read = new Map(Object.keys(schemas).map((name) => [name, take(toPascalCase(name))]));
  const write = new Map(
    [...findDirectional(schemas)].map((name) => [name, take(`${read.get(name) ?? toPascalCase(name)}Write`)]),
  );
  const sent = new Set<string>();
  return {
    sent,
    take,
    nameOf(component, direction) {
      const own = direction === "write" ? write.get(component) : undefined;
      if (own !== undefined) sent.add(component);
      return own ?? read.get(component) ?? "unknown";
    },
  };
}

/** Components with a property that one direction lacks, or that a caller may leave out, at any depth. */
function findDirectional(schemas: JsonObject): Set<string> {
  const users = new Map<string, string[]>();
  const found: string[] = [];
  for (const [name, schema] of objectEntries(schemas)) {
    for (const { kind, value } of walkDocument(schema, "schema")) {
      if (kind !== "schema") continue;
      const target = componentOf(value.$ref);
      if (target !== undefined) add(users, target, name);
      if (differs(schemas, value)) found.push(name);
    }
  }
  const directional = new Set<string>();
  for (let name = found.pop(); name !== undefined; name = found.pop()) {
    if (directional.has(name)) continue;
    directional.add(name);
    found.push(...(users.get(name) ?? []));
  }
  return new Set(Object.keys(schemas).filter((name) => directional.has(name)));
}

function add(users: Map<string, string[]>, target: string, name: string): void {
  const known = users.get(target);
  if (known === undefined) users.set(target, [name]);
  else known.push(name);
}

function differs(schemas: JsonObject, schema: JsonObject): boolean {
  const required = toList(schema.required);
  return objectEntries(schema.properties).some(([name, property]) => {
    if (directionOf(schemas, property) !== undefined) return true;
    const target = componentOf(property.$ref);
    const assumed = property.default ?? (target === undefined ? undefined : toObject(schemas[target]).default);
    return assumed !== undefined && required.includes(name);
  });
}
