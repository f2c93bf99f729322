import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { generateVendor, prepareDocument } from "../../scripts/codegen/generate-vendor.ts";
import { type Agreement, compare } from "../../tools/corpus/compare-with-ajv.ts";
import { createRandom, seedOf } from "../../tools/lib/random.ts";
import type { OperationSchemas } from "../../src/vendor.ts";
import { component, unknown } from "../../src/zod.ts";
import { evaluate, textOf } from "../support/generated.ts";

const folder = fileURLToPath(new URL("documents/", import.meta.url));
const names = readdirSync(folder).map((file) => file.replace(/\.yaml$/u, ""));

/** Ajv looks at a schema that refers to itself in place for ever. */
const endless = ["cycle-in-place"];

describe.each(names.filter((name) => !endless.includes(name)))("%s", (name) => {
  it.each([false, true])(
    "takes and refuses what Ajv does, but for what docs/corpus.md lists (strict: %s)",
    async (strict) => {
      const { disagreements, skipped } = await agree(name, strict);
      expect(disagreements).toEqual([]);
      expect(skipped).toEqual([]);
    },
  );
});

it("compares values that are taken and values that are not", async () => {
  const { compared, valid } = await agree("all-of-with-siblings", false);
  expect(valid).toBeGreaterThan(compared / 10);
  expect(valid).toBeLessThan((compared * 9) / 10);
});

it("finds schemas that take too much, too little, and such as change a value", async () => {
  const anything = component(() => unknown());
  expect((await agree("bounds-3.0", false, () => anything)).disagreements).toContainEqual(
    expect.objectContaining({ kind: "takes what is not" }),
  );
  const nothing = component(() => unknown(({ issues, value }) => issues.push({ code: "custom", input: value })));
  expect((await agree("bounds-3.0", false, () => nothing)).disagreements).toContainEqual(
    expect.objectContaining({ kind: "refuses what is valid" }),
  );
  const changing = { safeParse: () => ({ success: true as const, data: "another" }) };
  expect((await agree("bounds-3.0", false, () => () => changing)).disagreements).toContainEqual(
    expect.objectContaining({ kind: "changes the value" }),
  );
});

async function agree(
  name: string,
  strict: boolean,
  replace?: () => NonNullable<OperationSchemas["request"]>,
): Promise<Agreement> {
  const document = `${folder}${name}.yaml`;
  const files = await generateVendor({ document, name: "acme", origin: name, extension: ".ts", strict });
  const { operations } = evaluate(textOf(files, "schemas.ts"));
  const made: Record<string, OperationSchemas> = isOperations(operations) ? { ...operations } : {};
  for (const [key, { request, responses }] of replace === undefined ? [] : Object.entries(made)) {
    made[key] = {
      ...(request === undefined ? {} : { request: replace?.() ?? request }),
      responses: Object.fromEntries(Object.keys(responses).map((status) => [status, replace?.() ?? (() => unknown())])),
    };
  }
  const random = createRandom(seedOf(1, name));
  const options = { bodies: 20, values: 60, deadlineInMs: 20_000, strict };
  return compare(await prepareDocument({ document }), made, random, options);
}

const isOperations = (value: unknown): value is Record<string, OperationSchemas> =>
  typeof value === "object" && value !== null;
