/**
 * What the schemas take is of the types that stand beside them, and what they refuse for its type is not: values made by seed are judged by the
 * schemas, printed, and judged by the compiler.
 */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { type GeneratedFiles, generateVendor, prepareDocument } from "../../scripts/codegen/generate-vendor.ts";
import { type Json, toObject } from "../../scripts/codegen/util/json.ts";
import { literal, stringLiteral } from "../../scripts/codegen/util/ts-literal.ts";
import { type Body, bodiesOf } from "../../tools/corpus/compare-with-ajv.ts";
import { createRandom, seedOf } from "../../tools/lib/random.ts";
import { createValue, mutate } from "../../tools/corpus/sample-values.ts";
import type { OperationSchemas, SchemaIssue } from "../../src/vendor.ts";
import { compile, evaluate, textOf } from "../support/generated.ts";

const documents = fileURLToPath(new URL("documents/", import.meta.url));
const specs = fileURLToPath(new URL("../../specs/", import.meta.url));
const vendors = readdirSync(specs);
const paths = new Map([
  ...readdirSync(documents).map((file): [string, string] => [file.replace(/\.yaml$/u, ""), `${documents}${file}`]),
  ...vendors.map((vendor): [string, string] => [vendor, `${specs}${vendor}/openapi.yaml`]),
]);

interface Judged {
  readonly text: string;
  readonly judgement: "taken" | "refused for its type" | "refused for another reason";
}

it("types what the schemas take, and none of what they refuse for its type", { timeout: 180_000 }, async () => {
  const folders = new Map<string, GeneratedFiles>();
  const judged = new Map<string, Judged>();
  for (const [name, document] of paths) {
    // A vendor's document names environment variables, which must begin with its name.
    const vendor = vendors.includes(name) ? name : "acme";
    const files = await generateVendor({ document, name: vendor, origin: name, extension: ".ts" });
    const made = await judge(name, document, files);
    if (made.length === 0) continue;
    const text = `${head}${made.map((one) => one.text).join("")}`;
    folders.set(name, new Map([...files, ["values.ts", text]]));
    for (const [index, one] of made.entries()) judged.set(`${name}/values.ts:${head.split("\n").length + index}`, one);
  }
  const refused = new Map<string, string>();
  for (const complaint of compile(folders)) {
    const [, place = "", message = ""] = /~generated\/(\S+) (.*)/su.exec(complaint) ?? [];
    expect(judged.has(place), complaint).toBe(true);
    refused.set(place, message);
  }
  const wrong = [...judged].flatMap(([place, { text, judgement }]) => {
    const message = refused.get(place);
    if (judgement === "refused for its type")
      return message === undefined && !beyondTypes.has(place.split("/")[0] ?? "")
        ? [`${place} ${text} is refused by the schema alone`]
        : [];
    const isQuirk = message === undefined || quirks.some((quirk) => quirk.test(message));
    return judgement === "taken" && !isQuirk ? [`${place} ${text} ${message}`] : [];
  });
  expect(wrong).toEqual([]);
  const counted = (judgement: Judged["judgement"]) =>
    [...judged.values()].filter((one) => one.judgement === judgement).length;
  expect(counted("taken")).toBeGreaterThan(1000);
  expect(counted("refused for its type")).toBeGreaterThan(500);
});

/** Where the compiler refuses what JSON has no objection to. */
const quirks = [
  // A type of nothing but optional members takes no object without one of them, whatever else may be in it.
  /has no properties in common/u,
  // Every object has inherited it.
  /(?:property '|\.)constructor' are incompatible/u,
];

/** Keywords that no type expresses, and members that a type of one direction leaves out: there the schemas alone refuse. */
const beyondTypes = new Set([
  "conditional",
  "dependents",
  "keywords-without-type",
  "pattern-properties",
  "read-only-and-write-only",
]);

/** The compiler takes `[1, {}]` for a list of `{}`, which anything is. */
const isBlurred = (value: Json): boolean =>
  (Array.isArray(value) && value.length > 1 && value.some((item) => literal(item) === "{}")) ||
  (typeof value === "object" &&
    value !== null &&
    Object.values(value).some((member) => member !== undefined && isBlurred(member)));

const head = `import type { paths } from "./index.ts";
type Of<T> = T extends { content: { "application/json": infer Body } } ? Body : never;
/** No literal is fresh any more: members that a type does not name are no mistake here. */
declare function id<V>(value: V): V;
`;

async function judge(name: string, path: string, files: GeneratedFiles): Promise<Judged[]> {
  const document = await prepareDocument({ document: path });
  const { operations } = evaluate(textOf(files, "schemas.ts"));
  const components = toObject(toObject(document.components).schemas);
  const random = createRandom(seedOf(1, name));
  const bodies = isOperations(operations) ? bodiesOf(document, operations) : [];
  const seen = new Set<string>();
  return bodies.flatMap((body) => {
    if (body.types.length !== 1 || body.types[0] !== "application/json" || !body.isAlone) return [];
    const schema = body.build();
    const values = Array.from({ length: 12 }, () => createValue(random.pick(body.schemas), components, random));
    return [...values, ...values.map((value) => mutate(value, random))].flatMap((value) => {
      const text = `: ${typeOf(body)} = id(${printed(value)});\n`;
      if (seen.has(text) || isBlurred(value)) return [];
      seen.add(text);
      const result = schema.safeParse(JSON.parse(JSON.stringify(value)));
      const judgement = result.success ? "taken" : isTyped(result.error.issues) ? "refused for its type" : other;
      return [{ text: `export const v${seen.size}${text}`, judgement }];
    });
  });
}

const other = "refused for another reason";

/** Neither a bound nor a format nor a whole number, which TypeScript has no types for. */
const isTyped = (issues: readonly SchemaIssue[]): boolean =>
  issues.some(({ code, expected }) => code === "invalid_type" && expected !== "int");

/** A status of each range that no document here names by itself. */
const someOf: Readonly<Record<string, number>> = { "2XX": 226, "3XX": 308, "4XX": 499, "5XX": 599, default: 599 };

function typeOf({ where }: Body): string {
  const [method = "", path = "", part = ""] = where.split(" ");
  const operation = `paths[${stringLiteral(path)}]["${method.toLowerCase()}"]`;
  if (part === "request") return `Of<NonNullable<${operation}["requestBody"]>>`;
  return `Of<${operation}["responses"][${someOf[part] ?? part}]>`;
}

/** On one line, so that a complaint's line tells the value. */
const printed = (value: unknown): string => literal(value).replaceAll(/\n */gu, " ");

const isOperations = (value: unknown): value is Record<string, OperationSchemas> =>
  typeof value === "object" && value !== null;
