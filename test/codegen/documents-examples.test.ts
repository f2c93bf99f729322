import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { dereference } from "../../scripts/codegen/openapi/dereference.ts";
import { generateVendor, readDocument } from "../../scripts/codegen/generate-vendor.ts";
import { type Json, type JsonObject, objectEntries } from "../../scripts/codegen/util/json.ts";
import { listOperations } from "../../scripts/codegen/openapi/operations.ts";
import type { VendorSchemas } from "../../src/vendor.ts";
import { evaluate, textOf } from "../support/generated.ts";

const specs = fileURLToPath(new URL("../../specs", import.meta.url));

describe.each(readdirSync(specs))("%s", (vendor) => {
  it("shows examples that its generated schemas take", async () => {
    const document = await readDocument({ document: `${specs}/${vendor}/openapi.yaml` });
    const schemas = await schemasOf(vendor);
    let examined = 0;
    for (const { key, operation } of listOperations(document)) {
      const request = schemas[key]?.request?.();
      for (const example of examplesOf(document, dereference(document, operation.requestBody))) {
        expect(request?.safeParse(example), `${key} ${JSON.stringify(example)}`).toEqual({
          success: true,
          data: example,
        });
        examined++;
      }
      for (const [status, response] of objectEntries(operation.responses)) {
        const schema = schemas[key]?.responses[status]?.();
        if (schema === undefined) continue;
        for (const example of examplesOf(document, dereference(document, response))) {
          expect(schema.safeParse(example), `${key} ${status} ${JSON.stringify(example)}`).toEqual({
            success: true,
            data: example,
          });
          examined++;
        }
      }
    }
    expect(examined).toBeGreaterThan(2);
  });
});

async function schemasOf(name: string): Promise<VendorSchemas["operations"]> {
  const document = `${specs}/${name}/openapi.yaml`;
  const files = await generateVendor({ document, name, origin: "openapi.yaml", extension: ".ts" });
  return Object(evaluate(textOf(files, "schemas.ts")).operations);
}

const examplesOf = (document: JsonObject, holder: JsonObject): Json[] =>
  objectEntries(holder.content)
    .filter(([type]) => /json|form/u.test(type))
    .flatMap(([, media]) => [
      ...(media.example === undefined ? [] : [media.example]),
      ...objectEntries(media.examples).flatMap(([, example]) => {
        const { value } = dereference(document, example);
        return value === undefined ? [] : [value];
      }),
    ]);
