/** Emits types.ts: a type for each schema as received, and one as sent if it differs. */
import { propertyKey } from "../util/ts-literal.ts";
import type { TypeModel } from "./type-model.ts";

export function emitTypes({ components, sent }: TypeModel): string {
  const list = (types: TypeModel["components"], indent: string): string =>
    types.map(({ component, name }) => `${indent}${propertyKey(component)}: ${name};\n`).join("");
  return `${[...components, ...sent].map(({ declaration }) => declaration).join("\n")}
/** By the names that the document gives them. */
export interface components {
  schemas: {
${list(components, "    ")}  };
  /** As a caller sends them, where that differs: without what is readOnly, and what has a default may be left out. */
  sent: {
${list(sent, "    ")}  };
}
`;
}
