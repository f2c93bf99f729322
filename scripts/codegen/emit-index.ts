/** index.ts: the public names, listed. */
export const emitIndex = (constant: string, extension: string): string =>
  `export type { operations, paths } from "./paths${extension}";
export type { components } from "./types${extension}";
export type { Actors, Batches, Codes, Credentials, Items } from "./vendor${extension}";
export { ${constant} } from "./vendor${extension}";
`;
