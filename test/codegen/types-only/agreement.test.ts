/** The types of `--types-only` are the ones that openapi-typescript 7 makes, judged by the compiler. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateTypes } from "../../../scripts/codegen/generate-types.ts";
import { readDocument } from "../../../scripts/codegen/generate-vendor.ts";
import { type Comparison, comparePairs, type Pair } from "../../../tools/types-only/compare.ts";
import { type Item, itemsOf } from "../../../tools/types-only/items.ts";
import { makeTheirs } from "../../../tools/types-only/make-theirs.ts";
import { flags, type Rule, rules } from "./rules.ts";

const all = new Map([...Object.entries(rules), ...Object.entries(flags)]);
let folder: string;
const compared = new Map<string, Comparison>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-types-only-"));
  const names = [...all.keys()];
  const pairs: Pair[] = [];
  for (const [index, name] of names.entries()) pairs.push(await makePair(join(folder, String(index)), all.get(name)));
  for (const [index, comparison] of (await comparePairs(pairs)).entries()) compared.set(names[index] ?? "", comparison);
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

async function makePair(at: string, { document, options = {} }: Rule = { document: "" }): Promise<Pair> {
  await mkdir(at);
  const path = join(at, "acme.yaml");
  await writeFile(path, document);
  await writeFile(join(at, "theirs.ts"), await makeTheirs(document, options));
  await writeFile(join(at, "ours.ts"), await generateTypes({ document: path, origin: "acme.yaml", options }));
  const items = itemsOf(await readDocument({ document: path }));
  const hasItsPaths = ({ access }: Item) => !access.startsWith('paths["') || options.pathParamsAsTypes !== true;
  const isKept = ({ access }: Item) => options.excludeDeprecated !== true || !/deletePet/u.test(access);
  const roots = options.rootTypes === true ? rootsOf(options.rootTypesNoSchemaPrefix === true) : [];
  return {
    folder: at,
    items: [...items.filter(hasItsPaths).filter(isKept), { access: "paths", refersTo: [] }, ...roots],
  };
}

const rootsOf = (isBare: boolean): Item[] => [{ access: isBare ? "Pet" : "SchemaPet", refersTo: [] }];

const differencesOf = (name: string) =>
  compared
    .get(name)
    ?.differences.filter(({ difference }) => all.get(name)?.isLoose !== true || difference !== "assignable")
    .map(({ item, difference }) => `${item.access}: ${difference}`);

describe("the defaults", () => {
  test.for(Object.keys(rules))("%s", (name) => {
    expect(differencesOf(name)).toEqual([]);
    expect(compared.get(name)?.errors.ours).toEqual([]);
  });
});

describe("the options", () => {
  test.for(Object.keys(flags))("%s", (name) => {
    expect(differencesOf(name)).toEqual([]);
    expect(compared.get(name)?.errors.ours).toEqual([]);
  });
});
