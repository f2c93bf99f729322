/** Serialises header and cookie parameters: by default in the style `simple`, and in the style `form`, exploded (OpenAPI, Parameter Object). */
import { ConfigurationError } from "../../errors/configuration-error.ts";
import type { ParameterRule, ParameterRules } from "../../vendor.ts";
import { encodeText } from "../parameters.ts";
import { encodeExcept, InexpressibleValue, serializeParameter, type Syntax } from "./style.ts";
import { toConfigurationError } from "./query.ts";

type Values = Readonly<Record<string, unknown>>;

export interface HeaderInput {
  readonly header?: Values | undefined;
  readonly cookie?: Values | undefined;
}

const asItIs = (text: string): string => text;

/** Headers are not percent-encoded (OpenAPI 3.2 §4.12.2.2). */
const headerSyntax: Syntax = { style: "simple", separator: ",", name: asItIs, value: asItIs, reserved: asItIs };

/** Pairs are separated as RFC 6265 §4.2.1 says. */
const cookieSyntax: Syntax = {
  style: "form",
  separator: "; ",
  name: encodeText,
  value: encodeText,
  reserved: (text) => encodeExcept(text, /%[\dA-Fa-f]{2}|[^\w\-.~:/?#[\]@!$&'()*+=]/gu),
};

/** The style `cookie` passes on what the caller has escaped already. */
const rawCookieSyntax: Syntax = { ...cookieSyntax, name: asItIs, value: assertNoSeparator };

/** Another cookie would begin there, or another header. */
function assertNoSeparator(text: string): string {
  if (!/[;\p{Cc}]/u.test(text)) return text;
  throw new InexpressibleValue("has characters that a cookie cannot contain (RFC 6265 §4.1.1); escape them");
}

/** @param given the Cookie header that the caller sends besides */
export function serializeHeaders(
  vendor: string,
  { header = {}, cookie }: HeaderInput,
  rules: ParameterRules | undefined,
  given: string | undefined,
): Values {
  const serialized: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(header)) {
    const rule = ruleOf(rules?.header, name);
    const isPlain = rule.content === undefined && (typeof value !== "object" || value === null);
    serialized[name] = isPlain ? value : serialize(vendor, "header", name, value, rule, headerSyntax);
  }
  const cookies = cookie ? serializeCookies(vendor, cookie, rules?.cookie) : "";
  if (cookies === "") return serialized;
  assertCookies(vendor);
  return { ...serialized, cookie: given ? `${given}; ${cookies}` : cookies };
}

/** The Cookie header among headers as openapi-fetch takes them. */
export function cookieIn(headers: unknown): string | undefined {
  if (headers instanceof Headers) return headers.get("cookie") ?? undefined;
  const [, value] = Object.entries(Object(headers)).find(([name]) => name.toLowerCase() === "cookie") ?? [];
  return typeof value === "string" ? value : undefined;
}

function serializeCookies(vendor: string, cookies: Values, rules: ParameterRules["cookie"]): string {
  const pairs = Object.entries(cookies).flatMap(([name, value]) => {
    const rule = ruleOf(rules, name);
    const syntax = rule.style === "cookie" ? rawCookieSyntax : cookieSyntax;
    return serialize(vendor, "cookie", name, value, rule, syntax) ?? [];
  });
  return pairs.join("; ");
}

const ruleOf = (rules: Readonly<Record<string, ParameterRule>> | undefined, name: string): ParameterRule =>
  (rules && Object.hasOwn(rules, name) ? rules[name] : undefined) ?? {};

function serialize(
  vendor: string,
  place: string,
  name: string,
  value: unknown,
  rule: ParameterRule,
  syntax: Syntax,
): string | undefined {
  try {
    return serializeParameter(name, value, rule, syntax);
  } catch (error) {
    throw toConfigurationError(vendor, `params.${place}.${name}`, error);
  }
}

/** A browser takes the Cookie header of a request away without a word (Fetch §2.2.2, "forbidden request-header"). */
function assertCookies(vendor: string): void {
  if (new Request("https://localhost", { headers: { cookie: "a=b" } }).headers.has("cookie")) return;
  throw new ConfigurationError(
    vendor,
    "params.cookie cannot be sent: a browser sets the Cookie header itself; leave the parameter out and have the vendor's site set the cookie; nothing was sent",
  );
}
