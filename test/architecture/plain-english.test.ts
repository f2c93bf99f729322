import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesOf, root } from "./imports.ts";

/** Phrases that readers took for a translation. */
const phrases = /\b(mend(s|ed)?|anew|told of|to be had|whoever|nobody asks|stands? still|no use|goes the way of)\b/iu;

test("sources, pages and READMEs are in plain English", () => {
  const files = filesOf(
    "{src,scripts,tools,docs,examples}/**/*.{ts,js,md,yaml}",
    "specs/*/*.{md,yaml}",
    "test/**/*.md",
    "*.md",
  );
  const found = files.flatMap((file) =>
    readFileSync(join(root, file), "utf8")
      .split("\n")
      .flatMap((line, index) => (phrases.test(line) ? [`${file}:${index + 1}: ${phrases.exec(line)?.[0]}`] : [])),
  );
  expect(files.length).toBeGreaterThan(300);
  expect(found).toEqual([]);
});

test.for([[], ["generate"], ["check"], ["diff"], ["sandbox"]])(
  "the help of latchkey %j is in plain English",
  (command) => {
    const cli = join(root, "scripts", "cli.ts");
    const help = execFileSync(process.execPath, ["--conditions=latchkey-source", cli, ...command, "--help"], {
      encoding: "utf8",
    });
    expect(help).toContain("Usage:");
    expect(phrases.exec(help)?.[0]).toBeUndefined();
  },
);

test.for([
  ["generat"],
  ["generate", "--nope"],
  ["generate", "missing.yaml", "--out", "nowhere"],
  ["check", "missing.yaml"],
  ["diff", "missing.yaml", "other.yaml"],
  ["diff", "specs/propeller/openapi.yaml", "specs/apiera/openapi.yaml", "--fail-on", "never"],
  ["sandbox", "missing"],
])("what latchkey %j prints is in plain English", (command) => {
  const cli = join(root, "scripts", "cli.ts");
  const args = ["--conditions=latchkey-source", cli, ...command];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  expect(stdout + stderr).not.toBe("");
  expect(phrases.exec(stdout + stderr)?.[0]).toBeUndefined();
});
