/** Imports of types, for what a file really uses: a strict compiler refuses the others. */

/** What `latchkey/calls` has; no generated type takes one of these names. */
export const callTypes = [
  "Bodiless",
  "Bytes",
  "CallInit",
  "Json",
  "Refusal",
  "Rest",
  "ServerSentEvent",
  "Success",
  "Undocumented",
  "VendorError",
] as const;

const codeOf = (text: string): string => text.replace(/"(?:[^"\\]|\\.)*"|\/\*[\s\S]*?\*\//gu, '""');

/** A name in its own right, neither a part of another nor a member's: nothing of ours is followed by a colon but a member. */
export const typeName = /(?<![.\w$])[A-Za-z_$][\w$]*(?![\w$]|\??:)/gu;

export const typeImport = (namespace: string, from: string, text: string): string =>
  new RegExp(`(?<![\\w$."])${namespace}\\.[A-Za-z_$]`, "u").test(codeOf(text))
    ? `import type * as ${namespace} from "${from}";\n`
    : "";

export function typeImports(names: readonly string[], from: string, text: string): string {
  const words = new Set(codeOf(text).match(typeName));
  const used = names.filter((name) => words.has(name));
  return used.length === 0 ? "" : `import type { ${used.join(", ")} } from "${from}";\n`;
}
