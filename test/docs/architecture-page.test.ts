import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../architecture/imports.ts";
import { orders } from "../architecture/orders.ts";

const page = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");

test("every file that ARCHITECTURE.md sends a reader to exists, and its link shows the path", () => {
  const links = [...page.matchAll(/\[([^\]]+)\]\(([^)]+)\)/gu)].map(([, text = "", target = ""]) => ({ text, target }));
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter(({ text, target }) => text !== target || !existsSync(join(root, target)))).toEqual([]);
});

test.for(["src", "scripts", "scripts/codegen"] as const)(
  "ARCHITECTURE.md gives the order of %s/ as the import test holds it",
  (folder) => {
    const [, line = ""] = page.match(new RegExp(`^- \`${folder}/\`[^:]*: (.+)$`, "mu")) ?? [];
    const shown = line.split(" → ").map((group) => [...group.matchAll(/`([^`]+)`/gu)].map(([, name]) => name));
    const held = orders[folder].map((group) => group.filter((name) => name !== "package.json" && name !== "zod"));
    expect(shown).toEqual(held.filter((group) => group.length > 0));
  },
);
