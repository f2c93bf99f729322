import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { reasons } from "../../tools/corpus/tolerances.ts";

const page = readFileSync(new URL("../../docs/corpus.md", import.meta.url), "utf8");

test("the page of the corpus gives every reason for a difference from JSON Schema, and no other", () => {
  const [list = ""] = page.split("\n## Results\n");
  const rows = list.split("\n").flatMap((line) => {
    const [, name = "", reason = ""] = /^\| ([\w ]+) \| (.+) \|$/u.exec(line) ?? [];
    return name === "" || name === "name" ? [] : [[name, reason]];
  });
  expect(Object.fromEntries(rows)).toEqual(reasons);
});
