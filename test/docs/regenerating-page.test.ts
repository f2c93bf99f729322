import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Change } from "../../scripts/diff/rules/change.ts";
import { toReport } from "../../scripts/diff/report/print-json.ts";
import { type Row, ruleOf, tables } from "../../scripts/diff/rules/rules.ts";
import { compareDocuments, documentWith } from "../diff/support/compare.ts";

const page = readFileSync(new URL("../../docs/regenerating.md", import.meta.url), "utf8");

/** Rows of the table below a heading, cell by cell. */
function tableBelow(heading: string): string[][] {
  const section = page.split(`# ${heading}\n`)[1]?.split("\n#")[0] ?? expect.fail(`there is no ${heading}`);
  const rows = section.split("\n").filter((line) => line.startsWith("| "));
  return rows.slice(2).map((row) => row.slice(2, -2).split(" | "));
}

const whom = { nobody: "–", callers: "callers", readers: "readers", both: "callers, readers" };

test("the page has the very rules of the code", () => {
  const sections = {
    signIn: "Sign-in, servers and errors",
    operations: "Operations",
    messages: "Webhooks and callbacks",
    schemas: "Schemas",
  };
  for (const [name, rules] of Object.entries(tables)) {
    const want = Object.entries(rules).map(([rule, row]) => {
      const [, breaks, version, text]: Row = row;
      return [`\`${rule}\``, text, whom[breaks], version];
    });
    const [, heading = ""] = Object.entries(sections).find(([section]) => section === name) ?? [];
    expect(tableBelow(heading), name).toEqual(want);
  }
});

test("what generating again fixes is a patch, and else whatever breaks somebody is major", () => {
  const all = Object.values(tables).flatMap((rules) => Object.values(rules));
  for (const [, breaks, version, text] of all) {
    if (breaks !== "nobody") expect(["major", "patch"], text).toContain(version);
    else expect(["minor", "patch"], text).toContain(version);
  }
  // What callers write themselves is never fixed by generating again.
  for (const [, breaks, version, text] of Object.values(tables.schemas))
    if (breaks !== "nobody") expect(version, text).toBe("major");
  expect(ruleOf("token-url-changed")).toMatchObject({ breaks: "callers", version: "patch" });
});

test("every member of the JSON is on the page", async () => {
  const [text, more] = [{ type: "string" }, { type: ["string", "integer"] }];
  const thing = { $ref: "#/components/schemas/Thing" };
  const document = (schema: typeof text | typeof more) =>
    documentWith(thing, thing, { components: { schemas: { Thing: schema } } });
  const report = toReport([await compareDocuments(document(text), document(more))]);
  const [change] = report.vendors.flatMap(({ changes }) => changes);
  const named = tableBelow("As JSON").flatMap(([cell = ""]) =>
    [...cell.matchAll(/`([^`]+)`/gu)].map(([, name = ""]) => name.replace("[]", "")),
  );
  const members: Record<keyof Change, true> = {
    area: true,
    subject: true,
    at: true,
    rule: true,
    change: true,
    text: true,
    breaks: true,
    version: true,
    before: true,
    after: true,
    operations: true,
  };
  expect(named.sort()).toEqual(
    [...Object.keys(report), ...Object.keys(members).map((name) => `changes.${name}`)].sort(),
  );
  expect(Object.keys(change ?? {}).sort()).toEqual(Object.keys(members).sort());
  const vendorRow = tableBelow("As JSON").find(([cell]) => cell === "`vendors[]`")?.[1] ?? "";
  for (const member of Object.keys(report.vendors[0] ?? {})) expect(vendorRow).toContain(`\`${member}\``);
});
