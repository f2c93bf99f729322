import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { errorKinds } from "../../scripts/codegen/extensions/definitions.ts";
import { defaultAdvice } from "../../src/errors/parse-error-response.ts";
import * as latchkey from "../../src/index.ts";
import { LatchkeyError, type Outcome, TransportError, type TransportReason } from "../../src/index.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const page = read("docs/errors.md");

/** Rows of the table below a heading, cell by cell. */
function tableBelow(heading: string): string[][] {
  const section = page.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? expect.fail(`there is no ${heading}`);
  const rows = section.split("\n").filter((line) => line.startsWith("| "));
  return rows.slice(2).map((row) => row.slice(2, -2).split(" | "));
}
const named = (cell: string | undefined): string[] =>
  [...(cell ?? "").matchAll(/`([^`]+)`/gu)].map(([, name = ""]) => name);

/** Compile only while they name every member of the types. */
const outcomes = {
  transient: true,
  throttled: true,
  configuration: true,
  reauthentication_required: true,
  in_doubt: true,
  security: true,
  refused: true,
  unreadable: true,
  aborted: true,
  timed_out: true,
  closed: true,
} satisfies Record<Outcome, true>;
const reasons = {
  network: true,
  timed_out: true,
  redirect: true,
  see_other: true,
  origin: true,
  not_replayable: true,
  too_large: true,
  closed: true,
} satisfies Record<TransportReason, true>;

test("every class of errors that is exported is on the page, with fields that it has", () => {
  const classes = Object.values(latchkey).flatMap((one) =>
    typeof one === "function" && one.prototype instanceof LatchkeyError ? [one.name] : [],
  );
  const rows = tableBelow("Classes");
  expect(rows.flatMap(([cell]) => named(cell)).sort()).toEqual(classes.sort());
  for (const [cell, , fields] of rows) {
    const [name = ""] = named(cell);
    const files = { AuthError: "auth-error", VendorError: "vendor-error", SchemaError: "schema-error" };
    const file = Object.entries(files).find(([one]) => one === name)?.[1] ?? "transport-error";
    const source = read(name === "BatchError" ? "src/bulk/batch-error.ts" : `src/errors/${file}.ts`);
    for (const field of named((fields ?? "").replace(/\([^)]*\)/gu, ""))) {
      expect(source, `${name}.${field}`).toMatch(new RegExp(`(?:readonly|get) ${field}\\b`, "u"));
    }
  }
});

test("every outcome is on the page, in the very rows of its docstring", () => {
  const rows = tableBelow("Outcomes");
  expect(rows.flatMap(([cell]) => named(cell))).toEqual(Object.keys(outcomes));
  const docstring = read("src/errors/latchkey-error.ts")
    .split("\n")
    .flatMap((line) => (/^ \* \| `/u.test(line) ? [line.slice(5, -2).split(" | ")] : []));
  expect(rows).toEqual(docstring);
});

test("every kind is on the page, with the advice that is given where a document has none", () => {
  const rows = tableBelow("Kinds");
  expect(rows.flatMap(([cell]) => named(cell))).toEqual([...errorKinds]);
  expect(Object.fromEntries(rows.map(([cell, , advice]) => [named(cell)[0], advice]))).toEqual(defaultAdvice);
});

test("every reason of a TransportError is on the page, with its outcome", () => {
  const rows = tableBelow("Reasons of a `TransportError`");
  expect(rows.flatMap(([cell]) => named(cell))).toEqual(Object.keys(reasons));
  for (const reason of [
    "network",
    "timed_out",
    "redirect",
    "see_other",
    "origin",
    "not_replayable",
    "closed",
  ] as const) {
    const row = rows.find(([cell]) => named(cell)[0] === reason);
    expect(named(row?.[1])).toEqual([new TransportError("acme", reason, "x").outcome]);
  }
});
