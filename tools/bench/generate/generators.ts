/** The generators as their users run them: each its own command, with its own configuration. */
import { join } from "node:path";

export interface Generator {
  readonly name: string;
  /** Files it wants in its folder. */
  readonly files: Readonly<Record<string, string>>;
  /** Arguments for Node, the program first. */
  readonly command: readonly string[];
}

const root = join(import.meta.dirname, "..", "..", "..");
const ofRoot = (path: string): string => join(root, "node_modules", path);
const ofPeers = (path: string): string => join(root, "tools", "bench", "peers", "node_modules", path);
const peerModule = (path: string): string => JSON.stringify(`file://${ofPeers(path)}`);

/** @param document absolute path */
export function generators(document: string): readonly Generator[] {
  const input = JSON.stringify(document);
  const ours = [
    "--conditions=latchkey-source",
    join(root, "scripts", "cli.ts"),
    "generate",
    document,
    "--out",
    "made",
    "--name",
    "github",
  ];
  return [
    { name: types, files: {}, command: [ofRoot("openapi-typescript/bin/cli.js"), document, "-o", "made.ts"] },
    { name: latchkey, files: {}, command: [...ours, "--force"] },
    { name: unchanged, files: {}, command: ours },
    {
      name: "hey-api: types, client, zod",
      files: {
        "openapi-ts.config.mjs": `export default { input: ${input}, output: "made", plugins: ["@hey-api/typescript", "@hey-api/sdk", "@hey-api/client-fetch", "zod"] };\n`,
      },
      command: [join(root, "tools", "hey-api", "node_modules", "@hey-api", "openapi-ts", "dist", "run.mjs")],
    },
    {
      // Its zod schemas end with an error on this document (8.20 and 8.38: a `$ref` looked for in an example that is null).
      name: "orval: types, client",
      files: {
        "orval.config.mjs": `const input = ${input};
export default { client: { input, output: { client: "fetch", target: "made/client.ts", schemas: "made/model" } } };
`,
      },
      command: [ofPeers("orval/dist/bin/orval.mjs")],
    },
    {
      name: "Kubb: types, zod",
      files: {
        "kubb.config.mjs": `import { pluginOas } from ${peerModule("@kubb/plugin-oas/dist/index.js")};
import { pluginTs } from ${peerModule("@kubb/plugin-ts/dist/index.js")};
import { pluginZod } from ${peerModule("@kubb/plugin-zod/dist/index.js")};
export default {
  root: ".",
  input: { path: ${input} },
  output: { path: "made", clean: true, format: false, lint: false },
  plugins: [pluginOas({ validate: false }), pluginTs(), pluginZod()],
};
`,
      },
      command: [ofPeers("@kubb/cli/bin/kubb.cjs"), "generate"],
    },
  ];
}

export const types = "openapi-typescript: types";
export const latchkey = "latchkey: types, zod, vendor";
export const unchanged = "latchkey: nothing has changed";
