import { globSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { lintDocuments } from "../../tools/lint/lint-documents.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-lint-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const errorResponse = {
  description: "Refused",
  content: { "application/json": { schema: { type: "object" }, example: { error: "no" } } },
};

/** The smallest document that keeps every rule, to be broken in one place per test. */
function goodDocument() {
  return {
    openapi: "3.1.0",
    info: { title: "Parcels", version: "1" },
    servers: [{ url: "https://parcels.invalid", "x-latchkey-server": { name: "production" } as object }],
    security: [],
    paths: {
      "/parcels": {
        post: {
          operationId: "createParcel",
          summary: "Create a parcel",
          requestBody: {
            content: {
              "application/json": {
                schema: { type: "object", properties: { weight: { type: "number" } } },
                example: { weight: 2 },
              },
            },
          },
          responses: {
            "201": {
              description: "Created",
              content: {
                "application/json": { schema: { type: "object" }, examples: { one: { value: { id: 1 } } } },
              },
            },
            "401": errorResponse,
            "403": errorResponse,
            "429": errorResponse,
          } as Record<string, object>,
        },
      },
    },
  };
}

type Document = ReturnType<typeof goodDocument>;

const report = z.object({
  problems: z.array(
    z.object({
      ruleId: z.string(),
      severity: z.string(),
      message: z.string(),
      suggest: z.array(z.string()).default([]),
      location: z.array(z.object({ pointer: z.string() })),
    }),
  ),
});

let written = 0;
async function lint(document: object) {
  const file = join(folder, `${++written}.json`);
  await writeFile(file, JSON.stringify(document));
  const { exitCode, output } = await lintDocuments([file], { format: "json" });
  const problems = report.parse(JSON.parse(output)).problems.map(({ location, ...problem }) => ({
    ...problem,
    pointer: location[0]?.pointer,
  }));
  return { exitCode, problems };
}

/** Lints the good document after one change, which must be the only thing found. */
async function onlyProblem(change: (document: Document) => object) {
  const { exitCode, problems } = await lint(change(goodDocument()));
  expect(problems).toHaveLength(1);
  expect(exitCode).toBe(1);
  return problems[0];
}

/** A copy of the object without one of its keys. */
function without(object: object, key: string): object {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

function withOperation(document: Document, change: (operation: Document["paths"]["/parcels"]["post"]) => object) {
  return { ...document, paths: { "/parcels": { post: change(document.paths["/parcels"].post) } } };
}

test("a document that keeps every rule passes", async () => {
  expect(await lint(goodDocument())).toEqual({ exitCode: 0, problems: [] });
});

describe("an operation", () => {
  test("has an operationId", async () => {
    const problem = await onlyProblem((document) => withOperation(document, (post) => without(post, "operationId")));
    expect(problem).toMatchObject({ ruleId: "operation-operationId", severity: "error" });
  });

  test("has an example for its request body", async () => {
    const problem = await onlyProblem((document) =>
      withOperation(document, (post) => ({
        ...post,
        requestBody: { content: { "application/json": { schema: { type: "object" } } } },
      })),
    );
    expect(problem).toMatchObject({
      ruleId: "latchkey/examples-declared",
      pointer: "#/paths/~1parcels/post/requestBody/content/application~1json",
    });
  });

  test("has an example for each response body, an empty list of them counts as none", async () => {
    const problem = await onlyProblem((document) =>
      withOperation(document, (post) => ({
        ...post,
        responses: {
          ...post.responses,
          "201": {
            description: "Created",
            content: { "application/json": { schema: { type: "object" }, examples: {} } },
          },
        },
      })),
    );
    expect(problem).toMatchObject({
      ruleId: "latchkey/examples-declared",
      pointer: "#/paths/~1parcels/post/responses/201/content/application~1json",
    });
  });

  test.each(["401", "403", "429"])("declares its %s", async (status) => {
    const problem = await onlyProblem((document) =>
      withOperation(document, (post) => ({ ...post, responses: without(post.responses, status) })),
    );
    expect(problem).toMatchObject({
      ruleId: "latchkey/errors-declared",
      pointer: "#/paths/~1parcels/post/responses",
      message: expect.stringContaining(status),
    });
  });

  test("does not declare its errors with 4XX", async () => {
    const { problems } = await lint(
      withOperation(goodDocument(), (post) => ({
        ...post,
        responses: { "201": post.responses["201"], "4XX": errorResponse },
      })),
    );
    expect(problems.map(({ ruleId }) => ruleId)).toEqual(Array(3).fill("latchkey/errors-declared"));
  });
});

describe("an extension", () => {
  test("that is unknown is an error, with the name that may be meant", async () => {
    const problem = await onlyProblem((document) =>
      withOperation(document, (post) => ({ ...post, "x-latchkey-permision": "parcels:write" })),
    );
    expect(problem).toMatchObject({
      ruleId: "latchkey/extensions-valid",
      pointer: "#/paths/~1parcels/post/x-latchkey-permision",
      suggest: ["x-latchkey-permission"],
    });
  });

  test("out of its place is an error that names the place", async () => {
    const problem = await onlyProblem((document) => ({ ...document, "x-latchkey-permission": "parcels:write" }));
    expect(problem).toMatchObject({
      ruleId: "latchkey/extensions-valid",
      pointer: "#/x-latchkey-permission",
      message: expect.stringContaining("operation"),
    });
  });

  test("with a wrong value is an error at that value", async () => {
    const problem = await onlyProblem((document) => ({
      ...document,
      "x-latchkey-retry": { delaysInSeconds: [1, -2] },
    }));
    expect(problem).toMatchObject({
      ruleId: "latchkey/extensions-valid",
      pointer: "#/x-latchkey-retry/delaysInSeconds/1",
    });
  });

  test("with a key it does not have is an error", async () => {
    const problem = await onlyProblem((document) => ({
      ...document,
      servers: [
        { url: "https://parcels.invalid", "x-latchkey-server": { name: "production", environement: { key: "KEY" } } },
      ],
    }));
    expect(problem).toMatchObject({
      ruleId: "latchkey/extensions-valid",
      pointer: "#/servers/0/x-latchkey-server/environement",
      message: expect.stringContaining("environement"),
    });
  });
});

describe("Redocly's own rules", () => {
  test("are errors where they would be warnings", async () => {
    const problem = await onlyProblem((document) => ({ ...document, tags: [{ name: "Parcels" }] }));
    expect(problem).toMatchObject({ ruleId: "tag-description", severity: "error" });
  });

  test("hold an example against its schema", async () => {
    const problem = await onlyProblem((document) =>
      withOperation(document, (post) => ({
        ...post,
        requestBody: {
          content: {
            "application/json": {
              schema: { type: "object", properties: { weight: { type: "number" } } },
              example: { weight: "heavy" },
            },
          },
        },
      })),
    );
    expect(problem).toMatchObject({ ruleId: "no-invalid-media-type-examples" });
  });
});

test.each(globSync("specs/*/openapi.yaml", { cwd: root }))("%s passes", async (file) => {
  const { exitCode, output, log } = await lintDocuments([join(root, file)]);
  expect(exitCode, output + log).toBe(0);
});

test("the linter opens no connection", async () => {
  const trace = join(folder, "connections.txt");
  const recorder = join(folder, "record-connections.mjs");
  await writeFile(trace, "");
  await writeFile(
    recorder,
    `import { appendFileSync } from "node:fs";
     import { Socket } from "node:net";
     import { channel } from "node:diagnostics_channel";
     const record = (what) => appendFileSync(${JSON.stringify(trace)}, what + "\\n");
     record("recording");
     channel("undici:request:create").subscribe(({ request }) => record("request " + request.origin));
     const { connect } = Socket.prototype;
     Socket.prototype.connect = function (...args) { record("connect"); return connect.apply(this, args); };`,
  );
  const file = join(folder, "good.json");
  await writeFile(file, JSON.stringify(goodDocument()));
  const { exitCode } = await lintDocuments([file], {
    environment: { NODE_OPTIONS: `--import=${pathToFileURL(recorder).href}`, CI: "", NODE_ENV: "production" },
  });
  expect(exitCode).toBe(0);
  expect(new Set((await readFile(trace, "utf8")).trim().split("\n"))).toEqual(new Set(["recording"]));
});
