/** Both packages as they would be published. */
import { existsSync, globSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./run.ts";

const root = join(import.meta.dirname, "..", "..");

export interface Tarballs {
  readonly latchkey: string;
  readonly cli: string;
  /** Removes them, unless they were given. */
  remove(): Promise<void>;
}

/** Those that `npm run check` packed, else newly packed ones. */
export async function packTarballs(): Promise<Tarballs> {
  const given = process.env.LATCHKEY_TARBALLS;
  const isGiven = given !== undefined && globSync("*.tgz", { cwd: given }).length === 2;
  const folder = isGiven ? given : await pack();
  const find = (pattern: string): string => {
    const [file] = globSync(pattern, { cwd: folder });
    if (file === undefined) throw new Error(`there is no ${pattern} in ${folder}`);
    return join(folder, file);
  };
  return {
    latchkey: find("latchkey-[0-9]*.tgz"),
    cli: find("latchkey-cli-*.tgz"),
    remove: async () => (isGiven ? undefined : await rm(folder, { recursive: true, force: true })),
  };
}

async function pack(): Promise<string> {
  if (!existsSync(join(root, "dist"))) throw new Error("nothing is built; run npm run build first");
  const folder = await mkdtemp(join(tmpdir(), "latchkey-pack-"));
  await run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder, ".", "./scripts"], {
    cwd: root,
  });
  return folder;
}
