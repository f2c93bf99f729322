/**
 * The rules of parameters whose serialisation differs from the default of their place, for the runtime. A rule that changes nothing for the
 * values that a schema allows is left out: a string is written alike, exploded or not.
 */
import { mediaOf, type Parameter, parametersOf } from "../openapi/operation-parameters.ts";
import { typesOf } from "../openapi/schema-types.ts";
import { dereference } from "../openapi/dereference.ts";
import { isObject, type Json, type JsonObject, objectEntries, toList, toText } from "../util/json.ts";

export function parameterRulesOf(
  document: JsonObject,
  pathItem: JsonObject,
  operation: JsonObject,
): JsonObject | undefined {
  const rules = new Map<string, Map<string, JsonObject>>();
  let querystring: JsonObject | undefined;
  for (const parameter of parametersOf(document, pathItem, operation)) {
    if (parameter.place === "querystring") {
      querystring ??= wholeQueryRule(parameter);
      continue;
    }
    const rule = ruleOf(document, parameter);
    if (rule === undefined) continue;
    const place = rules.get(parameter.place) ?? new Map<string, JsonObject>();
    rules.set(parameter.place, place.set(parameter.name, rule));
  }
  if (rules.size === 0 && querystring === undefined) return undefined;
  const places = [...rules].map(([place, members]) => [place, Object.fromEntries(members)] as const);
  return { ...Object.fromEntries(places), ...(querystring && { querystring }) };
}

/** OpenAPI 3.2, `in: querystring`: one value is the whole query. */
function wholeQueryRule(parameter: Parameter): JsonObject {
  const [content = "application/x-www-form-urlencoded", media = {}] = mediaOf(parameter) ?? [];
  const encoding = objectEntries(media.encoding).flatMap(([name, { style, explode }]) => {
    if (style === undefined && explode === undefined) return [];
    return [[name, { ...(style !== undefined && { style }), ...(explode !== undefined && { explode }) }] as const];
  });
  return { content, ...(encoding.length > 0 && { encoding: Object.fromEntries(encoding) }) };
}

/** Swagger 2.0 has these in the path and in headers, too. */
const delimited = ["spaceDelimited", "pipeDelimited", "tabDelimited"];

const stylesOf: Readonly<Record<string, readonly string[]>> = {
  path: ["simple", "label", "matrix", ...delimited],
  query: ["form", ...delimited, "deepObject"],
  header: ["simple", ...delimited],
  cookie: ["form", "cookie"],
};

function ruleOf(document: JsonObject, parameter: Parameter): JsonObject | undefined {
  const { place, value } = parameter;
  const [content] = mediaOf(parameter) ?? [];
  if (content !== undefined) return { content };
  const kinds = kindsOf(document, value.schema);
  const standard = place === "query" || place === "cookie" ? "form" : "simple";
  const named = toText(value.style) ?? standard;
  // A style that the place does not have is read as its own, with the default of the named one for `explode`.
  const style = stylesOf[place]?.includes(named) ? named : standard;
  const isExploded = typeof value.explode === "boolean" ? value.explode : named === "form" || named === "cookie";
  const rule: JsonObject = {};
  if (changesStyle(style, standard, kinds)) rule.style = style;
  const byDefault = style === "form" || style === "cookie";
  if (isExploded !== byDefault && changesExplode(style, kinds)) rule.explode = isExploded;
  if (value.allowReserved === true && reservedIn(document, place)) rule.allowReserved = true;
  return Object.keys(rule).length === 0 ? undefined : rule;
}

function changesStyle(style: string, standard: string, kinds: ReadonlySet<Kind>): boolean {
  if (style === standard) return false;
  if (style === "label" || style === "matrix" || style === "cookie") return true;
  return kinds.has("array") || kinds.has("object");
}

function changesExplode(style: string, kinds: ReadonlySet<Kind>): boolean {
  if (style === "deepObject") return false;
  return kinds.has("object") || (kinds.has("array") && style !== "simple");
}

/** Before OpenAPI 3.2, `allowReserved` applies to the query alone. */
const reservedIn = (document: JsonObject, place: string): boolean =>
  place === "query" || (place !== "header" && /^3\.[2-9]/u.test(toText(document.openapi) ?? ""));

type Kind = "scalar" | "array" | "object";

/** The kinds of values that a schema allows; all of them where it does not say. */
function kindsOf(document: JsonObject, given: Json | undefined, depth = 0): ReadonlySet<Kind> {
  const schema = dereference(document, given);
  const types = typesOf(schema)?.filter((type) => type !== "required");
  if (types !== undefined && types.length > 0) return new Set(types.map(toKind));
  if (Array.isArray(schema.enum))
    return new Set(
      schema.enum.map((one) => toKind(isObject(one) ? "object" : Array.isArray(one) ? "array" : "string")),
    );
  const parts = [...toList(schema.allOf), ...toList(schema.anyOf), ...toList(schema.oneOf)];
  if (parts.length === 0 || depth > 20) return new Set(["scalar", "array", "object"]);
  return new Set(parts.flatMap((part) => [...kindsOf(document, part, depth + 1)]));
}

const toKind = (type: string): Kind => (type === "array" || type === "object" ? type : "scalar");
