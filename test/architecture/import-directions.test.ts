import { describe, expect, test } from "vitest";
import { cyclesIn, filesOf, type Import, importsOf, reachableFrom } from "./imports.ts";
import { orders } from "./orders.ts";

const ofRuntime = importsOf(filesOf("src/**/*.ts"));
const ofScripts = importsOf(filesOf("scripts/**/*.ts"));
const ofTools = importsOf(filesOf("tools/**/*.ts"));
const ofGenerated = importsOf(filesOf("generated/**/*.ts"));

/** What a folder may import that stands outside it, packages apart. Types of the vendor contract are open to all. */
const outside: Readonly<Record<string, readonly string[]>> = {
  src: [],
  scripts: [],
  tools: ["src", "scripts", "generated", "examples", "test/faults", "package.json"],
};

/** What generated files take types of, and nothing at run time. */
const typesOnly: ReadonlySet<string> = new Set(["latchkey/vendor", "latchkey/calls"]);

const show = ({ from, specifier }: Import): string => `${from} imports ${specifier}`;
const isInside = (folder: string, path: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** The part of an order that a file belongs to: the longest that is listed. */
function partOf(folder: string, parts: readonly string[], file: string): string | undefined {
  const path = file.slice(folder.length + 1).replace(/\.ts$/u, "");
  const longestFirst = parts.toSorted((one, other) => other.length - one.length);
  return longestFirst.find((part) => isInside(part, path)) ?? parts.find((part) => part === "*");
}

describe.for(Object.entries(orders))("%s/", ([folder, lines]) => {
  const parts = lines.flat();
  const lineOf = (part: string): number => lines.findIndex((line) => line.includes(part));
  const imports = [...ofRuntime, ...ofScripts].filter(({ from }) => isInside(folder, from));

  test("has no file that the order leaves out, and no part that is gone", () => {
    const files = filesOf(`${folder}/**/*.ts`, `${folder}/*.json`);
    expect(files.filter((file) => partOf(folder, parts, file) === undefined)).toEqual([]);
    const used = new Set(files.map((file) => partOf(folder, parts, file)));
    expect(parts.filter((part) => !used.has(part))).toEqual([]);
  });

  test("imports one way", () => {
    const astray = imports.filter(({ from, to }) => {
      if (to === undefined || !isInside(folder, to)) return false;
      const [part = "", target = ""] = [partOf(folder, parts, from), partOf(folder, parts, to)];
      return part !== target && lineOf(target) >= lineOf(part);
    });
    expect(astray.map(show)).toEqual([]);
  });
});

describe("outside its own folder", () => {
  test.for(Object.entries(outside))("%s imports only %j", ([folder, allowed]) => {
    const astray = [...ofRuntime, ...ofScripts, ...ofTools].filter(({ from, to, typeOnly }) => {
      if (!isInside(folder, from) || to === undefined || isInside(folder, to)) return false;
      return !allowed.some((one) => isInside(one, to)) && !(typeOnly && to === "src/vendor.ts");
    });
    expect(astray.map(show)).toEqual([]);
  });

  test("src runs without Node: no node: import outside the SQLite store", () => {
    const ofNode = ofRuntime.filter(
      ({ from, specifier }) => /^node:/u.test(specifier) && !/^src\/store\/sqlite/u.test(from),
    );
    expect(ofNode.map(show)).toEqual([]);
  });

  test("src and scripts import neither package by its name", () => {
    const itself = [...ofRuntime, ...ofScripts].filter(({ specifier }) =>
      /^latchkey(?:-cli)?(?:\/|$)/u.test(specifier),
    );
    expect(itself.map(show)).toEqual([]);
  });

  test("the command line takes types from the runtime, and nothing else", () => {
    const shipped = importsOf(reachableFrom(["scripts/cli.ts", "scripts/sandbox/index.ts"]));
    const astray = shipped.filter(
      ({ to, typeOnly }) => to !== undefined && !isInside("scripts", to) && !(typeOnly && to === "src/vendor.ts"),
    );
    expect(astray.map(show)).toEqual([]);
  });
});

describe("generated", () => {
  test("a vendor's files import types of latchkey/vendor and latchkey/calls, latchkey/zod, and each other", () => {
    const astray = ofGenerated.filter(({ from, to, specifier, typeOnly }) => {
      if (to !== undefined) return to.split("/").slice(0, 2).join("/") !== from.split("/").slice(0, 2).join("/");
      return typesOnly.has(specifier) ? !typeOnly : specifier !== "latchkey/zod";
    });
    expect(astray.map(show)).toEqual([]);
    expect(ofGenerated.length).toBeGreaterThan(0);
  });

  test("nothing imports a contract, so that no bundle holds it", () => {
    expect(filesOf("generated/*/contract.jsonc").length).toBeGreaterThan(0);
    expect(ofGenerated.filter(({ specifier }) => !/\.ts$|^latchkey\//u.test(specifier)).map(show)).toEqual([]);
  });

  test("zod is imported by schemas alone, and schemas only when something is validated", () => {
    const zod = ofGenerated.filter(({ specifier }) => specifier === "latchkey/zod");
    expect(zod.filter(({ from }) => !from.endsWith("/schemas.ts")).map(show)).toEqual([]);
    const schemas = new Set(ofGenerated.filter(({ to }) => to?.endsWith("/schemas.ts")).map(({ from }) => from));
    expect([...schemas].filter((from) => !from.endsWith("/index.ts"))).toEqual([]);
    expect(importsOf(filesOf("generated/*/vendor.ts")).filter(({ typeOnly }) => !typeOnly)).toEqual([]);
  });
});

test("no file imports itself through others, types included", () => {
  expect(cyclesIn([...ofRuntime, ...ofScripts, ...ofTools])).toEqual([]);
});
