import { isObject } from "../../scripts/codegen/util/json.ts";
import type { Rule } from "./rule.ts";

const statuses = ["401", "403", "429"];

/** Every operation says how it refuses, each status on its own: `4XX` and `default` say nothing about the body. */
export const errorsDeclared: Rule = () => ({
  Operation(node, { location, report }) {
    if (!isObject(node) || !isObject(node.responses)) return;
    for (const status of statuses) {
      if (Object.hasOwn(node.responses, status)) continue;
      report({
        message: `the operation does not declare its ${status}; add the response, with x-inferred: true where it is deduced`,
        location: location.child(["responses"]).key(),
      });
    }
  },
});
