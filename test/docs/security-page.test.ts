import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../architecture/imports.ts";

const read = (path: string) => readFileSync(join(root, path), "utf8");
const rows = read("SECURITY.md")
  .split("\n")
  .filter((line) => line.includes("`test/"))
  .map((line) => ({ line, files: [...line.matchAll(/`(test\/[^`]+)`/gu)].map(([, file = ""]) => file) }));

test("every defence in SECURITY.md names a test that exists", () => {
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.flatMap(({ files }) => files).filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test("every row of the fault matrix that SECURITY.md names is a test of that file", () => {
  const missing = rows.flatMap(({ line, files }) =>
    (line.match(/\bS\d\d\b/gu) ?? []).filter((row) => !files.some((file) => read(file).includes(`${row} `))),
  );
  expect(missing).toEqual([]);
});
