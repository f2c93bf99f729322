/** The documents of test/wire/documents, one for each feature: what is given to a call, and what the clause that a document names wants on the wire. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { generateVendor } from "../../scripts/codegen/generate-vendor.ts";
import type { Vendor } from "../../src/vendor.ts";
import { captureRequest } from "../../tools/wire/capture-request.ts";
import { caught } from "../support/caught.ts";
import { evaluate, textOf } from "../support/generated.ts";

interface Vector {
  /** @default GET */
  readonly method?: string;
  readonly path: string;
  readonly params?: object;
  readonly body?: unknown;
  readonly ownHeaders?: Readonly<Record<string, string>>;
  /** What is sent: the address after the server's, headers (null for one that is absent) and the body. */
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly sent?: string;
  /** Or the message of the ConfigurationError. */
  readonly refused?: string;
}

const folder = fileURLToPath(new URL("documents/", import.meta.url));
const server = "https://acme.example/v1";

describe.each(readdirSync(folder))("%s", (file) => {
  const document = parse(readFileSync(`${folder}${file}`, "utf8"));
  const vectors: readonly Vector[] = document["x-vectors"];
  const options = { credentials: document["x-credentials"] ?? {}, server: { url: server } };
  const vendor = createVendor(`${folder}${file}`);

  it("names its clause", () => expect(document["x-clause"]).toMatch(/\d/u));

  it.each(vectors.map((vector, index) => [index + 1, vector] as const))("vector %i: %j", async (_, vector) => {
    const { method = "GET", path, params, body, ownHeaders, url = "", headers = {}, sent, refused } = vector;
    const init = {
      ...(params && { params }),
      ...(body !== undefined && { body }),
      ...(ownHeaders && { headers: ownHeaders }),
    };
    const request = captureRequest(await vendor, { method, path, init }, options);
    if (refused !== undefined) {
      const error = await caught(request);
      expect(error).toMatchObject({
        name: "ConfigurationError",
        message: expect.stringMatching(new RegExp(refused, "u")),
      });
      return;
    }
    const captured = await request;
    expect([captured.method, captured.url]).toEqual([method, server + url]);
    for (const [name, value] of Object.entries(headers)) expect(captured.headers.get(name)).toBe(value);
    if (sent !== undefined) expect(new TextDecoder().decode(captured.body)).toBe(sent);
  });
});

async function createVendor(document: string): Promise<Vendor> {
  const files = await generateVendor({ document, name: "acme", origin: "openapi.yaml", extension: ".ts" });
  return Object(evaluate(textOf(files, "vendor.ts")).acme);
}
