import { describe, expect, it } from "vitest";
import { createScrubber } from "../../src/errors/redactor.ts";

const scrubberOf = (...secrets: string[]) => {
  const scrubber = createScrubber();
  for (const secret of secrets) scrubber.add(secret);
  return scrubber;
};

describe("a quoted text", () => {
  it("holds no secret, however often it stands there", () => {
    expect(scrubberOf("hunter22").quote("a hunter22 and hunter22!")).toBe("a [redacted] and [redacted]!");
  });

  it.each([
    ["in an address", encodeURIComponent("s/cret & ü")],
    ["in a form", "s%2Fcret+%26+%C3%BC"],
    ["in JSON", JSON.stringify('s"cret')],
  ])("holds no secret %s", (_, text) => {
    expect(scrubberOf("s/cret & ü", 's"cret').quote(`x=${text};`)).not.toMatch(/cret/u);
  });

  it("loses the longer of two secrets that begin alike, whichever was known first", () => {
    expect(scrubberOf("abcd", "abcdefgh").quote("abcdefgh")).toBe("[redacted]");
    expect(scrubberOf("abcdefgh", "abcd").quote("abcdefgh")).toBe("[redacted]");
  });

  it("keeps values of less than four characters, which would blank out words", () => {
    expect(scrubberOf("the", "that").quote("the that")).toBe("the [redacted]");
  });

  it("is one line of 500 characters, or as many as are asked for", () => {
    const scrubber = createScrubber();
    expect(scrubber.quote("x".repeat(501))).toBe(`${"x".repeat(500)}…`);
    expect(scrubber.quote("abcdef", 3)).toBe("abc…");
    expect(scrubber.quote("a\nb")).toBe("a\\u000ab");
  });

  it("is cut only after its secrets are gone", () => {
    expect(scrubberOf("hunter22").quote("hunter22", 4)).toBe("[red…");
  });
});

describe("a scrubber", () => {
  it("forgets the oldest of more than 512 secrets, and keeps one that is given again", () => {
    const scrubber = scrubberOf("first-secret", "second-secret");
    for (let count = 0; count < 510; count += 1) scrubber.add(`secret-${count}`);
    expect(scrubber.quote("first-secret second-secret")).toBe("[redacted] [redacted]");
    scrubber.add("first-secret");
    scrubber.add("one-more");
    expect(scrubber.quote("first-secret second-secret one-more")).toBe("[redacted] second-secret [redacted]");
  });
});
