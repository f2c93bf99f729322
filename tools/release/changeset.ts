/**
 * `npm run changeset [-- <command>]`: runs Changesets, which is installed on first use. Changesets sees only packages of a workspace, and
 * npm does not take the root for one: while Changesets runs, and no longer, the root's package.json lists the root, too.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { root } from "./packages.ts";

const folder = import.meta.dirname;
const manifest = join(root, "package.json");
/** A record keeps the members in their order. */
const manifestSchema = z.record(z.string(), z.json());
const readManifest = () => manifestSchema.parse(JSON.parse(readFileSync(manifest, "utf8")));

async function run(command: string, args: readonly string[], cwd: string): Promise<number> {
  const [code] = await once(spawn(command, args, { cwd, stdio: "inherit" }), "close");
  return typeof code === "number" ? code : 1;
}

async function install(): Promise<number> {
  if (existsSync(join(folder, "node_modules"))) return 0;
  return run("npm", ["install", "--no-package-lock", "--ignore-scripts"], folder);
}

/** Rewrites the list of workspaces and keeps all else, also what Changesets has changed meanwhile. */
function setWorkspaces(workspaces: readonly string[]): void {
  writeFileSync(manifest, `${JSON.stringify({ ...readManifest(), workspaces }, null, 2)}\n`);
}

async function changeset(args: readonly string[]): Promise<number> {
  const workspaces = z.array(z.string()).parse(readManifest().workspaces);
  setWorkspaces([".", ...workspaces]);
  try {
    return await run(process.execPath, [join(folder, "node_modules/@changesets/cli/bin.js"), ...args], root);
  } finally {
    setWorkspaces(workspaces);
  }
}

const installed = await install();
process.exitCode = installed === 0 ? await changeset(process.argv.slice(2)) : installed;
