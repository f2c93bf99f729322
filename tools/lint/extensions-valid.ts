import { didYouMean } from "../../scripts/shared/did-you-mean.ts";
import { type ExtensionName, extensions } from "../../scripts/codegen/extensions/definitions.ts";
import { isObject } from "../../scripts/codegen/util/json.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** Redocly's names for the places of extensions. */
const nodeTypes = {
  document: "Root",
  operation: "Operation",
  schema: "Schema",
  "security scheme": "SecurityScheme",
  server: "Server",
  "server variable": "ServerVariable",
} as const satisfies Record<(typeof extensions)[ExtensionName]["on"], string>;

/** Reports `x-latchkey-*` keys that are unknown, misplaced or invalid, which other tools ignore. */
export const extensionsValid: Rule = () => ({
  any: {
    enter(node, context) {
      if (!isObject(node)) return;
      for (const [key, value] of Object.entries(node)) if (key.startsWith("x-latchkey-")) check(key, value, context);
    },
  },
});

function check(key: string, value: unknown, { location, report, type }: RuleContext): void {
  const at = (...steps: PropertyKey[]) => location.child([key, ...steps.filter(isPathStep)]);
  if (!isExtensionName(key)) {
    const near = didYouMean(key, Object.keys(extensions));
    report({
      message: `${key} is not one of our extensions; see docs/extensions.md`,
      location: at().key(),
      ...(near === undefined ? {} : { suggest: [near] }),
    });
    return;
  }
  const extension = extensions[key];
  if (type.name !== nodeTypes[extension.on]) {
    report({
      message: `${key} has no meaning here; move it to the ${extension.on} it speaks of`,
      location: at().key(),
    });
    return;
  }
  for (const issue of extension.schema.safeParse(value).error?.issues ?? []) {
    const keys = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
    report({ message: `${key}: ${issue.message}`, location: at(...issue.path, ...keys) });
  }
}

function isExtensionName(key: string): key is ExtensionName {
  return Object.hasOwn(extensions, key);
}

function isPathStep(step: PropertyKey): step is string | number {
  return typeof step !== "symbol";
}
