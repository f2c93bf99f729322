/** An exported type for each component: `SchemaPet` for `components["schemas"]["Pet"]`. */
import { componentsOf, type Section } from "./components.ts";
import type { Context } from "./context.ts";
import { printType } from "./print-type.ts";
import { sections } from "./references.ts";
import { memberAt, named } from "./type-node.ts";
import { createNames } from "../util/identifiers.ts";

/** The names before a component's own. */
const prefixes: Readonly<Record<Section, string>> = {
  schemas: "Schema",
  responses: "Response",
  parameters: "Parameter",
  requestBodies: "RequestBody",
  headers: "Header",
  pathItems: "PathItem",
};

/** Names that the file exports already, or uses as the language means them. */
const taken = [
  "paths",
  "webhooks",
  "components",
  "$defs",
  "operations",
  "Record",
  "Omit",
  "Exclude",
  "Pick",
  "Required",
];

export function emitRootTypes(context: Context): string {
  const { rootTypesNoSchemaPrefix, rootTypesKeepCasing } = context.options;
  const take = createNames([...taken, "WithRequired"]);
  return sections
    .flatMap((section) =>
      componentsOf(context, section).map(([name]) => {
        const isSchema = section === "schemas";
        const prefix = isSchema && rootTypesNoSchemaPrefix ? "" : prefixes[section];
        const own = isSchema && rootTypesKeepCasing ? name : toPascalCase(name);
        const type = memberAt(named("components"), section, name);
        return `export type ${take(prefix + own)} = ${printType(type)};\n`;
      }),
    )
    .join("");
}

/** Words begin at separators and at capitals, and go on in lower case: `user_ID`, `userID` and `UserId` are `UserId`. */
function toPascalCase(name: string): string {
  const words = name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word !== "");
  return words
    .map((word, index) => {
      const [first = ""] = word;
      const rest = word.slice(first.length).toLowerCase();
      return index > 0 && /\d/u.test(first) ? `_${first}${rest}` : first.toUpperCase() + rest;
    })
    .join("");
}
