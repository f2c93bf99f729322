/** The tests that mutants run under: those that hold the rules, without what takes long or starts processes. */
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import base from "../../vitest.config.ts";

// By row: A01, B14, G07 and K01 to K03 are of great numbers, E13 and E15 of great bodies, B17 and S10's program start processes, A13 loads
// the modules anew, and H08 changes the time zone, which threads do not feel.
const quick = /^(?!.*\b(?:A01|A13|B14|B17|E13|E15|G07|H08|K01|K02|K03|S10 a program) )/u;

/** The first test that fails ends a mutant: first those that cost nothing, then those that find most. */
const order = [
  "errors",
  "auth",
  "properties",
  "faults/refresh-tokens",
  "faults/token-endpoint",
  "faults/refresh-windows",
  "faults/single-flight",
  "faults/scale-and-shutdown",
];

class KillersFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const found = order.findIndex((part) => moduleId.includes(`/test/${part}`));
      return found < 0 ? order.length : found;
    };
    return files.toSorted((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  ...base,
  test: {
    include: [
      "test/auth/**/*.test.ts",
      "test/errors/**/*.test.ts",
      "test/client/auth-middleware.test.ts",
      "test/store/{lease,record-updates}.test.ts",
      "test/util/*.test.ts",
      "test/faults/{single-flight,refresh-windows,refresh-tokens,token-endpoint,unauthorized}.test.ts",
      "test/faults/{abort-and-timeout,clocks,security,scale-and-shutdown}.test.ts",
      "test/properties/**/*.test.ts",
    ],
    // It reads every vendor that is generated here.
    exclude: ["test/errors/envelopes.test.ts"],
    testNamePattern: quick,
    sequence: { sequencer: KillersFirst },
    // A mutant that hangs is ended by Stryker, which knows how long the tests take without it.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The modules are loaded once for all files: what they keep between tests is no more than in any process.
    isolate: false,
    env: { LATCHKEY_PROPERTY_RUNS: "60", LATCHKEY_PROPERTY_SEED: "1", LATCHKEY_PROPERTY_SHRINKS: "no" },
  },
});
