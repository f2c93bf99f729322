import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DocumentOperation, Media } from "../../scripts/sandbox/document.ts";
import { sandboxVendors } from "../../scripts/sandbox/index.ts";
import { type Json, readPointer, textOf } from "../../scripts/sandbox/json.ts";
import { openVendor, type VendorClient } from "./support/vendor-client.ts";

/** Every operation is called with each of its document's own request examples; the sandbox holds its answers to the document. */
describe.each(sandboxVendors())("the sandbox of %s", async (vendor) => {
  let client: VendorClient;
  let token: string;
  beforeAll(async () => {
    client = await openVendor(vendor, { switches: { rateLimits: false } });
    token = await client.token();
  });
  afterAll(() => client.sandbox.close());

  const { readSandboxDocument } = await import("../../scripts/sandbox/document.ts");
  const { join } = await import("node:path");
  const { specs } = await import("./support/vendor-client.ts");
  const document = await readSandboxDocument(join(specs, vendor, "openapi.yaml"));
  const tokenOperations = Object.values(document.schemes).flatMap(
    ({ lifecycle }) => lifecycle?.operations.map(({ operation }) => operation.id) ?? [],
  );
  const resources = document.operations.filter(({ id }) => !tokenOperations.includes(id));
  const deletesLast = [...resources].sort((a, b) => Number(a.method === "DELETE") - Number(b.method === "DELETE"));

  it.each(
    deletesLast.flatMap((operation) => bodiesOf(operation).map((body) => ({ id: operation.id, ...body, operation }))),
  )("answers $id ($name) as its document says", async ({ id, body, operation }) => {
    client.sandbox.reset();
    token = await client.token();
    const answer = await client.call(id, { token, path: examplesOf(document.json, operation, "path"), body });
    expect(answer.text, answer.text).not.toContain("The sandbox's answer does not fit the document");
    expect(Object.keys(operation.responses).filter((status) => status.startsWith("2"))).toContain(
      String(answer.status),
    );
  });
});

function bodiesOf(operation: DocumentOperation): { name: string; body: Json | undefined }[] {
  const media: Media | undefined = Object.values(operation.body?.content ?? {})[0];
  const examples = Object.entries(media?.examples ?? {}).map(([name, body]) => ({ name, body }));
  return examples.length > 0 ? examples : [{ name: "no body", body: undefined }];
}

function examplesOf(document: Json, operation: DocumentOperation, place: string): Record<string, string> {
  const values: Record<string, string> = {};
  const item = readPointer(document, `/paths/${operation.path.replaceAll("/", "~1")}`);
  for (const list of [
    readPointer(item, "/parameters"),
    readPointer(item, `/${operation.method.toLowerCase()}/parameters`),
  ]) {
    for (const entry of Array.isArray(list) ? list : []) {
      const reference = textOf(readPointer(entry, "/$ref"));
      const parameter = reference === undefined ? entry : readPointer(document, reference.slice(1));
      const name = textOf(readPointer(parameter, "/name"));
      const example = textOf(readPointer(parameter, "/example"));
      if (name !== undefined && example !== undefined && readPointer(parameter, "/in") === place)
        values[name] = example;
    }
  }
  return values;
}
