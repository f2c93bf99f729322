/** `paths` and `webhooks`. */
import { type Context, entriesOf, type Place, toMember } from "./context.ts";
import { pathItemType } from "./path-item.ts";
import { targetOf } from "./references.ts";
import type { Member } from "./type-node.ts";
import { isObject, type JsonObject, objectEntries, toList, toObject, toText } from "../util/json.ts";
import { jsonText } from "../util/ts-literal.ts";
import { toPointer } from "../util/json-pointer.ts";

export const pathMembers = (context: Context): Member[] =>
  entriesOf(context, context.document.paths).flatMap(([path, item]) => {
    if (!isObject(item) || path.startsWith("x-")) return [];
    const member = toMember(context, path, pathItemType(context, item, placeOf("paths", path)), { about: item });
    const isTemplate = context.options.pathParamsAsTypes && path.includes("{") && item.$ref === undefined;
    return [isTemplate ? { ...member, name: "path", index: templateType(context, path, item) } : member];
  });

export const webhookMembers = (context: Context): Member[] =>
  entriesOf(context, context.document.webhooks).map(([name, item]) =>
    toMember(context, name, pathItemType(context, item, placeOf("webhooks", name)), { about: toObject(item) }),
  );

const placeOf = (root: string, name: string): Place => ({ pointer: toPointer([root, name]), isSent: false });

/** The path as a template literal type, with each parameter's own type. */
function templateType(context: Context, path: string, item: JsonObject): string {
  const operations = objectEntries(item).map(([, operation]) => operation);
  const types = new Map<string, string>();
  for (const given of [item, ...operations].flatMap(({ parameters }) => toList(parameters))) {
    const ref = toText(toObject(given).$ref);
    const { in: where, name, schema } = ref === undefined ? toObject(given) : targetOf(context, ref);
    if (where === "path") types.set(String(name), templatePart(toObject(schema).type));
  }
  const parts = path
    .split(/(\{[^}]+\})/u)
    .map((part, index) => (index % 2 === 0 ? templateText(part) : `\${${types.get(part.slice(1, -1)) ?? "string"}}`));
  return `\`${parts.join("")}\``;
}

const templatePart = (type: unknown): string => {
  if (type === "number" || type === "integer") return "number";
  return type === "boolean" ? "boolean" : "string";
};

/** Text between the backquotes of a template, in which it cannot end it or begin a substitution. */
const templateText = (text: string): string =>
  jsonText(text).slice(1, -1).replaceAll('\\"', '"').replace(/[`$]/gu, "\\$&");
