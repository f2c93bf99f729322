import { describe, expect, it } from "vitest";
import { createRedactor } from "../../src/errors/redactor.ts";

const redactorOf = (...secrets: string[]) => {
  const redactor = createRedactor();
  for (const secret of secrets) redactor.addCredential(secret);
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
  it("forgets the oldest of more than 512 tokens, and keeps one that is given again", () => {
    const redactor = createRedactor();
    for (const token of ["first-token", "second-token"]) redactor.addToken(token);
    for (let count = 0; count < 510; count += 1) redactor.addToken(`${count}-token`);
    expect(redactor.redact("first-token second-token")).toBe("[redacted] [redacted]");
    redactor.addToken("first-token");
    redactor.addToken("one-more-token");
    expect(redactor.redact("first-token second-token one-more-token")).toBe("[redacted] second-token [redacted]");
  });

  it("never forgets a credential, however many tokens follow", () => {
    const redactor = redactorOf("client-secret");
    for (let count = 0; count < 2_000; count += 1) redactor.addToken(`${count}-token`);
    expect(redactor.redact("client-secret")).toBe("[redacted]");
  });

  it("bounds the memory of its tokens: the oldest go beyond a million characters", () => {
    const redactor = createRedactor();
    redactor.addToken("first-token");
    for (let count = 0; count < 3; count += 1) redactor.addToken(`${count}`.repeat(500_000));
    expect(redactor.redact("first-token")).toBe("first-token");
  });

  it("removes the values of one response beside its own, and forgets them with it", () => {
    const redactor = redactorOf("client-secret");
    expect(redactor.extend(["pin-4711"]).redact("client-secret pin-4711")).toBe("[redacted] [redacted]");
    expect(redactor.redact("pin-4711")).toBe("pin-4711");
  });
});

describe("the secrets of a link", () => {
  it("are found where they are, and only those of twelve characters and more", () => {
    const redactor = redactorOf("active", "s/cret-4711-4711");
    expect(redactor.findSecrets("?status=active")).toEqual([]);
    expect(redactor.findSecrets("?a=s%2Fcret-4711-4711&b=1")).toEqual([{ start: 3, end: 21 }]);
  });
});

describe("an encoded secret", () => {
  const secret = "S/cret+ü \"q\" & 'k' <\\>%41";
  const bytes = Buffer.from(secret);
  const percent = encodeURIComponent(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const toEntities = (format: (code: number) => string) =>
    Array.from(secret, (character) => format(character.codePointAt(0) ?? 0)).join("");
  it.each([
    ["verbatim", secret],
    ["base64", bytes.toString("base64")],
    ["base64url", bytes.toString("base64url")],
    ["base64, percent-encoded", encodeURIComponent(bytes.toString("base64"))],
    ["percent-encoded", percent],
    ["percent-encoded in lower case", percent.replaceAll(/%../gu, (byte) => byte.toLowerCase())],
    ["percent-encoded twice", encodeURIComponent(percent)],
    ["form-encoded", new URLSearchParams([["", secret]]).toString().slice(1)],
    ["JSON", json],
    ["JSON in JSON", JSON.stringify(json).slice(1, -1)],
    ["JSON with every character escaped", toEntities((code) => `\\u${code.toString(16).padStart(4, "0")}`)],
    ["JSON with escaped solidi", json.replaceAll("/", "\\/")],
    [
      "HTML",
      secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("'", "&#39;").replaceAll('"', "&quot;"),
    ],
    ["HTML with decimal references", toEntities((code) => `&#${code};`)],
    ["HTML with hexadecimal references", toEntities((code) => `&#x${code.toString(16)};`)],
    ["hex", bytes.toString("hex")],
    ["hex in upper case", bytes.toString("hex").toUpperCase()],
    ["upper case", secret.toUpperCase()],
    ["lower case", secret.toLowerCase()],
    ["its first half", secret.slice(0, Math.ceil(secret.length / 2))],
  ])("is removed: %s", (_, encoded) => {
    expect(redactorOf(secret).redact(`before ${encoded} after`)).toBe("before [redacted] after");
  });

  it.each(["", ":", "a:", "client:", "it is "])(
    "is removed from the base64 of a text that holds it (behind %j)",
    (before) => {
      const encoded = Buffer.from(`${before}${secret}!`).toString("base64");
      const shown = redactorOf(secret).redact(encoded);
      expect(shown).toMatch(/\[redacted\]/u);
      // What is left is of the text around it, and at most one character that is shared with the secret's ends.
      expect(shown.replace("[redacted]", "").length).toBeLessThanOrEqual(Math.ceil((before.length * 4) / 3) + 5);
    },
  );

  // Decoding every escape of such a text also decodes those of the secret.
  it.each([
    ["JSON escapes, in HTML, its first half", 'Zq7\\r"!!!!!!!!!!!!!K', "Zq7\\r&quot;!!!!"],
    ["percent-encoding and an escape, in JSON", "Zq7%5C\\\\x41!", "Zq7%5C\\\\\\\\x41!"],
    ["references, percent-encoded", "Zq7&amp;%26lt;!!", encodeURIComponent("Zq7&amp;%26lt;!!")],
    ["a pointer's escapes, in a pointer", "Zq7~01~1~~0!!!", "Zq7~001~01~0~00!!!"],
  ])("is removed where it holds escapes itself: %s", (_, held, quoted) => {
    expect(redactorOf(held).redact(`before ${quoted} after`)).toBe("before [redacted] after");
  });

  it("is searched in bounded time in a text of escapes within escapes", () => {
    const redactor = redactorOf(...Array.from({ length: 20 }, (_, index) => `Zq7\\r~1%41&amp;${index}`));
    const text = "%2526amp;~01\\\\u0041&#38;amp;%255Cn".repeat(150);
    redactor.redact(text);
    const started = process.cpuUsage();
    for (let count = 0; count < 20; count += 1) redactor.redact(text);
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(1_500);
  });

  it("is removed from a long text in time that grows with the text alone", () => {
    const redactor = redactorOf(...Array.from({ length: 600 }, (_, index) => `eyJhbGciOi${index}`.repeat(20)));
    redactor.redact("");
    const started = performance.now();
    redactor.redact("eyJhbGciOi".repeat(500_000));
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it("leaves no usable part where a text is cut, wherever the cut falls", () => {
    const token = "Zq7-".repeat(50);
    for (let before = 3_000; before < 5_000; before += 37) {
      const shown = redactorOf(token).redact(`${token.repeat(30)}${"x".repeat(before)}${token}${"y".repeat(9_000)}`);
      expect(shown).not.toMatch(/Zq7-/u);
    }
  });
});
