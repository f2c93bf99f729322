/** index.ts: the public names, listed. */
export const emitIndex = (constant: string, extension: string): string =>
  `export type { components, operations, paths } from "./types${extension}";
export type { Actors, Batches, Codes, Credentials, Items } from "./vendor${extension}";
export { ${constant} } from "./vendor${extension}";
`;
