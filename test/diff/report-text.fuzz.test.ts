/** Names and values of a document stay text in every report: in Markdown inside code spans, in a terminal on their line. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatDiagnostic } from "../../scripts/codegen/load/diagnostics.ts";
import { toChange } from "../../scripts/diff/rules/change.ts";
import type { VendorDiff } from "../../scripts/diff/contract/compare-contracts.ts";
import { printJson } from "../../scripts/diff/report/print-json.ts";
import { printMarkdown } from "../../scripts/diff/report/print-markdown.ts";
import { printText } from "../../scripts/diff/report/print-text.ts";
import { hostileText } from "../codegen/support/hostile-text.ts";
import { fuzzParameters } from "../support/fuzz.ts";

const unseen = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

const diffOf = ([
  title = "",
  version = "",
  subject = "",
  at = "",
  before = "",
  after = "",
  first = "",
  second = "",
]: readonly string[]): VendorDiff => ({
  name: "acme",
  before: { title, version: `${version}1` },
  after: { title, version: `${version}2` },
  breaking: true,
  version: "major",
  changes: [
    toChange({
      area: "sign-in",
      subject,
      at: `x${at}`,
      rule: "variable-default-changed",
      before,
      after: { [after]: after },
      operations: [first, second],
    }),
  ],
});

const texts = fc.array(hostileText, { minLength: 8, maxLength: 8 });
const plain = Array.from({ length: 8 }, () => "a");

/** Without its code spans (CommonMark §6.1): a run of backticks up to the next run of the same length. */
function withoutSpans(markdown: string): string {
  const runs = [...markdown.matchAll(/`+/gu)];
  let rest = "";
  let from = 0;
  for (let index = 0; index < runs.length; index++) {
    const [fence = "", at] = [runs[index]?.[0], runs[index]?.index ?? 0];
    const end = runs.findIndex((run, other) => other > index && run[0] === fence);
    const close = runs[end];
    if (close === undefined) continue;
    rest += `${markdown.slice(from, at)}<code>`;
    from = close.index + fence.length;
    index = end;
  }
  return rest + markdown.slice(from);
}

test("Markdown outside of code spans is the same whatever the document says", () => {
  fc.assert(
    fc.property(texts, (given) => {
      const markdown = printMarkdown([diffOf(given)]);
      expect(withoutSpans(markdown)).toBe(withoutSpans(printMarkdown([diffOf(plain)])));
      expect(markdown).not.toMatch(unseen);
    }),
    fuzzParameters(500),
  );
});

test("a report for a terminal has the same lines and no controls", () => {
  fc.assert(
    fc.property(texts, (given) => {
      const [text, json] = [printText([diffOf(given)], false), printJson([diffOf(given)])];
      expect(text.split("\n")).toHaveLength(printText([diffOf(plain)], false).split("\n").length);
      expect(text + json).not.toMatch(unseen);
      expect(JSON.parse(json).vendors[0].changes[0].before).toBe(given[4]);
    }),
    fuzzParameters(500),
  );
});

test("a problem of a document is one line without controls", () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const line = formatDiagnostic({ file: text, line: 1, column: 1, pointer: `/${text}`, message: text, fix: text });
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }),
    fuzzParameters(500),
  );
});
