import { describe, expect, it } from "vitest";
import { createRedactor } from "../../src/errors/redactor.ts";

const redactorOf = (...secrets: string[]) => {
  const redactor = createRedactor();
  for (const secret of secrets) redactor.addSecret(secret);
  return redactor;
};

describe("a quoted text", () => {
  it("holds no secret, however often it stands there", () => {
    expect(redactorOf("hunter22").redact("a hunter22 and hunter22!")).toBe("a [redacted] and [redacted]!");
  });

  it.each([
    ["in an address", encodeURIComponent("s/cret & ü")],
    ["in a form", "s%2Fcret+%26+%C3%BC"],
    ["in JSON", JSON.stringify('s"cret')],
  ])("holds no secret %s", (_, text) => {
    expect(redactorOf("s/cret & ü", 's"cret').redact(`x=${text};`)).not.toMatch(/cret/u);
  });

  it("loses the longer of two secrets that begin alike, whichever was known first", () => {
    expect(redactorOf("abcd", "abcdefgh").redact("abcdefgh")).toBe("[redacted]");
    expect(redactorOf("abcdefgh", "abcd").redact("abcdefgh")).toBe("[redacted]");
  });

  it("keeps values of less than four characters, which would blank out words", () => {
    expect(redactorOf("the", "that").redact("the that")).toBe("the [redacted]");
  });

  it("is one line of 500 characters, or as many as are asked for", () => {
    const redactor = createRedactor();
    expect(redactor.redact("x".repeat(501))).toBe(`${"x".repeat(500)}…`);
    expect(redactor.redact("abcdef", 3)).toBe("abc…");
    expect(redactor.redact("a\nb")).toBe("a\\u000ab");
  });

  it("is cut only after its secrets are gone", () => {
    expect(redactorOf("hunter22").redact("hunter22", 4)).toBe("[red…");
  });
});

describe("a redactor", () => {
  it("forgets the oldest of more than 512 secrets, and keeps one that is given again", () => {
    const redactor = redactorOf("first-secret", "second-secret");
    for (let count = 0; count < 510; count += 1) redactor.addSecret(`secret-${count}`);
    expect(redactor.redact("first-secret second-secret")).toBe("[redacted] [redacted]");
    redactor.addSecret("first-secret");
    redactor.addSecret("one-more");
    expect(redactor.redact("first-secret second-secret one-more")).toBe("[redacted] second-secret [redacted]");
  });
});
