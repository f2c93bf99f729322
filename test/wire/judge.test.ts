/** What leaves, by the judgement of another client: `npm run wire` with the vendors and every style of every version. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Captured } from "../../tools/wire/capture-request.ts";
import { exceptions, pathException } from "../../tools/wire/exceptions.ts";
import { type DocumentVerdict, judgeDocument } from "../../tools/wire/judge-document.ts";
import { createMatrix, versions } from "../../tools/wire/style-matrix.ts";
import { type BuildRequest, loadSwaggerClient } from "../../tools/wire/swagger-client.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const shared = join(root, "../shared/documents");
const specs = readdirSync(join(root, "specs")).map((name) => join(root, "specs", name, "openapi.yaml"));
const features = readdirSync(join(root, "test/wire/documents")).map((name) => join(root, "test/wire/documents", name));

const buildRequest = await loadSwaggerClient().catch((error: unknown) => {
  if (process.env.LATCHKEY_REQUIRE_ALL === "1") throw error;
  process.stderr.write(`skipped: swagger-client is not there to judge requests (${String(error)})\n`);
  return undefined;
});

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-wire-"));
  for (const version of versions)
    await writeFile(join(folder, `${version}.json`), JSON.stringify(createMatrix(version)));
});
afterAll(() => rm(folder, { recursive: true }));

const differencesOf = ({ requests, bodies }: DocumentVerdict) =>
  [...requests, ...bodies].filter(({ differences }) => differences.length > 0);

describe.skipIf(buildRequest === undefined)("requests", () => {
  const judge = (path: string, tamper?: (request: Captured) => Captured) => {
    const isThere = (given: BuildRequest | undefined): given is BuildRequest => given !== undefined;
    if (!isThere(buildRequest)) throw new Error("swagger-client is not there");
    return judgeDocument(path, { seed: 1, buildRequest, ...(tamper && { tamper }) });
  };

  it("of at least 200 operations are the ones that swagger-client builds, and bodies hold what was given", async () => {
    const styles = versions.map((version) => join(folder, `${version}.json`));
    let operations = 0;
    for (const path of [...specs, ...features, ...styles]) {
      const verdict = await judge(path);
      expect(differencesOf(verdict), path).toEqual([]);
      operations += new Set(verdict.requests.map(({ operation }) => operation)).size;
    }
    expect(operations).toBeGreaterThan(200);
  }, 60_000);

  it.skipIf(!existsSync(shared))(
    "of a vendor's published document are, too (skipped without the documents beside the repository)",
    async () => {
      expect(differencesOf(await judge(join(shared, "elastic-path/pim.yaml")))).toEqual([]);
    },
    60_000,
  );

  const withUrl = (change: (url: string) => string) => (request: Captured) => ({
    ...request,
    url: change(request.url),
  });
  const withHeader = (name: string, value: string) => (request: Captured) => {
    const headers = new Headers(request.headers);
    if (headers.has(name)) headers.set(name, value);
    return { ...request, headers };
  };

  it.each<readonly [string, (request: Captured) => Captured]>([
    ["the method", (request) => ({ ...request, method: "TRACE" })],
    ["the host", withUrl((url) => url.replace("judge.example", "other.example"))],
    ["the path", withUrl((url) => url.replace("/products", "/product"))],
    ["one value of the query", withUrl((url) => url.replace(/=([^&]+)/u, "=x$1"))],
    ["the separator of a list", withUrl((url) => url.replace(/,/u, "%2C"))],
    ["the order of a list", withUrl((url) => url.replace(/([^=]*),([^&]*)/u, "$2,$1x"))],
    ["a parameter more", withUrl((url) => `${url}${url.includes("?") ? "&" : "?"}admin=1`)],
    ["a header", withHeader("accept-language", "xx")],
    ["the content type", withHeader("content-type", "text/plain")],
    ["the body", (request) => ({ ...request, body: new TextEncoder().encode('{"other":1}') })],
  ])(
    "that are changed on purpose are found: %s",
    async (_, tamper) => {
      const verdicts = await Promise.all(
        [join(root, "specs/propeller/openapi.yaml"), join(root, "specs/elastic-path/openapi.yaml")].map((path) =>
          judge(path, tamper),
        ),
      );
      expect(verdicts.flatMap(differencesOf).length).toBeGreaterThan(0);
    },
    60_000,
  );
});

it.each([...exceptions, pathException])("an exception names its clause and its vectors: $id", ({ clause, vectors }) => {
  expect(clause).toMatch(/OpenAPI|Swagger|RFC/u);
  expect(readFileSync(join(root, "test/wire/documents", vectors), "utf8")).toMatch(/^x-vectors:/mu);
});
