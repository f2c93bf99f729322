/** Paths and operation patterns fit as the regular expressions that describe them, and in linear time. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRouter } from "../../scripts/sandbox/http/router.ts";
import { matchesOperation } from "../../scripts/sandbox/spec/operation-pattern.ts";
import { fuzzParameters } from "../support/fuzz.ts";

const routerOf = (...paths: string[]) =>
  createRouter(Object({ operations: paths.map((path) => ({ path, method: "GET", host: undefined })) }));
const quote = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/gu, "\\$&");

const literal = fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 3 });
const template = fc
  .array(fc.oneof(literal, fc.constantFrom("{x}", "/", "{y}{z}")), { maxLength: 8 })
  .map((parts) =>
    parts.reduce((path, part) => path + part.replaceAll(/[xyz]/gu, (name) => `${name}${path.length}`), "/"),
  );
const path = fc.string({ unit: fc.constantFrom("a", "b", ".", "/"), maxLength: 12 }).map((text) => `/${text}`);

describe("a path", () => {
  it("has the parameters of its template, each as long as the next ones allow", () => {
    fc.assert(
      fc.property(template, path, (wanted, given) => {
        const source = wanted.split(/(\{[^}]+\})/u).map((part) => (part.startsWith("{") ? "([^/]+)" : quote(part)));
        const expected = new RegExp(`^${source.join("")}/?$`, "u").exec(given);
        const found = routerOf(wanted)(undefined, "GET", given);
        expect(found && Object.values(found.pathParameters)).toEqual(expected ? expected.slice(1) : undefined);
      }),
      fuzzParameters(2_000),
    );
  });

  it.each([
    ["/{a}{b}{c}{d}{e}", `/${"x".repeat(16_000)}/`, 5],
    ["/{a}x{b}x{c}x{d}y", `/${"x".repeat(16_000)}`, undefined],
    [`/${"{a}".repeat(500).replaceAll("a", () => `p${Math.random()}`)}-`, `/${"x".repeat(16_000)}`, undefined],
  ])("fits %.40s or not within a moment", (wanted, given, count) => {
    const route = routerOf(wanted);
    const started = process.cpuUsage();
    const found = route(undefined, "GET", given);
    expect(found && Object.keys(found.pathParameters).length).toBe(count);
    expect(process.cpuUsage(started).user).toBeLessThan(500_000);
  });
});

describe("an operation pattern", () => {
  const pattern = fc
    .tuple(
      fc.array(
        fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 4 }).filter((text) => !text.includes("**")),
        { maxLength: 4 },
      ),
      fc.boolean(),
    )
    .map(([segments, isOpen]) => `/${[...segments, ...(isOpen ? ["**"] : [])].join("/")}`);
  const fits = (wanted: string, given: string) =>
    matchesOperation(Object({ method: "GET", path: given }), [`GET ${wanted}`]);

  it("fits the same paths as a regular expression does", () => {
    fc.assert(
      fc.property(pattern, path, (wanted, given) => {
        const source = wanted
          .split("/")
          .map((segment) => (segment === "**" ? ".*" : quote(segment).replaceAll("\\*", "[^/]*")))
          .join("/")
          .replace(/\/\.\*$/u, "(/.*)?");
        expect(fits(wanted, given)).toBe(new RegExp(`^${source}$`, "u").test(given));
      }),
      fuzzParameters(2_000),
    );
  });

  it("is decided within a moment, however many stars it has", () => {
    const started = process.cpuUsage();
    expect(fits(`/${"*a".repeat(50)}b`, `/${"a".repeat(16_000)}`)).toBe(false);
    expect(fits(`/${"**/a/".repeat(50)}b`, "/a".repeat(5_000))).toBe(false);
    expect(fits("/**/a/**/b/c", `${"/a".repeat(5_000)}/b/c`)).toBe(true);
    expect(process.cpuUsage(started).user).toBeLessThan(500_000);
  });
});
