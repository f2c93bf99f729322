/**
 * Bundles a document of several files into one: the target of a reference to another file is copied into the components once, and the
 * reference is changed to it. Copied parts keep their place in the other file, so that a mistake is reported there.
 */
import { type Access, type Address, refusal, resolveAddress } from "./document-address.ts";
import { copyJson, isObject, type Json, type JsonObject, objectEntries, type Path, toObject } from "../util/json.ts";
import { parsePointer, toPointer, valueAt } from "../util/json-pointer.ts";
import { type ObjectKind, sectionOf, walkDocument } from "../openapi/walk-document.ts";
import { createReporter, DocumentError, type Diagnostic } from "./diagnostics.ts";
import type { Source } from "./parse-source.ts";

const maxFiles = 2_000;
/** Bounds the copies that are made in place of a reference: a part that refers to itself would be copied without end. */
const maxInlined = 10_000;
const maxCopiedSize = 128 * 1024 * 1024;

export type ReadSource = (address: Address) => Promise<Source>;

export async function bundleDocuments(
  main: Address,
  source: Source,
  read: ReadSource,
  access: Access,
): Promise<Source> {
  const root = toObject(copyJson(source.value));
  const sources = new Map<Address, Source>([[main, source]]);
  const problems: Diagnostic[] = [];
  const mounts: Mount[] = [];
  const names = new Map<string, string>();
  const inlined = { count: 0, size: 0 };
  const queue: Task[] = [{ value: root, kind: "document", from: { address: main, source, path: [] } }];

  for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
    for (const { kind, value, path } of [...walkDocument(task.value, task.kind)]) {
      const at = { ...task.from, path: [...task.from.path, ...path] };
      if (typeof value.$ref === "string") {
        const followed = await follow(value.$ref, kind, at, "$ref");
        if (typeof followed === "string") value.$ref = followed;
        else if (followed !== undefined) {
          if (inlined.count >= maxInlined || inlined.size > maxCopiedSize) {
            const report = createReporter(problems, at.source.locate);
            throw tooMany(
              report,
              problems,
              [...at.path, "$ref"],
              "the document's files refer to one another without end, or are too many",
            );
          }
          inline(value, followed, kind);
        }
      }
      const mapping = kind === "schema" ? toObject(value.discriminator).mapping : undefined;
      if (isObject(mapping)) await followMapping(mapping, at);
    }
  }
  if (problems.length > 0) throw new DocumentError(problems);
  return { file: source.file, value: root, locate: (path) => locate(source, mounts, path) };

  /** Values of a discriminator's mapping are references or names of components (OpenAPI 3.1 §4.8.25.4). */
  async function followMapping(mapping: JsonObject, at: Origin): Promise<void> {
    for (const [name, target] of Object.entries(mapping)) {
      if (typeof target !== "string" || !/^[^#]*[./][^#]*|#/u.test(target)) continue;
      const followed = await follow(target, "schema", at, "discriminator", "mapping", name);
      if (typeof followed === "string") mapping[name] = followed;
    }
  }

  /** The new reference within the bundled document, or a copy of the target if it cannot be a component. */
  async function follow(
    ref: string,
    kind: ObjectKind,
    at: Origin,
    ...member: string[]
  ): Promise<string | Found | undefined> {
    const [file = "", fragment = ""] = ref.split("#", 2);
    const report = createReporter(problems, at.source.locate);
    const place = [...at.path, ...member];
    let address: Address;
    try {
      address = file === "" ? at.address : resolveAddress(at.address, file);
    } catch {
      report(place, `${ref} is not a reference`, "refer to a file or an https URL");
      return undefined;
    }
    if (address === main) return `#${fragment}`;
    const found = await open(address, report, place, ref);
    if (found === undefined) return undefined;
    const parts = parsePointer(`#${fragment}`);
    // Swagger 2.0 has schemas at another place; it was converted when it was read.
    const [first, ...rest] = parts;
    const target =
      valueAt(found.value, parts) ??
      (first === "definitions" ? valueAt(found.value, ["components", "schemas", ...rest]) : undefined);
    if (target === undefined || (fragment !== "" && !fragment.startsWith("/"))) {
      report(place, `${ref} refers to nothing`, "fix the reference, or add its target");
      return undefined;
    }
    const section = sectionOf(kind);
    const origin: Origin = { address, source: found, path: parts };
    if (section === undefined) return { value: target, origin };
    const key = `${section} ${address}${toPointer(parts)}`;
    const known = names.get(key);
    const name = known ?? mount(section, toName(address, parts), target, kind, origin);
    names.set(key, name);
    return `#${toPointer(["components", section, name])}`;
  }

  async function open(
    address: Address,
    report: ReturnType<typeof createReporter>,
    place: Path,
    ref: string,
  ): Promise<Source | undefined> {
    const known = sources.get(address);
    if (known !== undefined) return known;
    const refused = refusal(main, address, access);
    if (refused !== undefined) {
      report(place, refused.message, refused.fix);
      return undefined;
    }
    if (sources.size >= maxFiles) {
      throw tooMany(report, problems, place, `the document refers to more than ${maxFiles} files`);
    }
    try {
      const opened = await read(address);
      sources.set(address, opened);
      return opened;
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      const [first] = error.problems;
      const isMissing = first?.pointer === "" && first.line === 1 && first.column === 1;
      if (isMissing) report(place, `${ref} cannot be read: ${first.message}`, "check the reference");
      else problems.push(...error.problems);
      return undefined;
    }
  }

  function mount(section: string, wanted: string, target: Json, kind: ObjectKind, from: Origin): string {
    const group = ensure(ensure(root, "components"), section);
    let name = wanted;
    for (let count = 2; Object.hasOwn(group, name); count++) name = `${wanted}_${count}`;
    const value = copyJson(target);
    Object.defineProperty(group, name, { value, enumerable: true, configurable: true, writable: true });
    mounts.push({ path: ["components", section, name], from });
    queue.push({ value, kind, from });
    return name;
  }

  function inline(value: JsonObject, { value: target, origin }: Found, kind: ObjectKind): void {
    delete value.$ref;
    if (!isObject(target)) return;
    const copy = JSON.stringify(target);
    inlined.count++;
    inlined.size += copy.length;
    for (const [name, member] of Object.entries(toObject(JSON.parse(copy)))) {
      if (member !== undefined && !Object.hasOwn(value, name))
        Object.defineProperty(value, name, { value: member, enumerable: true, configurable: true, writable: true });
    }
    queue.push({ value, kind, from: origin });
  }
}

interface Origin {
  readonly address: Address;
  readonly source: Source;
  readonly path: Path;
}

interface Found {
  readonly value: Json;
  readonly origin: Origin;
}

interface Task {
  readonly value: Json;
  readonly kind: ObjectKind;
  readonly from: Origin;
}

interface Mount {
  readonly path: Path;
  readonly from: Origin;
}

function locate(source: Source, mounts: readonly Mount[], path: Path) {
  const mount = mounts.find((one) => one.path.every((part, index) => part === path[index]));
  return mount === undefined
    ? source.locate(path)
    : mount.from.source.locate([...mount.from.path, ...path.slice(mount.path.length)]);
}

/** A component's name from the last part of the pointer, else from the file's name. */
function toName(address: Address, parts: readonly string[]): string {
  const file = /([^/\\]+?)(?:\.[^./\\]+)?$/u.exec(address)?.[1] ?? "part";
  const base = parts.at(-1) ?? file;
  return base.replace(/[^\w.-]+/gu, "_").replace(/^_+|_+$/gu, "") || "Part";
}

function ensure(parent: JsonObject, name: string): JsonObject {
  const existing = parent[name];
  if (isObject(existing)) return existing;
  const made: JsonObject = {};
  parent[name] = made;
  return made;
}

function tooMany(
  report: ReturnType<typeof createReporter>,
  problems: readonly Diagnostic[],
  place: Path,
  message: string,
): DocumentError {
  report(place, message, "bundle it first");
  return new DocumentError(problems);
}

/** Whether the document has a reference to another file. */
export const isInSeveralFiles = (document: Json): boolean =>
  [...walkDocument(document)].some(
    ({ kind, value }) =>
      (typeof value.$ref === "string" && !value.$ref.startsWith("#")) ||
      (kind === "schema" &&
        objectEntries({ mapping: toObject(value.discriminator).mapping }).some(([, mapping]) =>
          Object.values(mapping).some((target) => typeof target === "string" && /^[^#]+[./]/u.test(target)),
        )),
  );
