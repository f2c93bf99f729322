import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { filesOf, importsOf, root } from "./imports.ts";

const read = (file: string): string => readFileSync(join(root, file), "utf8");
const linesOf = (file: string): number => read(file).split("\n").length - 1;
const code = filesOf("src/**/*.ts", "scripts/**/*.ts", "scripts/*.js").filter((file) => !file.endsWith(".d.ts"));
const vendors = readdirSync(join(root, "specs"));

const longest = 260;
const shortest = 40;

/** Longer than 260 lines, and why it is one idea all the same. */
const long: Readonly<Record<string, string>> = {
  "src/vendor.ts": "the contract in one place: types, and what each member means",
  "scripts/codegen/extensions.ts": "the only definition of the extensions",
  "src/session.ts": "the one place that wires a connection's parts together",
  "scripts/corpus/reference.ts": "one translation: what OpenAPI means, as JSON Schema",
  "scripts/sandbox/answers.ts": "one ladder: the sandbox data's answer, the document's, the standards'",
};

/** Shorter than 40 lines with one user, and why it stands alone. */
const short: Readonly<Record<string, string>> = {
  "scripts/bench/calls/server.ts": "a process of its own",
  "scripts/bench/hot-path/count-resources.ts": "what is counted, apart from what is timed",
  "scripts/codegen/declared-types.ts": "one stage of the pipeline",
  "scripts/codegen/check-newer.ts": "one stage of the pipeline",
  "scripts/codegen/emit-contract.ts": "one file per output",
  "scripts/codegen/emit-index.ts": "one file per output",
  "scripts/codegen/emit-types.ts": "one file per output",
  "scripts/codegen/fill-empty-schemas.ts": "one stage of the pipeline",
  "scripts/codegen/settle-security.ts": "one stage of the pipeline",
  "scripts/codegen/vendor-operations.ts": "one member of the vendor value, as its neighbours are",
  "scripts/codegen/zod-conditions.ts": "one JSON Schema keyword family",
  "scripts/corpus/peers.ts": "what others take, apart from what we make",
  "scripts/corpus/worker.ts": "a process of its own",
  "scripts/demo/shifted-clock.ts": "a clock is no part of the tour it serves",
  "scripts/diff/compare-parameters.ts": "one part of an operation, as its neighbours are",
  "scripts/diff/print-json.ts": "one file per format",
  "scripts/diff/print-markdown.ts": "one file per format",
  "scripts/generate/variables-read.ts": "what a contract tells of the environment, apart from how a run goes",
  "scripts/lint/examples-declared.ts": "one file per lint rule",
  "scripts/lint/refusals-declared.ts": "one file per lint rule",
  "scripts/sandbox/checked-body.ts": "the request's check against the document, beside the response's",
  "scripts/sandbox/upgrade-schemas.ts": "one difference between OpenAPI 3.0 and 3.1",
  "scripts/pack/applications.ts": "programs that the size tests and size-limit weigh alike",
  "src/unwelcome.ts": "what is loaded together",
  "src/actor.ts": "loaded apart from the session",
  "src/token/sign-in.ts": "what is loaded together, wired",
  "src/token/static-value.ts": "loaded apart from the bearers that every call asks",
  "src/transport/watch.ts": "whether anybody listens, apart from what they are told",
  "src/errors/advice.ts": "a table: kind of error, what to do",
  "src/fetch-client.ts": "a public name of its own",
  "src/bodies/bodies.ts": "what is loaded together",
  "src/errors/answer.ts": "reads the body that failure.ts, which is pure, judges",
  "src/errors/challenge.ts": "one grammar, RFC 9110 §11.6.1",
  "src/transport/redirect.ts": "loaded apart from the guard, which every call passes",
  "src/errors/is-vendor-error.ts": "a public name of its own",
  "src/errors/sensitive.ts": "what must not be logged, apart from how an error is told",
  "src/transport/deadline.ts": "how long a call may take, apart from how it is retried",
  "src/response-headers.ts": "read when they are asked for, apart from the result that is made for every call",
  "src/token/flight.ts": "single flight, apart from what flies",
  "src/token/server-time.ts": "one rule of RFC 9110",
};

/** Programs, and what a package exports: nothing in the repository imports them. */
const entries = new Set([
  ...filesOf("scripts/*.ts", "scripts/*.js", "scripts/bench/*.ts"),
  "scripts/lint/main.ts",
  "scripts/lint/latchkey-plugin.ts",
  "scripts/pack/build.ts",
  "scripts/pack/each-tarball.ts",
  "scripts/pack/size.ts",
  "scripts/sandbox/index.ts",
  "src/index.ts",
  "src/zod.ts",
]);

describe("a file is one idea", () => {
  test(`none is longer than ${longest} lines, but for those listed with a reason`, () => {
    const tooLong = code.filter((file) => linesOf(file) > longest);
    expect(
      tooLong.map((file) => `${file}: ${linesOf(file)}`).filter((line) => !long[line.split(":")[0] ?? ""]),
    ).toEqual([]);
    expect(Object.keys(long).filter((file) => !tooLong.includes(file))).toEqual([]);
  });

  test(`one of less than ${shortest} lines has several users, or is listed with a reason`, () => {
    const imports = importsOf(code);
    const usersOf = (file: string): number =>
      new Set(imports.flatMap(({ from, to }) => (to === file ? [from] : []))).size;
    const tooShort = code.filter((file) => linesOf(file) < shortest && !entries.has(file) && usersOf(file) < 2);
    expect(tooShort.filter((file) => !short[file]).map((file) => `${file}: ${linesOf(file)}`)).toEqual([]);
    expect(Object.keys(short).filter((file) => !tooShort.includes(file))).toEqual([]);
  });

  test("names are kebab-case", () => {
    expect(code.filter((file) => !/^[a-z0-9]+(?:-[a-z0-9]+)*\.(?:ts|js)$/u.test(basename(file)))).toEqual([]);
  });
});

describe("vendors differ in data alone", () => {
  /** The demo shows each of them; chaos takes the one whose refresh tokens are spent once. */
  const showsVendors = (file: string): boolean => /^scripts\/(?:demo|chaos)(?:\.ts$|\/)/u.test(file);

  test("no code of src or scripts names a vendor", () => {
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
