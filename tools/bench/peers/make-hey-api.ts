/** Generates hey-api's client for a document of one operation, as its documentation shows, into one file for the benches. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { createClient } from "../../lib/hey-api.ts";

const parameter = (name: string, place: string, type: string) => ({
  name,
  in: place,
  required: place === "path",
  schema: { type },
});

const document = {
  openapi: "3.1.0",
  info: { title: "Bench", version: "1" },
  paths: {
    "/v2/things/{id}": {
      get: {
        operationId: "getThing",
        parameters: [parameter("id", "path", "string"), parameter("page", "query", "integer")],
        security: [{ bearer: [] }],
        responses: {
          200: {
            description: "A thing",
            content: { "application/json": { schema: { type: "object", properties: { id: { type: "string" } } } } },
          },
        },
      },
    },
  },
  components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
};

/** @param file the module to write, with what hey-api exports: `createClient`, `createConfig`, `getThing` */
export async function makeHeyApi(file: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "latchkey-hey-api-"));
  try {
    await createClient({
      input: document,
      output: { path: folder },
      plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
      logs: { level: "silent", file: false },
    });
    const contents = `export { createClient, createConfig } from "./client/index.ts";\nexport { getThing } from "./sdk.gen.ts";\n`;
    const stdin = { contents, resolveDir: folder, loader: "ts" as const };
    await build({ stdin, outfile: file, bundle: true, format: "esm", platform: "node", logLevel: "error" });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
