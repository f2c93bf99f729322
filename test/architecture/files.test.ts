import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { filesOf, root } from "./imports.ts";

const read = (file: string): string => readFileSync(join(root, file), "utf8");
const linesOf = (file: string): number => read(file).split("\n").length - 1;
const code = filesOf("src/**/*.ts", "scripts/**/*.ts", "tools/**/*.ts", "tools/*.js").filter(
  (file) => !file.endsWith(".d.ts"),
);
const vendors = readdirSync(join(root, "specs"));

const longest = 500;

describe("a file is one idea", () => {
  test(`none is longer than ${longest} lines`, () => {
    expect(code.filter((file) => linesOf(file) > longest)).toEqual([]);
  });

  test("names are kebab-case", () => {
    expect(code.filter((file) => !/^[a-z0-9]+(?:-[a-z0-9]+)*\.(?:ts|js)$/u.test(basename(file)))).toEqual([]);
  });
});

describe("vendors differ in data alone", () => {
  /** The demo shows each of them; chaos takes the one whose refresh tokens are spent once. */
  const showsVendors = (file: string): boolean => /^tools\/(?:demo|chaos)(?:\.ts$|\/)/u.test(file);

  test("no code of src, scripts or tools names a vendor", () => {
    const names = new RegExp(vendors.map((name) => name.split("-").join("[-_ ]?")).join("|"), "iu");
    const found = code
      .filter((file) => !showsVendors(file))
      .flatMap((file) =>
        withoutComments(file).flatMap((line) => (names.test(line) ? [`${file}: ${line.trim()}`] : [])),
      );
    expect(found).toEqual([]);
  });
});

describe("the repository", () => {
  const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" })
    .split("\0")
    .filter((file) => file !== "" && existsSync(join(root, file)));

  test("no tracked file holds a path of somebody's machine", () => {
    const paths = /(?<![\w.$-])\/(?:work|root|home|Users)\/[\w.-]/u;
    const found = tracked.flatMap((file) =>
      read(file)
        .split("\n")
        .flatMap((line, index) => (paths.test(line) ? [`${file}:${index + 1}`] : [])),
    );
    expect(found).toEqual([]);
  });

  test("the README fits on a few screens", () => {
    expect(tracked.filter((file) => basename(file) === "README.md" && linesOf(file) > 150)).toEqual([]);
  });
});

/** The lines of a file's code; TypeScript's printer leaves comments out. */
function withoutComments(file: string): string[] {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, false);
  return ts.createPrinter({ removeComments: true }).printFile(source).split("\n");
}
