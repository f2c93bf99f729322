/** Text of a document stays data: in no place of it, in no generated file, does it become code or a mark that a compiler reads. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { toHeader } from "../../scripts/codegen/util/file-header.ts";
import { fuzzParameters } from "../support/fuzz.ts";
import { evaluate, generateText, textOf } from "../support/generated.ts";
import { documentWithNames } from "./support/document-with-names.ts";
import { documentWithTexts } from "./support/document-with-texts.ts";
import { canary, hostileText, knownAttacks } from "./support/hostile-text.ts";
import { placesOf, type TextAt } from "./support/places.ts";
import { marksOf, tokensOf, wrongIn } from "./support/tokens.ts";

type Texts = Readonly<Record<string, string | undefined>>;

/** Hostile text in some of the places; a failure is shrunk to the places that matter. */
const textsIn = (document: (text: TextAt) => object): fc.Arbitrary<Texts> =>
  fc.record(Object.fromEntries(placesOf(document).map((place) => [place, hostileText])), { requiredKeys: [] });

const generate = (document: (text: TextAt) => object, texts: Texts) =>
  generateText(JSON.stringify(document((place) => texts[place] ?? place)));

const everywhere = (document: (text: TextAt) => object, text: string): Texts =>
  Object.fromEntries(placesOf(document).map((place) => [place, text]));

afterEach(() => expect(Reflect.get(globalThis, canary)).toBeUndefined());

describe("text that is no name", () => {
  const neutral = generate(documentWithTexts, {});

  async function expectSame(texts: Texts): Promise<void> {
    const expected = await neutral;
    for (const [name, text] of await generate(documentWithTexts, texts)) {
      const same = textOf(expected, name);
      expect(tokensOf(text), name).toEqual(tokensOf(same));
      expect(marksOf(name, text), name).toEqual(marksOf(name, same));
      expect(text, name).not.toMatch(/[^\P{Cc}\n\t]|\p{Cs}/u);
    }
  }

  test("leaves every file with the same tokens", async () => {
    await fc.assert(fc.asyncProperty(textsIn(documentWithTexts), expectSame), fuzzParameters(40));
  });

  test.each(knownAttacks)("leaves every file with the same tokens where it is %j everywhere", (text) =>
    expectSame(everywhere(documentWithTexts, text)),
  );
});

describe("text that is a name", () => {
  async function expectHarmless(texts: Texts): Promise<void> {
    const files = await generate(documentWithNames, texts);
    for (const [name, text] of files) {
      expect(tokensOf(text), name).not.toContain(canary);
      expect(text, name).not.toMatch(/[^\P{Cc}\n\t]|\p{Cs}/u);
      if (name.endsWith(".ts")) expect(wrongIn(name, text), name).toEqual([]);
    }
    for (const name of ["schemas.ts", "vendor.ts"]) evaluate(textOf(files, name));
    expect(Reflect.get(globalThis, canary)).toBeUndefined();
  }

  test("is a name in every file", async () => {
    await fc.assert(fc.asyncProperty(textsIn(documentWithNames), expectHarmless), fuzzParameters(40));
  });

  test.each(knownAttacks)("is a name where it is %j everywhere", (text) =>
    expectHarmless(everywhere(documentWithNames, text)),
  );
});

test("the document's address is one line of a comment", async () => {
  await fc.assert(
    fc.property(hostileText, (origin) => {
      const header = toHeader(origin);
      expect(header.split(/[\r\n\u2028\u2029]/u)).toEqual([header.slice(0, -1), ""]);
      expect(tokensOf(header)).toEqual([]);
      expect(marksOf("index.ts", header)).toEqual([]);
    }),
    fuzzParameters(500),
  );
});

test("nothing runs where the files are imported", async () => {
  const folder = await mkdtemp(join(import.meta.dirname, "~imported-"));
  try {
    for (const [index, text] of knownAttacks.entries()) {
      for (const document of [documentWithTexts, documentWithNames]) {
        const prefix = `${index}-${document.name}`;
        const files = await generate(document, everywhere(document, text));
        for (const [name, content] of files)
          await writeFile(join(folder, `${prefix}-${name}`), content.replaceAll('"./', `"./${prefix}-`));
        const loaded = await import(/* @vite-ignore */ join(folder, `${prefix}-index.ts`));
        expect(await loaded.acme.schemas()).toHaveProperty("operations");
        expect(Reflect.get(globalThis, canary)).toBeUndefined();
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
