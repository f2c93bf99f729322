import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";

const root = fileURLToPath(new URL("../..", import.meta.url));
const exec = promisify(execFile);
let folder: string;

const document = (path: string): string =>
  `openapi: 3.1.0\ninfo: { title: Acme, version: "1" }\npaths: { ${path}: { get: { operationId: list, responses: { "204": { description: None } } } } }\n`;
const project = () => join(folder, "project");

/** The steps of the workflow that run commands, as GitHub runs them: `bash -e`. `npm ci` is left out: nothing is installed here. */
async function runSteps(): Promise<string> {
  const workflow = parse(await readFile(join(root, "examples/regenerate.yml"), "utf8"));
  const steps: { run?: string }[] = workflow.jobs.regenerate.steps;
  let said = "";
  for (const { run } of steps) {
    if (run === undefined || run === "npm ci") continue;
    const path = [join(folder, "bin"), process.env.PATH].join(delimiter);
    const env = { ...process.env, PATH: path, RUNNER_TEMP: folder, GH_TOKEN: "none" };
    said += (await exec("bash", ["-e", "-c", run], { cwd: project(), env })).stdout;
  }
  return said;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-workflow-"));
  await mkdir(join(folder, "bin"));
  await mkdir(project());
  const latchkey = `exec "${process.execPath}" --conditions=latchkey-source "${join(root, "scripts/cli.ts")}"`;
  // The two commands that need the network: npx finds what is installed, gh talks to GitHub.
  await writeFile(join(folder, "bin/npx"), `#!/bin/sh\nshift\n${latchkey} "$@"\n`, { mode: 0o755 });
  await writeFile(join(folder, "bin/gh"), `#!/bin/sh\necho "gh $*" >> "${join(folder, "gh.log")}"\n`, { mode: 0o755 });
  await writeFile(join(project(), "acme.yaml"), document("/orders"));
  const config = { out: "made", importExtension: ".ts", vendors: { acme: { document: "acme.yaml" } } };
  await writeFile(join(project(), "latchkey.config.json"), JSON.stringify(config));
  await exec(join(folder, "bin/npx"), ["latchkey", "generate"], { cwd: project() });
  const git = (...args: string[]) => exec("git", args, { cwd: project() });
  await git("init", "--quiet", "--bare", join(folder, "origin.git"));
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "--all");
  await git("-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message=feat: begin");
  await git("remote", "add", "origin", join(folder, "origin.git"));
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

it("does nothing while no document changes, and then opens a pull request with the text of latchkey diff", async () => {
  expect(await runSteps()).toContain("Nothing changed.");
  await expect(readFile(join(folder, "gh.log"), "utf8")).rejects.toThrow("ENOENT");
  await writeFile(join(project(), "acme.yaml"), document("/bills"));
  await runSteps();
  const text = join(folder, "text.md");
  expect(await readFile(join(folder, "gh.log"), "utf8")).toBe(
    `gh pr create --head latchkey/regenerate --title Follow the vendors' documents --body-file ${text}\n`,
  );
  expect(await readFile(text, "utf8")).toMatch(/Needs a major version[\s\S]*GET \/orders/u);
  const { stdout } = await exec("git", ["show", "--stat", "latchkey/regenerate"], { cwd: join(folder, "origin.git") });
  expect(stdout).toMatch(/made\/acme\/calls\.ts/u);
}, 60_000);
