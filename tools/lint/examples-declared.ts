import { isObject } from "../../scripts/codegen/util/json.ts";
import type { Rule } from "./rule.ts";

/** Requires an example for every body: the sandbox replies with them, and readers learn from them first. */
export const examplesDeclared: Rule = () => ({
  MediaType(node, { location, report }) {
    if (!isObject(node) || node.example !== undefined) return;
    if (isObject(node.examples) && Object.keys(node.examples).length > 0) return;
    report({ message: "the body has no example; add `example` or `examples`", location: location.key() });
  },
});
