import { describe, expect, it } from "vitest";
import { sensitiveValues } from "../../src/errors/sensitive.ts";

describe("what must not be logged", () => {
  it("is found by its property's name, at any depth, in lists too", () => {
    const body = { code: "A", items: [{ code: "B", name: "C" }], deep: { code: { inner: ["D", 7] } } };
    expect(sensitiveValues(body, ["code"])).toEqual(["A", "B", "D", "7"]);
  });

  it("is nothing where no name is given, or nothing has it", () => {
    expect(sensitiveValues({ code: "A" }, [])).toEqual([]);
    expect(sensitiveValues({ code: "A" }, ["pin"])).toEqual([]);
    expect(sensitiveValues("A", ["code"])).toEqual([]);
    expect(sensitiveValues(undefined, ["code"])).toEqual([]);
  });

  it("is no empty value, and no index of a list", () => {
    expect(sensitiveValues({ code: null, flag: true, list: ["A"] }, ["code", "flag", "0"])).toEqual([]);
  });

  it("is sought 32 levels deep, and a hundred values long", () => {
    const nested = (depth: number): unknown => (depth === 0 ? { code: "deep" } : { inner: nested(depth - 1) });
    expect(sensitiveValues(nested(31), ["code"])).toEqual(["deep"]);
    expect(sensitiveValues(nested(32), ["code"])).toEqual([]);
    expect(sensitiveValues({ code: Array.from({ length: 150 }, (_, index) => index) }, ["code"])).toHaveLength(100);
  });
});
