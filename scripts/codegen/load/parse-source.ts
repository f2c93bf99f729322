/** Parses a file, YAML or JSON, and finds the line and column of its parts. JSON is YAML 1.2. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import { copyJson, type Json, type Path } from "../util/json.ts";
import { endOfString } from "../util/ts-literal.ts";
import { offsetInJson } from "./json-place.ts";
import { DocumentError, type Place } from "./diagnostics.ts";

export interface Source {
  /** The file's name in messages. */
  readonly file: string;
  readonly value: Json;
  locate(path: Path): Place;
  /** Whether the text is JSON but for commas that stand before an end. @default false */
  readonly hasTrailingComma?: boolean;
}

export function parseSource(file: string, text: string): Source {
  const value = parseJson(text);
  if (value === undefined) return { ...parseYaml(file, text), hasTrailingComma: hasTrailingComma(text) };
  checkBounds(file, value);
  return { file, value, locate: (path) => toPlace(file, text, offsetInJson(text, path)) };
}

function toPlace(file: string, text: string, offset: number): Place {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return { file, line, column: offset - (offset === 0 ? 0 : lineStart) + 1 };
}

/** Parses JSON with the platform's parser, which is many times faster than YAML's. */
function parseJson(text: string): Json | undefined {
  if (!/^\s*\{/u.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // A text that begins with a brace may be YAML's flow style, and YAML's parser has the place of a mistake.
    return undefined;
  }
}

/** Whether the text becomes JSON without the commas that stand before an end; YAML's flow style allows them. */
function hasTrailingComma(text: string): boolean {
  if (!/^\s*\{/u.test(text)) return false;
  const parts: string[] = [];
  const token = /"|,(?=\s*[}\]])/gu;
  let from = 0;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    if (found[0] === '"') token.lastIndex = endOfString(text, found.index);
    else {
      parts.push(text.slice(from, found.index));
      from = found.index + 1;
    }
  }
  return parts.length > 0 && parseJson([...parts, text.slice(from)].join("")) !== undefined;
}

function parseYaml(file: string, text: string): Source {
  const lines = new LineCounter();
  // The library compares every key of a map with all others; `checkNodes` finds the same duplicates in linear time.
  const options = { uniqueKeys: false, merge: true, version: "1.2", prettyErrors: false } as const;
  const document = parseDocument(text, { ...options, lineCounter: lines });
  const toPlace = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (document.errors.length > 0) {
    throw new DocumentError(
      document.errors.map((error) => ({
        ...toPlace(error.pos[0]),
        pointer: "",
        ...(error.message.includes("call stack")
          ? tooDeep
          : {
              message: `the text is not valid YAML or JSON (${error.message.replace(/\s+/gu, " ")})`,
              fix: "fix the syntax here",
            }),
      })),
    );
  }
  checkNodes(document, (offset, message, fix) => {
    throw new DocumentError([{ ...toPlace(offset), pointer: "", message, fix }]);
  });
  return { file, value: toValue(file, document), locate: (path) => toPlace(offsetOf(document, path)) };
}

/** An alias is resolved by a search through all anchors and aliases before it. */
const maxAliases = 10_000;

/** Refuses maps with a key twice (YAML 1.2 §3.2.1.3), and more aliases than can be resolved in a moment. */
function checkNodes(document: Document, refuse: (offset: number, message: string, fix: string) => never): void {
  let aliases = 0;
  visit(document, {
    Alias(_, alias) {
      aliases += 1;
      if (aliases > maxAliases)
        refuse(startOf(alias) ?? 0, `it has more than ${maxAliases} aliases`, "use references for repeated parts");
    },
    Map(_, map) {
      const names = new Set<unknown>();
      for (const { key } of map.items) {
        // As a member's name: 200 and "200" are one. A merge key is a symbol, and may be there more than once.
        const name = isScalar(key) && typeof key.value !== "symbol" ? String(key.value) : key;
        if (names.has(name))
          refuse(startOf(key) ?? 0, `the map has the key ${JSON.stringify(name)} twice`, "remove one of the two");
        names.add(name);
      }
    },
  });
}

function toValue(file: string, document: Document): Json {
  let shared: Json;
  try {
    shared = document.toJS({ maxAliasCount: 10_000 }) ?? null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const fix = "remove anchors that contain themselves or multiply";
    throw new DocumentError([{ file, line: 1, column: 1, pointer: "", message, fix }]);
  }
  checkBounds(file, shared);
  return copyJson(shared);
}

/** Bounds the depth of a document, so that neither nesting nor aliases exhaust the stack. */
const maxDepth = 200;
const maxSize = 256 * 1024 * 1024;

const tooDeep = {
  message: `it is nested more than ${maxDepth} levels deep`,
  fix: "move inner parts to components",
};
const tooLarge = { message: "its aliases expand to too much", fix: "use references for repeated parts" };

function checkBounds(file: string, value: Json): void {
  let size = 0;
  const visit = (part: Json | undefined, depth: number): void => {
    size += typeof part === "string" ? part.length : 4;
    if (depth > maxDepth || size > maxSize)
      throw new DocumentError([{ file, line: 1, column: 1, pointer: "", ...(depth > maxDepth ? tooDeep : tooLarge) }]);
    if (typeof part !== "object" || part === null) return;
    if (Array.isArray(part)) for (const item of part) visit(item, depth + 1);
    else for (const name in part) visit(part[name], depth + 1);
  };
  visit(value, 0);
}

const pairs = new WeakMap<YAMLMap, Map<string, Pair>>();

/** An index of a map by key, cached: many mistakes may be in one large map. */
function pairsOf(map: YAMLMap): Map<string, Pair> {
  const known = pairs.get(map);
  if (known !== undefined) return known;
  const made = new Map<string, Pair>();
  for (const pair of map.items) {
    const name = isScalar(pair.key) ? String(pair.key.value) : undefined;
    if (name !== undefined && !made.has(name)) made.set(name, pair);
  }
  pairs.set(map, made);
  return made;
}

/** The node of a map's key or a list's item; for a path that the text does not have, its last existing part. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? 0;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = pairsOf(node).get(String(part));
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(part)];
      if (item === undefined) break;
      offset = startOf(item) ?? offset;
      node = item;
    } else break;
  }
  return offset;
}

const startOf = (node: unknown): number | undefined => {
  const { range } = (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node : {}) satisfies Partial<Node>;
  return range?.[0];
};
