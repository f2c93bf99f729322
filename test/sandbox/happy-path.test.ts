/** Every operation is called with each of its document's own request examples; the sandbox holds its answers to the document. */
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readSandboxDocument } from "../../scripts/sandbox/spec/document.ts";
import type { DocumentOperation } from "../../scripts/sandbox/spec/document-operation.ts";
import { sandboxVendors } from "../../scripts/sandbox/index.ts";
import type { Json } from "../../scripts/codegen/util/json.ts";
import { readPointer, textOf } from "../../scripts/sandbox/spec/json.ts";
import { openVendor, specs, type VendorClient } from "./support/vendor-client.ts";

it("has a sandbox for each of the five vendors", () => {
  expect(sandboxVendors()).toEqual(["apiera", "connectivity", "elastic-path", "popup-gift-cards", "propeller"]);
});

describe.each(sandboxVendors())("the sandbox of %s", async (vendor) => {
  const document = await readSandboxDocument({ document: join(specs, vendor, "openapi.yaml") });
  const lifecycles = Object.values(document.schemes).flatMap(({ lifecycle }) => lifecycle ?? []);
  const tokenOperations = lifecycles.flatMap(({ operations }) => operations.map(({ operation }) => operation.id));
  const resources = document.operations.filter(({ id }) => !tokenOperations.includes(id));

  let client: VendorClient;
  let token: string;
  beforeAll(async () => {
    client = await openVendor(vendor, { switches: { rateLimits: false } });
  });
  beforeEach(async () => {
    client.sandbox.reset();
    token = await client.token();
  });
  afterAll(() => client.sandbox.close());

  const cases = resources.flatMap((operation) =>
    bodiesOf(operation).map((body) => ({ id: operation.id, ...body, operation })),
  );
  it.each(cases)("answers $id ($name) as its document declares", async ({ id, body, operation }) => {
    const answer = await client.call(id, { token, path: pathExamples(document.json, operation), body });
    expect(answer.headers.get("x-sandbox-problem")).toBeNull();
    expect(Object.keys(operation.responses).filter((status) => status.startsWith("2"))).toContain(
      String(answer.status),
    );
  });

  const lists = resources
    .filter(({ pagination }) => pagination !== undefined)
    .map((operation) => ({ id: operation.id, operation }));
  it.runIf(lists.length > 0).each(lists)(
    "pages through $id, every item once, to the total it names",
    async ({ id, operation }) => {
      const { position = "", size = "", scheme, items, total, in: place } = operation.pagination ?? {};
      const seen: string[] = [];
      let named: number | undefined;
      for (let index = 0; index === 0 || seen.length === index * 25; index++) {
        const values = { [position]: scheme === "offset" ? index * 25 : index + 1, [size]: 25 };
        const answer = await client.call(id, { token, ...(place === "body" ? { body: values } : { query: values }) });
        expect(answer.status, answer.text).toBe(200);
        const header = /^\$response\.header\.(.+)$/u.exec(total ?? "")?.[1];
        named = Number(header === undefined ? answer.at(total?.split("#")[1] ?? "") : answer.headers.get(header));
        const page = answer.at(items?.split("#")[1] ?? "");
        if (Array.isArray(page)) seen.push(...page.map((item) => JSON.stringify(item)));
      }
      expect(named).toBeGreaterThan(25);
      expect([seen.length, new Set(seen).size]).toEqual([named, named]);
    },
  );
});

function bodiesOf(operation: DocumentOperation): { name: string; body: Json | undefined }[] {
  const media = Object.values(operation.body?.content ?? {})[0];
  const examples = Object.entries(media?.examples ?? {}).map(([name, body]) => ({ name, body }));
  return examples.length > 0 ? examples : [{ name: "no body", body: undefined }];
}

/** The document's examples of the operation's path parameters. */
function pathExamples(document: Json, operation: DocumentOperation): Record<string, string> {
  const item = readPointer(document, `/paths/${operation.path.replaceAll("/", "~1")}`);
  const lists = [readPointer(item, "/parameters"), readPointer(item, `/${operation.method.toLowerCase()}/parameters`)];
  const values: Record<string, string> = {};
  for (const entry of lists.flatMap((list) => (Array.isArray(list) ? list : []))) {
    const reference = textOf(readPointer(entry, "/$ref"));
    const parameter = reference === undefined ? entry : readPointer(document, reference.slice(1));
    const [name, example] = [textOf(readPointer(parameter, "/name")), textOf(readPointer(parameter, "/example"))];
    if (name !== undefined && example !== undefined && readPointer(parameter, "/in") === "path") values[name] = example;
  }
  return values;
}
