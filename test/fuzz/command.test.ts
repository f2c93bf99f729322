import { describe, expect, test } from "vitest";
import { spawnScript } from "../support/command.ts";

describe("npm run fuzz", () => {
  test("explains its options", async () => {
    const { code, out } = await spawnScript("tools/fuzz.ts", "--help");
    expect(code).toBe(0);
    expect(out).toContain("--minutes n");
  });

  test.each([
    [["--minutes", "0"], '--minutes is above 0 and at most 1440, not "0"'],
    [["--minutes", "soon"], '--minutes is above 0 and at most 1440, not "soon"'],
    [["--seed", "0.5"], '--seed is a 32-bit integer, not "0.5"'],
    [["nothing-of-this-name"], 'no file of property tests has "nothing-of-this-name" in its name'],
    [["--hours", "1"], "Unknown option '--hours'"],
  ])("ends with 2 and says what is wrong with %j", async (args, message) => {
    const { code, error } = await spawnScript("tools/fuzz.ts", ...args);
    expect(code).toBe(2);
    expect(error).toContain(message);
  });

  test("runs the property tests with the seed that is given", { timeout: 120_000 }, async () => {
    const { code, out } = await spawnScript("tools/fuzz.ts", "--minutes", "0.01", "--seed", "7", "report-text");
    expect(code, out).toBe(0);
    expect(out).toMatch(/3 properties in 1 files, 1 s each, seed 7/u);
  });
});
