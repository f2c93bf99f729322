import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findMissingPackages, openPage, type PagePrograms } from "./support/page-programs.ts";

const missing = await findMissingPackages();
const needed: Readonly<Record<string, boolean>> = { nock: true, "undici's MockAgent": true };

let page: PagePrograms;
beforeAll(async () => {
  page = await openPage("docs/testing.md");
});
afterAll(() => page[Symbol.asyncDispose]());

const sections = [
  "A function in place of the network",
  "msw",
  "nock",
  "undici's MockAgent",
  "A stub of the global fetch",
  "Fake timers",
];

describe("the page on testing", () => {
  it("has these programs", () => {
    expect([...page.programs.keys()]).toEqual(sections);
  });

  it.skipIf(missing !== undefined)("type-checks as it is printed", async () => {
    expect(await page.check("")).toEqual([]);
  });

  for (const section of sections) {
    it.skipIf(missing !== undefined && needed[section])(`runs as it is printed: ${section}`, async () => {
      const file = await page.write(section, page.programs.get(section) ?? "");
      // In this process, where vitest's own functions work. Each program undoes what it replaced.
      const before = globalThis.fetch;
      await import(/* @vite-ignore */ pathToFileURL(file).href);
      expect(globalThis.fetch).toBe(before);
    });
  }
});
