import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import runtime from "../../package.json" with { type: "json" };
import cli from "../../scripts/package.json" with { type: "json" };
import limitsOfBuiltPackage from "../../tools/size-limit/.size-limit.json" with { type: "json" };
import { root } from "../architecture/imports.ts";

// Figures that stand in two places are compared as whole cells and whole numbers: "80" is not found in "1,803".

const read = (file: string): string => readFileSync(join(root, file), "utf8");

/** The figure that a pattern's group finds in a file, which must be there. */
const figure = (file: string, pattern: RegExp): string =>
  pattern.exec(read(file))?.[1] ?? expect.fail(`${file} has nothing like ${pattern}`);

/** Cells of the rows of a page's tables. */
const rowsOf = (file: string): string[][] =>
  read(file)
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.slice(2, -2).split(" | "));

test("the corpus has as many documents in the README as on its page", () => {
  const all = figure("docs/corpus.md", /^All ([\d,]+) available documents/mu);
  expect(figure("README.md", /tested with ([\d,]+) public documents/u)).toBe(all);
  const count = (row: string) =>
    Number.parseInt(
      rowsOf("docs/corpus.md")
        .find(([name]) => name === row)?.[1]
        ?.replaceAll(",", "") ?? "",
      10,
    );
  const sum = count("documents that were generated and type-checked without an error") + count("documents refused");
  expect(sum).toBe(Number(all.replaceAll(",", "")));
});

test("the simulation's figures in the README are cells of its table", () => {
  const requests = (store: string) =>
    rowsOf("docs/fleet.md").find(([lifetime, one]) => lifetime === "60 s" && one === store)?.[2];
  expect(figure("README.md", /send ([\d,]+) token requests an hour/u)).toBe(requests("shared"));
  expect(figure("README.md", /instead of ([\d,]+)\.\n/u)).toBe(requests("none"));
});

test("the oldest supported Node is the same in manifests and pages", () => {
  const oldest = figure("package.json", /"node": ">=([\d.]+)"/u);
  expect(cli.engines.node).toBe(runtime.engines.node);
  expect(figure("README.md", /Node ≥ ([\d.]+)/u)).toBe(oldest);
});

test("the limit of a bundle is the same in size-limit, its bench and its page", () => {
  const limits = new Set(limitsOfBuiltPackage.map(({ limit }) => limit));
  expect([...limits]).toEqual([
    `${Number(figure("tools/bench/size.ts", /callInBytes: ([\d_]+)/u).replace("_", "")) / 1000} kB`,
  ]);
  expect(
    rowsOf("docs/speed.md").filter(([, budget]) => limits.has(/^≤ (\d+ kB)/u.exec(budget ?? "")?.[1] ?? "")),
  ).toHaveLength(1);
});

test("the limit of an installation is the same in its bench and on the contributors' page", () => {
  expect(figure("CONTRIBUTING.md", /its weight \(limit: (\d+) MB\)/u)).toBe(
    figure("tools/bench/install.ts", /weightInMB: (\d+)/u),
  );
});

test("every built-in vendor is a row of the README, and pages that count them count right", () => {
  const vendors = globSync("specs/*/openapi.yaml", { cwd: root }).map((file) => file.split(/[/\\]/u)[1] ?? "");
  const rows = rowsOf("README.md").flatMap(([cell = ""]) => /^`latchkey\/vendors\/([\w-]+)`$/u.exec(cell)?.[1] ?? []);
  expect(rows.sort()).toEqual(vendors.sort());
  const words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
  expect(figure("docs/regenerating.md", /for its (\w+) vendors/u)).toBe(words[vendors.length]);
  expect(figure("examples/README.md", /runs all (\w+) against/u)).toBe(words[vendors.length]);
});
