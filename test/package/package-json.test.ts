import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import runtime from "../../package.json" with { type: "json" };
import cli from "../../scripts/package.json" with { type: "json" };
import { filesOf, importsOf, reachableFrom, root } from "../architecture/imports.ts";

const read = (file: string): string => readFileSync(join(root, file), "utf8");
const vendors = readdirSync(join(root, "specs"))
  .filter((name) => existsSync(join(root, "specs", name, "openapi.yaml")))
  .sort();

describe("what latchkey exports", () => {
  const conditions = Object.entries(runtime.exports).flatMap(([path, target]) =>
    typeof target === "string" ? [] : [{ path, ...target }],
  );

  test("every vendor under specs/, and no other, has its own path, and one for its schemas", () => {
    const prefix = "./vendors/";
    const exported = conditions.flatMap(({ path }) => (path.startsWith(prefix) ? [path.slice(prefix.length)] : []));
    expect(exported.sort()).toEqual(vendors.flatMap((name) => [name, `${name}/schemas`]));
  });

  test.for(conditions)("$path: source, declaration and build are one module", (target) => {
    const { path, types, default: built } = target;
    const name = path === "." ? "index" : path.slice("./".length);
    expect({ types, built }).toEqual({ types: `./dist/${name}.d.ts`, built: `./dist/${name}.js` });
    expect(existsSync(join(root, target["latchkey-source"]))).toBe(true);
    // The first condition that holds is taken: the source's must stand before the others.
    expect(Object.keys(target).filter((key) => key !== "path")).toEqual(["latchkey-source", "types", "default"]);
  });

  test("is free of side effects, so that bundlers leave out what is not used", () => {
    expect(runtime.sideEffects).toBe(false);
    expect(runtime.type).toBe("module");
  });
});

describe("dependencies", () => {
  const packageOf = (specifier: string): string =>
    specifier
      .split("/")
      .slice(0, specifier.startsWith("@") ? 2 : 1)
      .join("/");
  const packagesIn = (files: readonly string[]): string[] => {
    const found = importsOf(files).filter(({ to, specifier }) => to === undefined && !/^node:/u.test(specifier));
    return [...new Set(found.map(({ specifier }) => packageOf(specifier)))].sort();
  };

  test("the runtime needs openapi-fetch and zod, and imports nothing else", () => {
    expect(Object.keys(runtime.dependencies).sort()).toEqual(["openapi-fetch", "zod"]);
    expect(packagesIn(reachableFrom(["src/index.ts", "src/vendor.ts", "src/zod.ts"]))).toEqual([
      "openapi-fetch",
      "zod",
    ]);
  });

  test("what only some users need is an optional peer, behind a path of its own", () => {
    const peers: Readonly<Record<string, string>> = Object(runtime).peerDependencies ?? {};
    const optional: Readonly<Record<string, { optional?: boolean }>> = Object(runtime).peerDependenciesMeta ?? {};
    const beyond = packagesIn(filesOf("src/**/*.ts")).filter((name) => !Object.hasOwn(runtime.dependencies, name));
    expect(Object.keys(peers).sort()).toEqual(beyond);
    expect(beyond.filter((name) => optional[name]?.optional !== true)).toEqual([]);
  });

  test("the command line declares what it imports, and no more", () => {
    const shipped = reachableFrom(["scripts/cli.ts", "scripts/sandbox/index.ts"]);
    expect(packagesIn(shipped)).toEqual(Object.keys(cli.dependencies).sort());
  });

  test("both packages have one version, one licence and one oldest Node", () => {
    const { version, license, engines } = runtime;
    expect({ version: cli.version, license: cli.license, engines: cli.engines }).toEqual({ version, license, engines });
    expect(read("scripts/LICENSE")).toBe(read("LICENSE"));
    expect(read("tools/require-node.js")).toContain(`[${engines.node.replace(">=", "").replace(".", ", ")}]`);
  });
});

describe("installing", () => {
  test("runs no script of either package", () => {
    const installing = ["install", "prepare", "prepublish", "dependencies"].flatMap((name) => [
      `pre${name}`,
      name,
      `post${name}`,
    ]);
    // npm runs node-gyp where there is a binding.gyp, without a script.
    const hooks = [...installing, "binding.gyp"];
    const scripts = [
      ...Object.keys(runtime.scripts),
      ...Object.keys(cli.scripts),
      ...["", "scripts/"].filter((folder) => existsSync(join(root, `${folder}binding.gyp`))).map(() => "binding.gyp"),
    ];
    expect(hooks.filter((hook) => scripts.includes(hook))).toEqual([]);
  });

  test("the lock file holds no address to download from: each machine has its own registry", () => {
    expect(
      read("package-lock.json")
        .split("\n")
        .filter((line) => /"resolved": "(?:https?|git)/u.test(line)),
    ).toEqual([]);
  });

  test("every script checks first that Node is new enough", () => {
    const without = Object.entries(runtime.scripts).filter(
      ([, line]) => !/^(?:node tools\/require-node\.js && |npm )/u.test(line),
    );
    expect(without).toEqual([]);
  });

  test("CI calls the command that the README gives", () => {
    const command = "npm install && npm test";
    expect(read(".ci/run").split("\n")).toContain(command);
    for (const file of filesOf("README.md")) expect(read(file)).toContain(command);
  });
});
