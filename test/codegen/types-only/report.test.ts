import { expect, test } from "vitest";
import type { Comparison, Difference } from "../../../tools/types-only/compare.ts";
import { holds, report } from "../../../tools/types-only/report.ts";

const item = (access: string, more: { refersTo?: string[]; bug?: string } = {}) => ({ access, refersTo: [], ...more });
const judged = (differences: Comparison["differences"], errors: Partial<Comparison["errors"]> = {}) => [
  {
    id: "acme",
    refused: { ours: "", theirs: "" },
    items: 9,
    comparison: { differences, errors: { ours: [], theirs: [], ...errors } },
  },
];
const differs = (access: string, difference: Difference, more = {}) => ({ item: item(access, more), difference });

test("a difference is reported by class, and fails the run without a reason", () => {
  const found = judged([differs('operations["a"]', "wider")]);
  expect(report(found)).toContain("| acme | 9 | 1 wider |\n");
  expect(report(found)).toContain('acme: operations["a"]: wider\n');
  expect(holds(found)).toBe(false);
});

test("what differs because of a part that it refers to is not counted twice", () => {
  const schema = 'components["schemas"]["A"]';
  const found = judged([
    differs(schema, "apart", { bug: "a bug" }),
    differs('operations["a"]', "apart", { refersTo: [schema] }),
  ]);
  expect(report(found)).toContain("| acme | 9 | 1 bug, 1 follows |\n");
  expect(holds(found)).toBe(true);
});

test("a circle that the other file does not compile with is a bug of it", () => {
  const error = "6: TS2502: 'A' is referenced directly or indirectly in its own type annotation.";
  const found = judged([differs('components["schemas"]["A"]', "assignable")], { theirs: [error] });
  expect(report(found)).toContain("| acme | 9 | 1 bug, theirs has 1 errors |\n");
  expect(holds(found)).toBe(true);
});

test("a file of ours that does not compile, and a document that only ours refuses, fail the run", () => {
  expect(holds(judged([], { ours: ["1: TS1005: ';' expected."] }))).toBe(false);
  expect(holds([{ id: "acme", refused: { ours: "no", theirs: "" }, items: 0 }])).toBe(false);
  expect(holds([{ id: "acme", refused: { ours: "no", theirs: "no" }, items: 0 }])).toBe(true);
});
