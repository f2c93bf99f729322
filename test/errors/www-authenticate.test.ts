import { describe, expect, it } from "vitest";
import { parseChallenges } from "../../src/errors/www-authenticate.ts";

const read = (header: string | null) =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, { ...parameters }]);

describe("a challenge", () => {
  it("is none where there is no header, or an empty one", () => {
    expect(read(null)).toEqual([]);
    expect(read("  ")).toEqual([]);
  });

  it("has a scheme and parameters, whose names are in lower case", () => {
    expect(read('Bearer Realm="Things", ERROR=invalid_token')).toEqual([
      ["bearer", { realm: "Things", error: "invalid_token" }],
    ]);
  });

  it("may stand alone, with a token68, or beside others, in any order", () => {
    expect(read("Negotiate")).toEqual([["negotiate", {}]]);
    expect(read('Negotiate YII+/abc==, Bearer error="invalid_token", Basic realm="a"')).toEqual([
      ["negotiate", {}],
      ["bearer", { error: "invalid_token" }],
      ["basic", { realm: "a" }],
    ]);
    expect(read("Negotiate, Basic")).toEqual([
      ["negotiate", {}],
      ["basic", {}],
    ]);
    expect(read(" Negotiate abc")).toEqual([["negotiate", {}]]);
  });

  it("keeps commas, equals signs, escaped quotes and escaped backslashes of a quoted value", () => {
    expect(read('Bearer a="x, Basic y=1", b="say \\"no\\" \\\\ never", c=""')).toEqual([
      ["bearer", { a: "x, Basic y=1", b: 'say "no" \\ never', c: "" }],
    ]);
  });

  it("allows blanks around equals signs and commas, and commas too many", () => {
    expect(read("Bearer   a = 1 ,, ,  b =  2  ,")).toEqual([["bearer", { a: "1", b: "2" }]]);
  });

  it("keeps the first of two parameters of one name", () => {
    expect(read("Bearer error=one, error=two")).toEqual([["bearer", { error: "one" }]]);
  });

  it("knows names that objects have of their own as any others", () => {
    expect(read("Bearer __proto__=1, constructor=2")).toEqual([
      [
        "bearer",
        Object.fromEntries([
          ["__proto__", "1"],
          ["constructor", "2"],
        ]),
      ],
    ]);
    expect(parseChallenges("Bearer realm=a")[0]?.parameters.constructor).toBeUndefined();
  });

  it("that is malformed is skipped up to the next comma, and the rest is read", () => {
    expect(read('"what", Bearer error="invalid_token"')).toEqual([["bearer", { error: "invalid_token" }]]);
    expect(read('Bearer error="open')).toEqual([["bearer", {}]]);
    expect(read("(((")).toEqual([]);
    expect(read('Bearer a=1"b", c=2')).toEqual([["bearer", { a: "1", c: "2" }]]);
    expect(read('Bearer a=1, "b", c=2')).toEqual([["bearer", { a: "1", c: "2" }]]);
    expect(read("a=1")).toEqual([]);
    expect(read(",, Bearer a=1")).toEqual([["bearer", { a: "1" }]]);
  });
});
