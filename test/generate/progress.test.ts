import { expect, it } from "vitest";
import { createProgress } from "../../scripts/shared/progress.ts";

function start(isTerminal: boolean) {
  let now = 5_000;
  let text = "";
  const error = (added: string) => {
    text += added;
  };
  const progress = createProgress({ out: () => {}, error, isTerminal }, () => now);
  return {
    progress,
    at(milliseconds: number, task: string): string {
      now = 5_000 + milliseconds;
      text = "";
      progress.at(task);
      return text;
    },
    clear(): string {
      text = "";
      progress.clear();
      return text;
    },
  };
}

it("is one line on a terminal, from the second second on, written over and taken away", () => {
  const { progress, at, clear } = start(true);
  expect(at(0, "acme: reading")).toBe("");
  expect(at(999, "acme: checking")).toBe("");
  expect(clear()).toBe("");
  expect(at(1_000, "acme: modelling")).toBe("\r\u001B[2Kgenerate: acme: modelling (1 s)");
  expect(at(2_500, "acme: emitting")).toBe("\r\u001B[2Kgenerate: acme: emitting (2 s)");
  expect(clear()).toBe("\r\u001B[2K");
  expect(clear()).toBe("");
  progress.end();
});

it("is a plain line every ten seconds where nobody sees a terminal", () => {
  const { progress, at, clear } = start(false);
  expect(at(1_500, "acme: reading")).toBe("");
  expect(at(9_999, "acme: reading")).toBe("");
  expect(at(10_000, "acme: checking")).toBe("generate: acme: checking (10 s)\n");
  expect(at(12_000, "acme: modelling")).toBe("");
  expect(at(21_000, "acme: emitting")).toBe("generate: acme: emitting (21 s)\n");
  expect(clear()).toBe("");
  progress.end();
});
