/** Removes what no operation uses: components, tags, security schemes, and entries of extensions for them. */
import { isObject, type Json, type JsonObject, objectEntries, toList, toObject, toText } from "../util/json.ts";
import { parsePointer, valueAt } from "../util/json-pointer.ts";
import { type ObjectKind, walkDocument } from "../openapi/walk-document.ts";
import type { FoundOperation } from "../openapi/operations.ts";

export const tagsOf = ({ operation }: FoundOperation): string[] =>
  toList(operation.tags).flatMap((tag) => toText(tag) ?? []);
export const idOf = ({ operation }: FoundOperation): string[] => [toText(operation.operationId) ?? []].flat();
export const schemesOf = (document: JsonObject, { operation }: FoundOperation): string[] =>
  toList(operation.security ?? document.security).flatMap((requirement) => Object.keys(toObject(requirement)));

/** Changes the document in place. @param document with references to components only */
export function dropUnreachable(document: JsonObject, kept: readonly FoundOperation[]): void {
  delete document.webhooks;
  dropTags(document, kept);
  dropSchemes(document, kept);
  dropComponents(document);
  dropMentions(document, kept);
}

function dropTags(document: JsonObject, kept: readonly FoundOperation[]): void {
  if (!Array.isArray(document.tags)) return;
  const used = new Set(kept.flatMap(tagsOf));
  document.tags = document.tags.filter((tag) => used.has(toText(toObject(tag).name) ?? ""));
}

function dropSchemes(document: JsonObject, kept: readonly FoundOperation[]): void {
  const components = toObject(document.components);
  const { securitySchemes } = components;
  if (!isObject(securitySchemes)) return;
  const used = new Set(kept.flatMap((one) => schemesOf(document, one)));
  for (const name of used) {
    const { $ref } = toObject(securitySchemes[name]);
    if (typeof $ref === "string") used.add(parsePointer($ref).at(-1) ?? "");
  }
  if (kept.every(({ operation }) => operation.security !== undefined)) delete document.security;
  components.securitySchemes = Object.fromEntries(Object.entries(securitySchemes).filter(([name]) => used.has(name)));
}

/** Removes components that are not reachable from the paths. */
function dropComponents(document: JsonObject): void {
  const components = toObject(document.components);
  const reached = new Map<string, Set<string>>();
  const queue: { value: Json; kind: ObjectKind }[] = [{ value: { paths: document.paths ?? {} }, kind: "document" }];
  for (const [, scheme] of objectEntries(components.securitySchemes))
    queue.push({ value: scheme, kind: "security scheme" });
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const { kind, value } of walkDocument(next.value, next.kind)) {
      const mapped = kind === "schema" ? Object.values(toObject(toObject(value.discriminator).mapping)) : [];
      for (const ref of [value.$ref, ...mapped]) {
        if (typeof ref !== "string") continue;
        const [root, section, name] = ref.startsWith("#") ? parsePointer(ref) : ["components", "schemas", ref];
        if (root !== "components" || section === undefined || name === undefined) continue;
        const known = reached.get(section) ?? new Set();
        const target = valueAt(components, [section, name]);
        if (known.has(name) || target === undefined) continue;
        reached.set(section, known.add(name));
        queue.push({ value: target, kind });
      }
    }
  }
  for (const [section, members] of objectEntries(components)) {
    if (section === "securitySchemes" || section.startsWith("x-")) continue;
    const names = reached.get(section);
    components[section] = Object.fromEntries(Object.entries(members).filter(([name]) => names?.has(name)));
  }
}

/** Removes entries of extensions for removed schemes and operations. */
function dropMentions(document: JsonObject, kept: readonly FoundOperation[]): void {
  const schemes = toObject(toObject(document.components).securitySchemes);
  const ids = new Set(kept.flatMap(idOf));
  const errors = toObject(document["x-latchkey-errors"]);
  if (Array.isArray(errors.table)) {
    errors.table = errors.table.filter((row) => {
      const { scheme } = toObject(row);
      return typeof scheme !== "string" || Object.hasOwn(schemes, scheme);
    });
  }
  const limits = document["x-latchkey-rate-limits"];
  if (!Array.isArray(limits)) return;
  document["x-latchkey-rate-limits"] = limits.flatMap((limit) => {
    const { operations } = toObject(limit);
    if (!Array.isArray(operations)) return [limit];
    const left = operations.filter((id) => typeof id === "string" && ids.has(id));
    return left.length === 0 ? [] : [{ ...toObject(limit), operations: left }];
  });
}
