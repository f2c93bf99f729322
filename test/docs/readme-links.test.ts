import { existsSync, readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { expect, test } from "vitest";
import runtime from "../../package.json" with { type: "json" };
import { root } from "../architecture/imports.ts";

const page = readFileSync(join(root, "README.md"), "utf8");
const links = [...page.matchAll(/\]\(([^)\s]+)\)/gu)].map(([, target = ""]) => target.replace(/#.*$/u, ""));
const relative = links.filter((target) => target !== "" && !/^https:/u.test(target));

const isPublished = (target: string): boolean =>
  runtime.files.some((pattern) => matchesGlob(target, pattern) || target.startsWith(`${pattern}/`));

test("every link of the README is absolute, or leads to a file that the package contains", () => {
  expect(relative.length).toBeGreaterThan(10);
  expect(relative.filter((target) => !existsSync(join(root, target)) || !isPublished(target))).toEqual([]);
});

test("figures of the README stand in the pages that they come from", () => {
  const corpus = readFileSync(join(root, "docs/corpus.md"), "utf8");
  const fleet = readFileSync(join(root, "docs/fleet.md"), "utf8");
  expect(corpus).toContain(/run on ([\d,]+) public documents/u.exec(page)?.[1]);
  const [, requests = "", instead = ""] = /send (\d+) token requests an hour instead of ([\d,]+)/u.exec(page) ?? [];
  expect([requests, instead].filter((figure) => figure === "" || !fleet.includes(figure))).toEqual([]);
});
