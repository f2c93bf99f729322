import { examplesDeclared } from "./examples-declared.ts";
import { extensionsValid } from "./extensions-valid.ts";
import { errorsDeclared } from "./errors-declared.ts";

/** Rules for our documents beyond Redocly's own; redocly.yaml enables them. */
export default function latchkeyPlugin() {
  return {
    id: "latchkey",
    rules: {
      oas3: {
        "examples-declared": examplesDeclared,
        "errors-declared": errorsDeclared,
        "extensions-valid": extensionsValid,
      },
    },
  };
}
