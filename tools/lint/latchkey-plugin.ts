import { examplesDeclared } from "./examples-declared.ts";
import { extensionsValid } from "./extensions-valid.ts";
import { errorsDeclared } from "./errors-declared.ts";

/** What our documents owe beyond Redocly's own rules; redocly.yaml switches the rules on. */
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
