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
  "scripts/codegen/extensions/definitions.ts": "the only definition of the extensions",
  "src/client/client-context.ts": "the one place that wires a connection's parts together",
  "tools/corpus/reference-schema.ts": "one translation: what OpenAPI means, as JSON Schema",
  "scripts/sandbox/spec/error-replies.ts": "one ladder: the sandbox data's answer, the document's, the standards'",
};

/** Shorter than 40 lines with one user, and why it stands alone. */
const short: Readonly<Record<string, string>> = {
  "tools/bench/calls/server.ts": "a process of its own",
  "tools/bench/hot-path/count-resources.ts": "what is counted, apart from what is timed",
  "scripts/codegen/types/named-types.ts": "one stage of the pipeline",
  "scripts/codegen/load/check-openapi-3-2.ts": "one stage of the pipeline",
  "scripts/codegen/contract/emit-contract.ts": "one file per output",
  "scripts/codegen/vendor/emit-index.ts": "one file per output",
  "scripts/codegen/types/emit-types.ts": "one file per output",
  "scripts/codegen/resolve/fill-empty-schemas.ts": "one stage of the pipeline",
  "scripts/codegen/resolve/prune-security.ts": "one stage of the pipeline",
  "scripts/codegen/vendor/vendor-operations.ts": "one member of the vendor value, as its neighbours are",
  "scripts/codegen/schemas/zod-conditions.ts": "one JSON Schema keyword family",
  "tools/corpus/other-generators.ts": "what others take, apart from what we make",
  "tools/corpus/worker.ts": "a process of its own",
  "tools/demo/shifted-clock.ts": "a clock is no part of the tour it serves",
  "scripts/diff/operations/compare-parameters.ts": "one part of an operation, as its neighbours are",
  "scripts/diff/report/print-json.ts": "one file per format",
  "scripts/diff/report/print-markdown.ts": "one file per format",
  "tools/lint/examples-declared.ts": "one file per lint rule",
  "tools/lint/errors-declared.ts": "one file per lint rule",
  "scripts/sandbox/http/request-body.ts": "the request's check against the document, beside the response's",
  "scripts/sandbox/spec/upgrade-schemas.ts": "one difference between OpenAPI 3.0 and 3.1",
  "tools/pack/sample-applications.ts": "programs that the size tests and size-limit weigh alike",
  "src/client/unwelcome.ts": "what is loaded together",
  "src/client/actor.ts": "loaded apart from the session",
  "src/auth/token/create-token-account.ts": "what is loaded together, wired",
  "src/auth/static-value.ts": "loaded apart from the bearers that every call asks",
  "src/http/request-observer.ts": "whether anybody listens, apart from what they are told",
  "src/errors/advice.ts": "a table: kind of error, what to do",
  "src/client/openapi-fetch-client.ts": "a public name of its own",
  "src/http/body/index.ts": "what is loaded together",
  "src/errors/answer.ts": "reads the body that failure.ts, which is pure, judges",
  "src/errors/www-authenticate.ts": "one grammar, RFC 9110 §11.6.1",
  "src/http/redirect.ts": "loaded apart from the guard, which every call passes",
  "src/errors/is-vendor-error.ts": "a public name of its own",
  "src/errors/sensitive.ts": "what must not be logged, apart from how an error is told",
  "src/http/attempt-timeout.ts": "how long a call may take, apart from how it is retried",
  "src/client/response-headers.ts": "read when they are asked for, apart from the result that is made for every call",
  "src/util/single-flight.ts": "single flight, apart from what flies",
  "src/auth/token-endpoint/clock-skew.ts": "one rule of RFC 9110",
};

/** Programs, and what a package exports: nothing in the repository imports them. */
const entries = new Set([
  ...filesOf("scripts/*.ts", "scripts/*.js", "scripts/bench/*.ts"),
  "tools/lint/main.ts",
  "tools/lint/latchkey-plugin.ts",
  "tools/pack/build.ts",
  "tools/pack/each-tarball.ts",
  "tools/pack/size.ts",
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
