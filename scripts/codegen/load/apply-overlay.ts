/**
 * OpenAPI Overlay 1.0 (https://spec.openapis.org/overlay/v1.0.0.html): actions in order, each a JSONPath (RFC 9535) with
 * an `update` that is merged (§4.4.3: objects merge, other values replace, a target list gets one more item) or `remove: true`.
 * Parts of the overlay keep their place in it, so that a mistake is reported there.
 */
import { JSONPathEnvironment, type JSONPathNode } from "json-p3";
import { copyJson, isObject, type Json, type Path, toList, toObject } from "../util/json.ts";
import { valueAt } from "../util/json-pointer.ts";
import { createReporter, DocumentError, type Place, type Diagnostic, type Report } from "./diagnostics.ts";
import type { Source } from "./parse-source.ts";

export function applyOverlay(source: Source, overlay: Source): Source {
  const problems: Diagnostic[] = [];
  const report = createReporter(problems, overlay.locate);
  checkOverlay(overlay.value, report);
  const value = copyJson(source.value);
  const origins: Origins = new WeakMap();
  const environment = new JSONPathEnvironment();
  for (const [index, entry] of toList(toObject(overlay.value).actions).entries()) {
    const path = ["actions", index];
    if (!isObject(entry) || typeof entry.target !== "string") continue;
    let targets: JSONPathNode[];
    try {
      targets = [...environment.query(entry.target, value)];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      report([...path, "target"], `not an RFC 9535 JSONPath (${reason})`, "fix the expression");
      continue;
    }
    if (targets.length === 0) {
      const fix = "fix the expression, or drop the action if the document no longer has it";
      report([...path, "target"], `the target ${JSON.stringify(entry.target)} matches nothing in the document`, fix);
    } else if (entry.remove === true) remove(value, targets, origins);
    else if (entry.update !== undefined) {
      for (const target of targets) {
        const failure = update(value, target, entry.update, [...path, "update"], origins);
        if (failure !== undefined) report([...path, "target"], failure, "target an object or a list");
      }
    }
  }
  if (problems.length > 0) throw new DocumentError(problems);
  return { file: source.file, value, locate: (path) => locate(source, overlay, value, origins, path) };
}

/** By parent and member: the place in the overlay or, after a removal from a list, in the document. */
type Origins = WeakMap<object, Map<string, { readonly from: "document" | "overlay"; readonly path: Path }>>;

function checkOverlay(value: Json, report: Report): void {
  const version = toObject(value).overlay;
  if (typeof version !== "string" || !/^1\.\d+\.\d+$/u.test(version)) {
    report(["overlay"], "this is not an OpenAPI Overlay", 'begin it with "overlay: 1.0.0"');
  }
  const actions = toObject(value).actions;
  if (!Array.isArray(actions) || actions.length === 0) {
    report(["actions"], "an overlay needs a list of actions", "add one action at least");
  }
  for (const [index, action] of toList(actions).entries()) {
    const path = ["actions", index];
    if (!isObject(action) || typeof action.target !== "string") {
      report(path, "an action needs a target", "add target: a JSONPath such as $.paths");
    } else if (action.remove !== true && action.update === undefined) {
      report(path, "an action must update or remove", "add update, or remove: true");
    }
  }
}

function update(root: Json, target: JSONPathNode, value: Json, origin: Path, origins: Origins): string | undefined {
  const node = valueAt(root, target.location);
  if (Array.isArray(node)) {
    node.push(copyJson(value));
    mark(origins, node, node.length - 1, { from: "overlay", path: origin });
  } else if (isObject(node) && isObject(value)) merge(node, value, origin, origins);
  else return `an update cannot be merged into ${isObject(node) ? "an object unless it is one" : "a plain value"}`;
  return undefined;
}

function merge(node: Json, value: Json, origin: Path, origins: Origins): void {
  if (!isObject(node) || !isObject(value)) return;
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const existing = Object.hasOwn(node, name) ? node[name] : undefined;
    const path = [...origin, name];
    if (isObject(existing) && isObject(member)) merge(existing, member, path, origins);
    else if (Array.isArray(existing) && Array.isArray(member)) {
      for (const [index, item] of member.entries()) {
        existing.push(copyJson(item));
        mark(origins, existing, existing.length - 1, { from: "overlay", path: [...path, index] });
      }
    } else {
      Object.defineProperty(node, name, {
        value: copyJson(member),
        enumerable: true,
        configurable: true,
        writable: true,
      });
      mark(origins, node, name, { from: "overlay", path });
    }
  }
}

/** Removes list items from the last to the first, so that the paths of the others stay valid; remaining items keep their places. */
function remove(root: Json, targets: readonly JSONPathNode[], origins: Origins): void {
  for (const { location } of [...targets].reverse()) {
    const parent = valueAt(root, location.slice(0, -1));
    const last = location.at(-1);
    if (Array.isArray(parent) && last !== undefined) {
      const places = parent.map((_, index) => origins.get(parent)?.get(String(index)) ?? originAt(location, index));
      const gone = Number(last);
      parent.splice(gone, 1);
      places.splice(gone, 1);
      for (const [index, place] of places.entries()) mark(origins, parent, index, place);
    } else if (isObject(parent) && last !== undefined) delete parent[String(last)];
  }
}

const originAt = (location: Path, index: number) =>
  ({ from: "document", path: [...location.slice(0, -1), index] }) as const;

function mark(
  origins: Origins,
  parent: object,
  member: string | number,
  place: { from: "document" | "overlay"; path: Path },
) {
  const members = origins.get(parent) ?? new Map();
  members.set(String(member), place);
  origins.set(parent, members);
}

function locate(source: Source, overlay: Source, root: Json, origins: Origins, path: Path): Place {
  let node: Json | undefined = root;
  let from: "document" | "overlay" = "document";
  let original: Path = [];
  for (const part of path) {
    const own = typeof node === "object" && node !== null ? origins.get(node)?.get(String(part)) : undefined;
    from = own?.from ?? from;
    original = own?.path ?? [...original, part];
    node = valueAt(node, [part]);
  }
  return (from === "overlay" ? overlay : source).locate(original);
}
