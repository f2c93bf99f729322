import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const examples = globSync("examples/*.ts", { cwd: root }).map((file) => basename(file));

/** What each program for a task prints: it starts its own sandbox. The programs for vendors run in the demo. */
const printed: Readonly<Record<string, readonly string[]>> = {
  "act-as-a-customer.ts": [
    "customer@shop.example sees orders: true",
    "second@shop.example sees orders: false",
    "the store's own client: 200",
  ],
  "middleware-only.ts": ["the first call signs in: 200", "a revoked token is replaced, and the call repeated: 200"],
  "opentelemetry.ts": ["POST /oauth/v2/token: 200", "GET /v1/ping: 200"],
  "resume-a-list.ts": ["the first run read 2 products", "the second run read the others, none twice: true"],
  "shared-store.ts": ["the first worker reads the categories", "the second worker reads the categories", "sign-ins: 1"],
  "your-own-store.ts": [
    "the store keeps every rule of the protocol",
    "signed in, and kept the token in the table: true",
  ],
};

describe("an example of a task", () => {
  test.for(Object.entries(printed))("%s runs to its end and prints what it says", async ([file, lines]) => {
    const args = ["--conditions=latchkey-source", "--disable-warning=ExperimentalWarning", join("examples", file)];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: root });
    expect(stderr).toBe("");
    expect(stdout.trimEnd().split("\n")).toEqual(lines);
  });
});

describe("an example of a vendor", () => {
  // `import.meta.main` would be shorter, but is undefined before Node 24.2: the program would then do nothing.
  test.for(examples.filter((file) => !Object.hasOwn(printed, file)))(
    "%s runs as a program on every supported Node: without credentials it ends with the error that says so",
    async (file) => {
      const args = ["--conditions=latchkey-source", join("examples", file)];
      const failure = await promisify(execFile)(process.execPath, args, { cwd: root, env: {} }).catch((error) => error);
      expect(failure).toMatchObject({ code: 1, stderr: expect.stringContaining("ConfigurationError") });
      expect(readFileSync(join(root, "examples", file), "utf8")).not.toContain("import.meta.main");
    },
  );
});

describe("the index of the examples", () => {
  const index = readFileSync(join(root, "examples/README.md"), "utf8");

  test("names each file once, and no other", () => {
    const named = [...index.matchAll(/\]\(([\w-]+\.ts)\)/gu)].map(([, file = ""]) => file);
    expect(named.sort()).toEqual([...examples].sort());
  });

  test("has a program that runs here, or one of the demo, for each file", () => {
    const vendors = globSync("specs/*/openapi.yaml", { cwd: root }).map((file) => `${file.split(/[/\\]/u)[1]}.ts`);
    expect([...vendors, ...Object.keys(printed)].sort()).toEqual([...examples].sort());
  });
});
