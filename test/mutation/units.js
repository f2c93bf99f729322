// The first pass: the tests of one part each, which end most mutants in no time. What they leave alive, the second pass (stryker.json) runs
// under all tests; it takes over what is dead.
import base from "./stryker.json" with { type: "json" };

export default {
  ...base,
  vitest: { configFile: "test/mutation/units.config.ts" },
  thresholds: { ...base.thresholds, break: null },
};
