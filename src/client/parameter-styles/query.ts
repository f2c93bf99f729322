/** Serialises the query: each parameter by its rule, by default in the style `form`, exploded. */
import type { QuerySerializerOptions } from "openapi-fetch";
import { ConfigurationError } from "../../errors/configuration-error.ts";
import type { ParameterRule, ParameterRules } from "../../vendor.ts";
import { encodeName, encodeText, type QuerySerializer } from "../parameters.ts";
import { encodeExcept, InexpressibleValue, serializeParameter, type Syntax, toContent } from "./style.ts";

export type WholeQueryRule = NonNullable<ParameterRules["querystring"]>;
export type QueryRules = Readonly<Record<string, ParameterRule>>;

/** Besides what no query may hold, this encodes what separates parameters and what a form reads as a space. */
const encodedReserved = /%[\dA-Fa-f]{2}|[^\w\-.~:/?@!$'()*,;=]/gu;

const syntax: Syntax = {
  style: "form",
  separator: "&",
  name: encodeName,
  value: encodeText,
  reserved: (text) => encodeExcept(text, encodedReserved),
};

const byDefault: ParameterRule = {};

/** Chooses a parameter's rule; undefined for the default. */
type ChooseRule = (name: string, value: unknown) => ParameterRule | undefined;

const createSerializer =
  (vendor: string, choose: ChooseRule): QuerySerializer =>
  (query) => {
    let text = "";
    for (const name in query) {
      if (!Object.hasOwn(query, name)) continue;
      const part = serializeOne(vendor, name, query[name], choose);
      if (part !== undefined) text += text === "" ? part : `&${part}`;
    }
    return text;
  };

/** @param rules those of the parameters that differ from the default */
export const createRuledQuerySerializer = (vendor: string, rules: QueryRules = {}): QuerySerializer =>
  createSerializer(vendor, (name) => (Object.hasOwn(rules, name) ? rules[name] : undefined));

/** The caller's own options, with the defaults of openapi-fetch, apply to every parameter in place of the document's rules. */
export function createOwnQuerySerializer(vendor: string, options: QuerySerializerOptions): QuerySerializer {
  const reserved = options.allowReserved ? ({ allowReserved: true } as const) : {};
  const ofList: ParameterRule = { style: "form", explode: true, ...options.array, ...reserved };
  const ofObject: ParameterRule = { style: "deepObject", ...options.object, ...reserved };
  return createSerializer(vendor, (_, value) =>
    Array.isArray(value) ? ofList : typeof value === "object" ? ofObject : reserved,
  );
}

function serializeOne(vendor: string, name: string, value: unknown, choose: ChooseRule): string | undefined {
  const rule = choose(name, value);
  try {
    return serializeParameter(name, value, rule ?? byDefault, syntax);
  } catch (error) {
    throw toConfigurationError(vendor, `params.query.${name}`, error);
  }
}

/** Names the parameter whose value cannot be sent. */
export function toConfigurationError(vendor: string, place: string, error: unknown): unknown {
  if (error instanceof InexpressibleValue)
    return new ConfigurationError(vendor, `${place} ${error.message}; nothing was sent`);
  if (error instanceof URIError)
    return new ConfigurationError(vendor, `${place} has half of a surrogate pair; pass a well-formed string`);
  return error;
}

/** The whole query is one value of a media type (OpenAPI 3.2, `in: querystring`), which `params.query` is. */
export function createWholeQuerySerializer(vendor: string, { content, encoding }: WholeQueryRule): QuerySerializer {
  const isForm = /^application\/x-www-form-urlencoded\b/iu.test(content);
  return (value: unknown) => {
    try {
      // openapi-fetch gives an empty object where the call has no query.
      if (typeof value !== "object" || value === null || (isForm && !Array.isArray(value)))
        return typeof value === "object" && value !== null
          ? toForm(value, encoding)
          : encodeText(toContent(value, content));
      return Object.keys(value).length === 0 ? "" : encodeText(toContent(value, content));
    } catch (error) {
      throw toConfigurationError(vendor, "params.query", error);
    }
  };
}

/** A form's fields (OpenAPI 3.2 §4.15): those without a style are repeated for each item, and objects are JSON; a space is `+` (WHATWG URL §5.2). */
function toForm(members: object, encoding: WholeQueryRule["encoding"] = {}): string {
  const parts = Object.entries(members).flatMap(([name, member]: [string, unknown]) => {
    const rule = Object.hasOwn(encoding, name) ? encoding[name] : undefined;
    if (rule?.style !== undefined || rule?.explode !== undefined) return serializeParameter(name, member, rule, syntax);
    const items: readonly unknown[] = Array.isArray(member) ? member : [member];
    return items.map((item) =>
      serializeParameter(name, item, typeof item === "object" ? asJson : byDefault, syntax)?.replaceAll("%20", "+"),
    );
  });
  return parts.filter((part) => part !== undefined).join("&");
}

const asJson: ParameterRule = { content: "application/json" };
