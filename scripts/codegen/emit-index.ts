/** index.ts: the public names, listed; and the vendor with its schemas, which load when something is validated. */
import { comment } from "./comment.ts";

/**
 * A bundler keeps whatever an import() may load, so vendor.ts, which has none, serves where every byte counts. Widened to a string, the specifier
 * is one that no compiler follows, while Node and bundlers see it as it stands: an editor that was asked for a completion would read all
 * schemas, and zod, first (a fifth of its start with GitHub's document).
 */
export const emitIndex = (constant: string, title: string, extension: string): string =>
  `import type { FetchPaths } from "latchkey/calls";
import type { Paths } from "./calls${extension}";
import { ${constant} as bare } from "./vendor${extension}";

export type { components } from "./types${extension}";
export type { Actors, Batches, Codes, Credentials, Items } from "./vendor${extension}";

/** In openapi-fetch's words, for it and the tools around it. */
export type paths = FetchPaths<Paths>;

${comment(title)}export const ${constant}: typeof bare = { ...bare, schemas: () => import("./schemas${extension}" as string) };
`;
