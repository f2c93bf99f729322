/** Three small projects on the disk, one for each client of GitHub's document: what a user would have after `npm install` and generating. */

import { execFile } from "node:child_process";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import openapiTS, { astToString } from "openapi-typescript";
import { generateVendor } from "../../../scripts/codegen/generate-vendor.ts";
import { githubDocument } from "../../lib/github-document.ts";
import { createClient } from "../../lib/hey-api.ts";
import type { ClientName } from "./positions.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const document = await githubDocument();

export interface Project {
  readonly folder: string;
  /** The lines before the caller's own. */
  readonly head: string;
}

const heads = {
  latchkey: `import { connect } from "latchkey";\nimport { github } from "./github/index.ts";\nconst api = connect(github);\n`,
  "openapi-fetch": `import createClient from "openapi-fetch";\nimport type { paths } from "./github.ts";\nconst api = createClient<paths>();\n`,
  "hey-api": `import * as api from "./github/sdk.gen";\n`,
};

export async function prepareProjects(folder: string): Promise<Record<ClientName, Project>> {
  const at = (name: keyof typeof heads): Project => ({ folder: join(folder, name), head: heads[name] });
  for (const name of ["latchkey", "openapi-fetch", "hey-api"] as const) {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, "tsconfig.json"), JSON.stringify(config, undefined, 2));
    await writeFile(join(folder, name, "main.ts"), `${heads[name]}export {};\n`);
  }
  await installLatchkey(join(folder, "node_modules"));
  const files = await generateVendor({ document, name: "github", origin: "github.json", extension: ".ts" });
  await mkdir(join(folder, "latchkey", "github"));
  for (const [name, text] of files) await writeFile(join(folder, "latchkey", "github", name), text);
  await writeFile(
    join(folder, "openapi-fetch", "github.ts"),
    astToString(await openapiTS(new URL(`file://${document}`), { silent: true })),
  );
  await createClient({
    input: document,
    output: { path: join(folder, "hey-api", "github") },
    plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
    logs: { level: "silent", file: false },
  });
  return {
    "latchkey, path first": at("latchkey"),
    "latchkey, client.GET": at("latchkey"),
    "openapi-fetch": at("openapi-fetch"),
    "hey-api": at("hey-api"),
  };
}

const config = {
  compilerOptions: {
    target: "ES2023",
    lib: ["ES2023", "DOM", "DOM.Iterable", "ESNext.Disposable"],
    module: "ESNext",
    moduleResolution: "bundler",
    types: [],
    strict: true,
    noUncheckedIndexedAccess: true,
    allowImportingTsExtensions: true,
    isolatedModules: true,
    skipLibCheck: true,
    noEmit: true,
  },
  files: ["main.ts"],
};

/** Our package as it ships: declarations bundled, its dependencies beside it. */
async function installLatchkey(modules: string): Promise<void> {
  await mkdir(join(modules, "latchkey"), { recursive: true });
  for (const name of ["openapi-fetch", "openapi-typescript-helpers", "zod"])
    await symlink(join(root, "node_modules", name), join(modules, name));
  const built = join(modules, "latchkey", "dist");
  const entries = ["index", "calls", "vendor", "zod"];
  const tsup = createRequire(import.meta.url).resolve("tsup/dist/cli-default.js");
  const flags = ["--no-config", "--dts-only", "--format", "esm", "--silent", "--out-dir", built];
  await promisify(execFile)(process.execPath, [tsup, ...entries.map((entry) => `src/${entry}.ts`), ...flags], {
    cwd: root,
  });
  const exports = Object.fromEntries(
    entries.map((entry) => [entry === "index" ? "." : `./${entry}`, { types: `./dist/${entry}.d.ts` }]),
  );
  await writeFile(
    join(modules, "latchkey", "package.json"),
    JSON.stringify({ name: "latchkey", type: "module", exports }),
  );
}

export const removeProjects = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });
