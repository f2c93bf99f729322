/** Imports of types, for what a file really uses: a strict compiler refuses the others. */

import { endOfString } from "../util/ts-literal.ts";

/** What `latchkey/calls` has; no generated type takes one of these names. */
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

/** A name in its own right, neither a part of another nor a member's: nothing of ours is followed by a colon but a member. */
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
