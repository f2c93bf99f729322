/** The tests that mutants run under: those that hold the rules, without what takes long or starts processes. */
import { defineConfig } from "vitest/config";
import base from "../../vitest.config.ts";

// By row: A01, G07 and K01 to K03 are of great numbers, E13 and E15 of great bodies, B17 starts a process, A13 loads the modules anew,
// and H08 changes the time zone, which threads do not feel.
const quick = /^(?!.*\b(A01|A13|B17|E13|E15|G07|H08|K01|K02|K03) )/u;

export default defineConfig({
  ...base,
  test: {
    include: [
      "test/token/**/*.test.ts",
      "test/errors/**/*.test.ts",
      "test/faults/[abdefghik].test.ts",
      "test/properties/**/*.test.ts",
    ],
    testNamePattern: quick,
    testTimeout: 5_000,
    env: { LATCHKEY_PROPERTY_RUNS: "60", LATCHKEY_PROPERTY_SEED: "1" },
  },
});
