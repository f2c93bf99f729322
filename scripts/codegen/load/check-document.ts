/** Checks that a client can be generated from a document, and collects what it has to do without: published documents have many flaws. */

import { checkNewer } from "./check-openapi-3-2.ts";
import { checkShape } from "./check-shape.ts";
import { checkUnused, checkWhole } from "./check-unused.ts";
import { describeVersion } from "./document-kind.ts";
import { suggest } from "../../shared/did-you-mean.ts";
import { isObject, type Json, toList, toObject } from "../util/json.ts";
import { parsePointer, toPointer, valueAt } from "../util/json-pointer.ts";
import { ignoresBody } from "../openapi/ignored-bodies.ts";
import { patternLimit } from "../openapi/pattern-limit.ts";
import { type Visit, walkDocument } from "../openapi/walk-document.ts";
import type { Report } from "./diagnostics.ts";
import type { Repair, Warn } from "./warnings.ts";

export interface Checks {
  /** Reports what leaves nothing sensible to generate. */
  readonly report: Report;
  readonly warn: Warn;
  /** Takes the changes that make flawed parts usable. */
  readonly repair: (repair: Repair) => void;
}

export function checkDocument(document: Json, { report, warn, repair }: Checks): void {
  const root = toObject(document);
  const other = describeVersion(root);
  if (other !== undefined) {
    report(["openapi"], other.message, other.fix);
    return;
  }
  if (root.paths !== undefined && root.paths !== null && !isObject(root.paths))
    report(["paths"], "paths is not an object", "map each path to its operations");
  checkWhole(root, warn);
  const operationIds = new Map<string, string>();
  const unlimited = new Set<string>();
  for (const visit of walkDocument(document)) {
    checkReference(document, visit, warn, repair);
    checkShape(visit, warn, repair);
    checkNewer(visit, warn, repair);
    checkUnused(root, visit, warn);
    if (visit.kind === "schema") checkPatterns(visit, unlimited, report, warn);
    if (visit.kind === "operation") {
      checkOperationId(visit, operationIds, warn);
      checkBody(root.openapi, visit, warn);
    }
    if (visit.kind === "document" || visit.kind === "operation") checkSecurity(document, visit, warn);
  }
}

/** The number of patterns without a limit is bounded: each takes time to judge. */
const mostUnlimited = 100;

/** @param unlimited the patterns of the document that no limit on the text makes safe, extended by those found */
function checkPatterns({ value, path }: Visit, unlimited: Set<string>, report: Report, warn: Warn): void {
  const own = typeof value.pattern === "string" ? [{ pattern: value.pattern, place: [...path, "pattern"] }] : [];
  const names = Object.keys(toObject(value.patternProperties));
  const ofNames = names.map((pattern) => ({ pattern, place: [...path, "patternProperties", pattern] }));
  for (const { pattern, place } of [...own, ...ofNames]) {
    if (unlimited.size > mostUnlimited) return;
    if (patternLimit(pattern) !== undefined) continue;
    unlimited.add(pattern);
    if (unlimited.size > mostUnlimited) {
      report(place, `more than ${mostUnlimited} patterns can take exponential time`, "remove them");
      return;
    }
    const shown = JSON.stringify(pattern.slice(0, 100));
    const message = `the pattern ${shown} can take exponential time on some strings, so values are not checked against it`;
    warn("unsafe-pattern", place, message, "do not repeat a part that can match the same string in several ways");
  }
}

function checkReference(
  document: Json,
  { kind, value, path }: Visit,
  warn: Warn,
  repair: (repair: Repair) => void,
): void {
  const ref = value.$ref;
  if (ref === undefined || kind === "other" || kind === "media type") return;
  const isSchema = kind === "schema";
  const flaw = (message: string, fix: string) => {
    warn(
      "broken-reference",
      [...path, "$ref"],
      `${message}, so ${isSchema ? "any value is accepted here" : "the part is ignored"}`,
      fix,
    );
    repair({ path, to: isSchema ? {} : undefined });
  };
  if (typeof ref !== "string") flaw("$ref is not a string", "write it as #/components/…");
  else if (!ref.startsWith("#")) {
    flaw(`${ref} refers to another document from a place where no component can be used`, "copy the part here");
  } else if (valueAt(document, parsePointer(ref)) === undefined) {
    const parts = parsePointer(ref);
    const siblings = Object.keys(toObject(valueAt(document, parts.slice(0, -1))));
    const fix =
      siblings.length === 0 ? "add it, or fix the reference" : suggest(parts.at(-1) ?? "", siblings.slice(0, 200));
    flaw(`${ref} refers to nothing`, fix.length > 200 ? "add it, or fix the reference" : fix);
  } else if (isCircular(document, ref)) flaw(`${ref} refers to itself`, "refer to the intended object");
}

/** Whether a chain of references ends in itself, or is longer than 100. */
function isCircular(document: Json, ref: string): boolean {
  let next: string | undefined = ref;
  for (let steps = 0; steps < 100; steps++) {
    const target: Json | undefined = valueAt(document, parsePointer(next));
    const following = toObject(target).$ref;
    next = typeof following === "string" && Object.keys(toObject(target)).length === 1 ? following : undefined;
    if (next === undefined) return false;
  }
  return true;
}

function checkOperationId({ value, path }: Visit, seen: Map<string, string>, warn: Warn): void {
  const id = value.operationId;
  if (typeof id !== "string") return;
  const first = seen.get(id);
  if (first === undefined) seen.set(id, toPointer(path));
  else
    warn(
      "duplicate-operation-id",
      [...path, "operationId"],
      `the operationId ${JSON.stringify(id)} is already used at #${first}`,
      "rename one of the two",
    );
}

function checkBody(version: unknown, { value, path }: Visit, warn: Warn): void {
  const method = String(path.at(-1)).toUpperCase();
  if (value.requestBody === undefined || !ignoresBody(version, method)) return;
  const message = `OpenAPI 3.0 ignores the body of ${method}: calls have none`;
  warn("not-supported", [...path, "requestBody"], message, "raise the document's version to 3.1, or remove the body");
}

function checkSecurity(document: Json, { value, path }: Visit, warn: Warn): void {
  const schemes = Object.keys(toObject(toObject(toObject(document).components).securitySchemes));
  for (const [index, requirement] of toList(value.security).entries()) {
    for (const name of Object.keys(toObject(requirement))) {
      if (schemes.includes(name)) continue;
      const fix = schemes.length === 0 ? "declare it under components.securitySchemes" : suggest(name, schemes);
      const message = `no security scheme is called ${JSON.stringify(name)}: calls are sent without it`;
      warn("undeclared-scheme", [...path, "security", index, name], message, fix);
    }
  }
}
