import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Contract } from "../../../scripts/codegen/contract/contract.ts";
import type { Json, JsonObject } from "../../../scripts/codegen/util/json.ts";
import { type Change, isBreaking } from "../../../scripts/diff/rules/change.ts";
import { compareContracts, type VendorDiff } from "../../../scripts/diff/contract/compare-contracts.ts";
import { contractOfDocument } from "../../../scripts/diff/contract/read-contract.ts";

/** What the generator would leave of a document for a later comparison. */
export async function contractOf(document: JsonObject): Promise<Contract> {
  const folder = await mkdtemp(join(tmpdir(), "latchkey-diff-"));
  try {
    const path = join(folder, "document.json");
    await writeFile(path, JSON.stringify(document));
    return await contractOfDocument({ document: path }, "acme");
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Two documents, compared as the command compares them. */
export const compareDocuments = async (before: JsonObject, after: JsonObject): Promise<VendorDiff> =>
  compareContracts(await contractOf(before), await contractOf(after));

/** `rule at → whom it breaks, and the version`; a subject only where asked for. */
export const show = ({ rule, at, version, ...change }: Change): string => {
  const whom = Object.entries(change.breaks).flatMap(([name, is]) => (is ? [name] : []));
  return `${rule}${at === "" ? "" : ` ${at}`}: ${isBreaking({ rule, at, version, ...change }) ? `breaks ${whom.join(" and ")}` : "breaks nobody"}, ${version}`;
};

export const documentOf = (more: JsonObject): JsonObject => ({
  openapi: "3.1.0",
  info: { title: "Acme", version: "1" },
  servers: [{ url: "https://api.acme.example" }],
  ...more,
});

export const json = (schema: Json): JsonObject => ({ "application/json": { schema } });

/** A document whose one operation sends the one and receives the other. */
export const documentWith = (sent: Json | undefined, received: Json | undefined, more: JsonObject = {}): JsonObject =>
  documentOf({
    paths: {
      "/things": {
        post: {
          operationId: "createThing",
          ...(sent === undefined ? {} : { requestBody: { required: true, content: json(sent) } }),
          responses: { "200": { description: "Made", ...(received === undefined ? {} : { content: json(received) }) } },
        },
      },
    },
    ...more,
  });
