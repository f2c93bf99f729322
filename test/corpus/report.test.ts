import { expect, it } from "vitest";
import { type Checked, holds, report } from "../../tools/corpus/report.ts";

const agreement = { compared: 10, valid: 6, examples: 1, explained: {}, disagreements: [], skipped: [] };
const about = { bytes: 1, cpuInMs: 1, complaints: [], takers: [] };
const made = { ...about, id: "a/made", outcome: "made", agreement } satisfies Checked;
const problem = {
  file: "b.json",
  line: 7,
  column: 1,
  pointer: "/paths/~1x/get",
  message: 'the reference "#/nowhere" leads nowhere',
  fix: "describe it",
};
const refused = { ...about, id: "b/refused", outcome: "refused", problems: [problem, problem] } satisfies Checked;
const disagreement = {
  where: "GET /x 200",
  kind: "takes what is not",
  value: 1,
  because: ["/: must be string"],
} as const;

it("passes while all output is correct and no other generator accepts a refused document", () => {
  expect(holds([made, refused])).toBe(true);
  expect(holds([{ ...refused, takers: ["hey-api"] }])).toBe(false);
  expect(holds([{ ...made, complaints: ["calls.ts(1,1): error TS1005: ';' expected."] }])).toBe(false);
  expect(holds([{ ...made, agreement: { ...agreement, disagreements: [disagreement] } }])).toBe(false);
  expect(holds([{ ...about, id: "c", outcome: "timeout" }])).toBe(false);
});

it("prints the defect, its place, the fix and the other generators that accept the document for each refused document", () => {
  const text = report([made, refused, { ...refused, id: "c/taken", takers: ["openapi-typescript"] }], 5);
  expect(text).toMatch(/^documents +3 of 5$/mu);
  expect(text).toMatch(/^refused +2, accepted by others: 1$/mu);
  expect(text).toContain(`  b/refused (accepted by no other generator)
    the reference "#/nowhere" leads nowhere, and 1 more
    at line 7, /paths/~1x/get; describe it
  c/taken (accepted by openapi-typescript)`);
});

it("counts what is judged otherwise by the name of its reason", () => {
  const tolerant = { ...made, agreement: { ...agreement, explained: { "open enums": 3 } } };
  expect(report([tolerant, tolerant], 2)).toMatch(/^ +6 {2}open enums: an enum of several values accepts any other/mu);
});
