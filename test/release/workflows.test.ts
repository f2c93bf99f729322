import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import runtime from "../../package.json" with { type: "json" };

const root = join(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");

const stepSchema = z.object({ uses: z.string().optional(), run: z.string().optional() });
const workflowSchema = z.object({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.object({
      "timeout-minutes": z.number(),
      strategy: z.object({ matrix: z.record(z.string(), z.array(z.string())) }).optional(),
      env: z.record(z.string(), z.string()).optional(),
      steps: z.array(stepSchema),
    }),
  ),
});
const readWorkflow = (name: string) => workflowSchema.parse(parse(read(`.github/workflows/${name}.yml`)));
const workflows = globSync("*.yml", { cwd: join(root, ".github/workflows") }).map((file) => file.slice(0, -4));

describe.for(workflows)("the workflow %s", (name) => {
  const workflow = readWorkflow(name);
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  test("may only read, unless a job asks for more, and ends in time", () => {
    expect(workflow.permissions).toEqual({ contents: "read" });
    for (const job of Object.values(workflow.jobs)) expect(job["timeout-minutes"]).toBeLessThanOrEqual(60);
  });

  test("pins every action by version", () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((action) => !/^[\w-]+\/[\w-]+@v\d+(?:\.\d+)*$/u.test(action))).toEqual([]);
  });

  test("runs only scripts that package.json has", () => {
    const commands = steps.flatMap(({ run }) => [...(run ?? "").matchAll(/npm run ([\w:-]+)/gu)]);
    const scripts = commands.map(([, script = ""]) => script);
    expect(scripts.filter((script) => !Object.hasOwn(runtime.scripts, script))).toEqual([]);
  });
});

describe("CI", () => {
  const { jobs } = readWorkflow("ci");

  test("tests each supported Node, and says which one a cell must be", () => {
    expect(jobs.tests?.strategy?.matrix).toEqual({ node: ["22", "24", "26"] });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of workflows
    expect(jobs.tests?.env).toEqual({ LATCHKEY_NODE: "${{ matrix.node }}", LATCHKEY_REQUIRE_ALL: "1" });
  });

  test("installs each cell's Node in place of the devDependency, without the flag that npm refuses in a project", () => {
    const commands = jobs.tests?.steps.flatMap(({ run }) => run ?? []) ?? [];
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of workflows
    expect(commands).toContain("npm install --no-save node@${{ matrix.node }}");
    expect(runtime.allowScripts.node).toBe(true);
  });

  test("checks types under each supported TypeScript", () => {
    expect(jobs.types?.strategy?.matrix).toEqual({ typescript: ["5.9", "6.0", "7.0"] });
  });

  test("runs elsewhere on the Node of .nvmrc, which is also the development's", () => {
    expect(runtime.devDependencies.node).toMatch(new RegExp(`^\\^${read(".nvmrc").trim()}\\.`, "u"));
  });
});

test("every form and list under .github is YAML", () => {
  const files = globSync(".github/{*.yml,ISSUE_TEMPLATE/*.yml}", { cwd: root });
  expect(files).toHaveLength(5);
  for (const file of files) expect(parse(read(file)), file).toBeTypeOf("object");
});
