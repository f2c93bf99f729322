/**
 * Makes what a `fetch` threw (the platform's, or a caller's own) fit to be the cause of an error. It is the cause itself where it holds
 * only plain data without a known secret. Else a copy is, with its name, message and codes, since it may hold the request and its headers.
 */
import { toSingleLine } from "./latchkey-error.ts";
import type { Redactor } from "./redactor.ts";

const maxDepth = 5;
const maxProperties = 100;
const maxTextLength = 10_000;
const codes = ["code", "errno", "syscall", "hostname", "address", "port"] as const;

export function toSafeCause(thrown: unknown, redactor: Redactor): unknown {
  let left = maxProperties;

  const isSafeText = (text: string): boolean =>
    text.length <= maxTextLength && redactor.redact(text, maxTextLength) === toSingleLine(text, maxTextLength);

  function isSafe(value: unknown, depth: number): boolean {
    if (typeof value === "string") return isSafeText(value);
    if (typeof value === "function") return false;
    if (typeof value !== "object" || value === null) return true;
    if (depth > maxDepth || !isPlain(value)) return false;
    return Reflect.ownKeys(value).every((key) => {
      left -= 1;
      const { get } = Object.getOwnPropertyDescriptor(value, key) ?? {};
      // V8 reads an error's stack by a getter; any other may show something else later.
      return left > 0 && (!get || key === "stack") && isSafe(Reflect.get(value, key), depth + 1);
    });
  }

  function copy(value: unknown, depth: number): unknown {
    if (!isError(value)) return typeof value === "string" ? redactor.redact(value) : undefined;
    const { name, message, cause } = value;
    const error = new Error(redactor.redact(String(message)));
    const known = codes.flatMap((key) => {
      const code: unknown = Reflect.get(value, key);
      return typeof code === "number" || (typeof code === "string" && isSafeText(code)) ? [[key, code] as const] : [];
    });
    Object.assign(error, Object.fromEntries(known));
    Object.defineProperty(error, "name", { value: redactor.redactCode(String(name)) });
    if (cause !== undefined && depth < maxDepth)
      Object.defineProperty(error, "cause", { value: copy(cause, depth + 1) });
    return error;
  }

  try {
    return isSafe(thrown, 0) ? thrown : copy(thrown, 0);
  } catch {
    // A getter or a proxy threw.
    return undefined;
  }
}

/** True for an error of any realm. */
const isError = (
  value: unknown,
): value is { readonly name: unknown; readonly message: unknown; readonly cause?: unknown } =>
  typeof value === "object" && value !== null && "message" in value && "name" in value;

function isPlain(value: object): boolean {
  if (isError(value) || Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
