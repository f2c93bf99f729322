import { describe, expect, test } from "vitest";
import { isJsonObject, toCanonicalJson, tryParseJson } from "../../src/util/json.ts";

describe("JSON", () => {
  test("that parses is its value, wrapped; other text is undefined", () => {
    expect(tryParseJson('{"a":[1]}')).toEqual({ value: { a: [1] } });
    expect(tryParseJson("null")).toEqual({ value: null });
    expect(tryParseJson("<html>")).toBeUndefined();
    expect(tryParseJson("")).toBeUndefined();
  });

  test("has objects that are neither null nor arrays", () => {
    expect([{}, Object.create(null)].every(isJsonObject)).toBe(true);
    expect([null, [], "", 1, undefined].some(isJsonObject)).toBe(false);
  });

  test("has one canonical text for equal values, at any depth", () => {
    expect(toCanonicalJson({ b: [{ d: 1, c: null }], a: "x" })).toBe('{"a":"x","b":[{"c":null,"d":1}]}');
    expect(toCanonicalJson({ a: [1, 2] })).not.toBe(toCanonicalJson({ a: [2, 1] }));
    expect(toCanonicalJson(undefined)).toBe("");
  });

  test("keeps a member named __proto__ as a member", () => {
    const value: unknown = JSON.parse('{"b":1,"__proto__":{"z":1,"a":2}}');
    expect(toCanonicalJson(value)).toBe('{"__proto__":{"a":2,"z":1},"b":1}');
  });
});
