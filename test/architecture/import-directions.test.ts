import { describe, expect, test } from "vitest";
import { cyclesIn, filesOf, type Import, importsOf, reachableFrom } from "./imports.ts";

const ofRuntime = importsOf(filesOf("src/**/*.ts"));
const ofScripts = importsOf(filesOf("scripts/**/*.ts"));
const ofGenerated = importsOf(filesOf("generated/**/*.ts"));

const show = ({ from, specifier }: Import): string => `${from} imports ${specifier}`;
const inside = (folder: string, { to }: Import): boolean => to === folder || (to?.startsWith(`${folder}/`) ?? false);

/** Files at the top of `src` that everything may use: data, and pure functions over it. */
/** What generated files take types of, and nothing at run time. */
const typesOnly: ReadonlySet<string> = new Set(["latchkey/vendor", "latchkey/calls"]);

const ground = [
  "vendor",
  "zod",
  "schema-checks",
  "expression",
  "clock",
  "wait-under",
  "digest",
  "ahead",
  "server-address",
];

/** What each folder of `src` may import beside itself and the ground. A folder stands below all that it names. */
const layers: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  store: [],
  events: ["store"],
  pagination: ["errors", "events"],
  bulk: ["errors", "events"],
  transport: ["errors", "events"],
  token: ["errors", "events", "store"],
  middleware: ["errors", "events", "transport", "token"],
  bodies: ["errors", "transport"],
};

/** Entrances for callers: like connect, they put the parts together, and may import any of them. */
const entrances = ["src/middleware/auth-middleware.ts"];

/** What each part of `scripts` may import beside itself. */
const tools: Readonly<Record<string, readonly string[]>> = {
  codegen: [],
  generate: ["scripts/codegen", "scripts/package.json"],
  diff: ["scripts/codegen", "scripts/generate"],
  lint: ["scripts/codegen"],
  sandbox: ["scripts/codegen"],
  pack: ["package.json"],
  corpus: ["scripts/codegen"],
  bench: ["scripts/codegen", "scripts/chaos", "scripts/pack", "src", "generated"],
  demo: ["scripts/sandbox", "src", "generated", "examples"],
  chaos: ["scripts/sandbox", "src", "generated"],
  simulate: ["scripts/chaos", "src"],
};

const folderOf = (file: string): string | undefined => /^(?:src|scripts)\/([^/]+)\//u.exec(file)?.[1];
const nameOf = (file: string): string => file.replace(/^src\/|\.ts$/gu, "");

describe("src", () => {
  test("imports nothing outside itself but packages: no generated vendor, no script, no test", () => {
    const outside = ofRuntime.filter((one) => one.to !== undefined && !inside("src", one));
    const itself = ofRuntime.filter(({ specifier }) => /^latchkey(?:-cli)?(?:\/|$)/u.test(specifier));
    expect([...outside, ...itself].map(show)).toEqual([]);
  });

  test("runs without Node: no node: import outside the SQLite store", () => {
    const ofNode = ofRuntime.filter(
      ({ from, specifier }) => /^node:/u.test(specifier) && !/^src\/store\/sqlite/u.test(from),
    );
    expect(ofNode.map(show)).toEqual([]);
  });

  test("every folder is in the table of layers, which leads one way only", () => {
    const folders = new Set(filesOf("src/*/**/*.ts").map(folderOf));
    expect([...folders].sort()).toEqual(Object.keys(layers).sort());
    const order = Object.keys(layers);
    for (const [folder, below] of Object.entries(layers)) {
      expect(below.filter((one) => order.indexOf(one) >= order.indexOf(folder))).toEqual([]);
    }
  });

  test.for(Object.entries(layers))("%s/ imports only itself, the ground and %j", ([folder, below]) => {
    const astray = ofRuntime.filter(({ from, to }) => {
      if (to === undefined || folderOf(from) !== folder || entrances.includes(from)) return false;
      const target = folderOf(to);
      return target === undefined ? !ground.includes(nameOf(to)) : target !== folder && !below.includes(target);
    });
    expect(astray.map(show)).toEqual([]);
  });

  test("the ground imports only the ground", () => {
    const astray = ofRuntime.filter(
      ({ from, to }) => to !== undefined && ground.includes(nameOf(from)) && !ground.includes(nameOf(to)),
    );
    expect(astray.map(show)).toEqual([]);
  });
});

describe("scripts", () => {
  test("every folder is in the table", () => {
    const folders = new Set(filesOf("scripts/*/**/*.ts").map(folderOf));
    expect([...folders].filter((folder) => folder === undefined || !Object.hasOwn(tools, folder))).toEqual([]);
  });

  test.for(Object.entries(tools))("%s/ imports only itself and %j", ([folder, allowed]) => {
    const astray = ofScripts.filter((one) => {
      if (one.to === undefined || folderOf(one.from) !== folder || inside(`scripts/${folder}`, one)) return false;
      return !allowed.some((other) => other === one.to || inside(other, one)) && !isContract(one);
    });
    expect(astray.map(show)).toEqual([]);
  });

  test("what the command line ships takes types from the runtime, and nothing else", () => {
    const shipped = importsOf(reachableFrom(["scripts/cli.ts", "scripts/sandbox.ts", "scripts/sandbox/index.ts"]));
    const astray = shipped.filter((one) => one.to !== undefined && !inside("scripts", one) && !isContract(one));
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
  expect(cyclesIn([...ofRuntime, ...ofScripts])).toEqual([]);
});

/** The contract's types, which documents' extensions share. */
function isContract({ to, typeOnly }: Import): boolean {
  return typeOnly && to === "src/vendor.ts";
}
