/** Evaluates runtime expressions (OpenAPI §4.8.20.3, extended by `$credentials` and `$token`) and JSON pointers (RFC 6901). */
import type { Expression, Template } from "../vendor.ts";

export interface ExpressionSources {
  readonly credentials?: Readonly<Record<string, string | undefined>>;
  readonly token?: { readonly accessToken?: string | undefined; readonly refreshToken?: string | undefined };
  readonly response?: { readonly headers: Headers; readonly body: unknown };
}

/** Evaluates an expression; `undefined` where it has no value. Only own properties are read, never a polluted prototype. */
export function evaluate(expression: Expression, sources: ExpressionSources): unknown {
  if (!expression.startsWith("$")) return expression;
  const [head = "", ...rest] = expression.slice(1).split(".");
  const name = rest.join(".");
  if (head === "credentials") return own(sources.credentials, name);
  if (head === "token") return own(sources.token, name);
  if (head !== "response" || sources.response === undefined) return undefined;
  if (name.startsWith("header.")) return sources.response.headers.get(name.slice("header.".length)) ?? undefined;
  if (name === "body") return sources.response.body;
  if (name.startsWith("body#")) return resolvePointer(sources.response.body, name.slice("body#".length));
  return undefined;
}

/** Reads the value at a JSON pointer; `undefined` where there is none. */
export function resolvePointer(value: unknown, pointer: string): unknown {
  if (pointer === "") return value;
  let current = value;
  for (const part of pointer.slice(1).split("/")) {
    current = own(current, part.replaceAll("~1", "/").replaceAll("~0", "~"));
    if (current === undefined) return undefined;
  }
  return current;
}

/** Copies a value with a replacement at a JSON pointer. Missing parents are created as objects. */
export function setAtPointer(value: unknown, pointer: string, replacement: unknown): unknown {
  if (pointer === "") return replacement;
  const [part = "", ...rest] = pointer.slice(1).split("/");
  const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
  const members = value !== null && typeof value === "object" ? value : {};
  return { ...members, [name]: setAtPointer(own(members, name), rest.map((one) => `/${one}`).join(""), replacement) };
}

/** Evaluates the expressions of a template. Members without a value are left out. */
export function fillTemplate(template: Template, sources: ExpressionSources): unknown {
  if (typeof template === "string") return evaluate(template, sources);
  if (template === null || typeof template !== "object") return template;
  if (isList(template)) return template.map((item) => fillTemplate(item, sources)).filter((item) => item !== undefined);
  return Object.fromEntries(
    Object.entries(template)
      .map(([name, item]) => [name, fillTemplate(item, sources)] as const)
      .filter(([, item]) => item !== undefined),
  );
}

/** Lists the names of the credentials that a template uses. */
export function credentialNames(template: Template): string[] {
  if (typeof template === "string") {
    return template.startsWith("$credentials.") ? [template.slice("$credentials.".length)] : [];
  }
  if (template === null || typeof template !== "object") return [];
  return Object.values(template).flatMap(credentialNames);
}

const isList = (value: Template): value is readonly Template[] => Array.isArray(value);

function own(value: unknown, name: string): unknown {
  if (value === null || typeof value !== "object" || !Object.hasOwn(value, name)) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}
