/** index.ts: the public names, listed. */
export const emitIndex = (constant: string, extension: string): string =>
  `export type { components, operations, paths } from "./types${extension}";
export type { Actors, Codes, Credentials } from "./vendor${extension}";
export { ${constant} } from "./vendor${extension}";
`;
