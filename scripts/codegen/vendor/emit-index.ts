/** Emits index.ts: the public exports, and the vendor with its schemas, which are imported when something is validated. */
import { comment } from "../util/comment.ts";

/**
 * A bundler keeps whatever an import() may load; vendor.ts has no import() and serves where every byte counts. The specifier is widened to
 * string so that compilers do not follow it, while Node and bundlers do: otherwise an editor would read all schemas and zod before its
 * first completion (a fifth of its start with GitHub's document).
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
