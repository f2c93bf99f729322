import { isObject } from "../../scripts/codegen/util/json.ts";
import type { Rule } from "./rule.ts";

const statuses = ["401", "403", "429"];

/** Requires that every operation declares each error status itself: `4XX` and `default` do not describe the bodies. */
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
