/** Type imports of the names that a file uses; strict compilers reject unused ones. */

import { endOfString } from "../util/ts-literal.ts";

/** The exports of `latchkey/calls`, which are reserved names. */
export const callTypes = [
  "Bytes",
  "CallInit",
  "Refusal",
  "Rest",
  "ServerSentEvent",
  "Success",
  "Undocumented",
  "VendorError",
] as const;

function codeOf(text: string): string {
  const parts: string[] = [];
  const opening = /"|\/\*/gu;
  let at = 0;
  for (let found = opening.exec(text); found !== null; found = opening.exec(text)) {
    parts.push(text.slice(at, found.index));
    at = found[0] === '"' ? endOfString(text, found.index) : endOfComment(text, found.index);
    opening.lastIndex = at;
  }
  return [...parts, text.slice(at)].join('""');
}

const endOfComment = (text: string, start: number): number => {
  const end = text.indexOf("*/", start + 2);
  return end < 0 ? text.length : end + 2;
};

/** Matches a name that is neither part of another name nor a member, which a colon follows. */
const typeName = /(?<![.\w$])[A-Za-z_$][\w$]*(?![\w$]|\??:)/gu;

export const typeImport = (namespace: string, from: string, text: string): string =>
  new RegExp(`(?<![\\w$."])${namespace}\\.[A-Za-z_$]`, "u").test(codeOf(text))
    ? `import type * as ${namespace} from "${from}";\n`
    : "";

export function typeImports(names: readonly string[], from: string, text: string): string {
  const words = new Set(codeOf(text).match(typeName));
  const used = names.filter((name) => words.has(name));
  return used.length === 0 ? "" : `import type { ${used.join(", ")} } from "${from}";\n`;
}
