import { describe, expect, it } from "vitest";
import { createRedactor } from "../../src/errors/redactor.ts";

const scrubberOf = (...secrets: string[]) => {
  const scrubber = createRedactor();
  for (const secret of secrets) scrubber.addSecret(secret);
  return scrubber;
};

describe("a quoted text", () => {
  it("holds no secret, however often it stands there", () => {
    expect(scrubberOf("hunter22").redact("a hunter22 and hunter22!")).toBe("a [redacted] and [redacted]!");
  });

  it.each([
    ["in an address", encodeURIComponent("s/cret & ü")],
    ["in a form", "s%2Fcret+%26+%C3%BC"],
    ["in JSON", JSON.stringify('s"cret')],
  ])("holds no secret %s", (_, text) => {
    expect(scrubberOf("s/cret & ü", 's"cret').redact(`x=${text};`)).not.toMatch(/cret/u);
  });

  it("loses the longer of two secrets that begin alike, whichever was known first", () => {
    expect(scrubberOf("abcd", "abcdefgh").redact("abcdefgh")).toBe("[redacted]");
    expect(scrubberOf("abcdefgh", "abcd").redact("abcdefgh")).toBe("[redacted]");
  });

  it("keeps values of less than four characters, which would blank out words", () => {
    expect(scrubberOf("the", "that").redact("the that")).toBe("the [redacted]");
  });

  it("is one line of 500 characters, or as many as are asked for", () => {
    const scrubber = createRedactor();
    expect(scrubber.redact("x".repeat(501))).toBe(`${"x".repeat(500)}…`);
    expect(scrubber.redact("abcdef", 3)).toBe("abc…");
    expect(scrubber.redact("a\nb")).toBe("a\\u000ab");
  });

  it("is cut only after its secrets are gone", () => {
    expect(scrubberOf("hunter22").redact("hunter22", 4)).toBe("[red…");
  });
});

describe("a scrubber", () => {
  it("forgets the oldest of more than 512 secrets, and keeps one that is given again", () => {
    const scrubber = scrubberOf("first-secret", "second-secret");
    for (let count = 0; count < 510; count += 1) scrubber.addSecret(`secret-${count}`);
    expect(scrubber.redact("first-secret second-secret")).toBe("[redacted] [redacted]");
    scrubber.addSecret("first-secret");
    scrubber.addSecret("one-more");
    expect(scrubber.redact("first-secret second-secret one-more")).toBe("[redacted] second-secret [redacted]");
  });
});
