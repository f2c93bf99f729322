import { describe, expect, test } from "vitest";
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from "../../src/util/base64.ts";

const bytes = Uint8Array.from({ length: 256 }, (_, index) => index).slice(1);

describe("base64", () => {
  test("is the platform's, of any bytes and both ways", () => {
    expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
    expect(fromBase64(toBase64(bytes))).toEqual(bytes);
  });

  test("has a form for URLs, without padding", () => {
    const odd = Uint8Array.of(251, 255, 254, 1);
    expect(toBase64Url(odd)).toBe("-__-AQ");
    expect(fromBase64Url("-__-AQ")).toEqual(odd);
  });

  test("rejects other characters", () => {
    expect(() => fromBase64("%")).toThrow();
    expect(() => fromBase64Url("a.b")).toThrow();
  });
});
