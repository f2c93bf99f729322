/**
 * Replaces references into paths or into properties of a schema by references to components: each target is copied into the components
 * under a new name.
 */
import { isObject, type Json, type JsonObject, toObject } from "../util/json.ts";
import { parsePointer, valueAt } from "../util/json-pointer.ts";
import { sectionOf, walkDocument } from "../openapi/walk-document.ts";

const mostCopied = 128 * 1024 * 1024;

/** Changes the document in place: it is the pipeline's own copy. */
export function resolveReferences(document: JsonObject): void {
  const hoisted = new Map<string, string>();
  let size = 0;
  for (;;) {
    const found = [...walkDocument(document)].filter(({ kind, value }) => {
      const section = sectionOf(kind);
      return typeof value.$ref === "string" && section !== undefined && !isWholeComponent(value.$ref, section);
    });
    if (found.length === 0) return;
    for (const { kind, value } of found) {
      const ref = String(value.$ref);
      const section = sectionOf(kind) ?? "schemas";
      const key = `${section} ${parsePointer(ref).join("/")}`;
      let name = hoisted.get(key);
      if (name === undefined) {
        const copy = JSON.stringify(valueAt(document, parsePointer(ref)) ?? {});
        size += copy.length;
        // A document that contains itself doubles with each copy.
        if (size > mostCopied) throw new RangeError(`${ref} copies too much`);
        name = hoist(document, ref, section, JSON.parse(copy));
        hoisted.set(key, name);
      }
      value.$ref = `#/components/${section}/${name}`;
    }
  }
}

const isWholeComponent = (ref: string, section: string): boolean => {
  const parts = parsePointer(ref);
  return parts.length === 3 && parts[0] === "components" && parts[1] === section;
};

function hoist(document: JsonObject, ref: string, section: string, copy: Json): string {
  const components = ensure(document, "components");
  const group = ensure(components, section);
  const parts = parsePointer(ref);
  const short = parts.filter((part, index) => !(index < 2 && part === "components") && !structural.has(part)).slice(-3);
  const base =
    short
      .join("_")
      .replace(/[^A-Za-z0-9]+/gu, "_")
      .replace(/^_+|_+$/gu, "") || "Part";
  let name = base;
  for (let count = 2; Object.hasOwn(group, name); count++) name = `${base}_${count}`;
  group[name] = copy;
  return name;
}

/** OpenAPI's keywords, which are left out of names that are made from a pointer. */
const structural = new Set([
  "properties",
  "schema",
  "schemas",
  "content",
  "paths",
  "responses",
  "requestBody",
  "application/json",
  "$defs",
]);

function ensure(parent: JsonObject, name: string): JsonObject {
  const existing = parent[name];
  if (isObject(existing)) return existing;
  const made: JsonObject = toObject({});
  parent[name] = made;
  return made;
}
