import { expect, test } from "vitest";

/** CI sets it in each cell of its matrix, so that no cell runs another Node than its name says. Elsewhere every supported Node will do. */
const wanted = process.env.LATCHKEY_NODE ?? "";

test(`the tests run on Node ${wanted || "22.18 or newer"}`, () => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (wanted === "") expect(major * 100 + minor).toBeGreaterThanOrEqual(2218);
  else expect(`${process.versions.node}.`.startsWith(`${wanted}.`), process.versions.node).toBe(true);
});
