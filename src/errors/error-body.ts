/**
 * Reads an error body: its code, its message and its field errors. The envelopes of the vendor's document come first, then those of
 * the standards (RFC 6749 §5.2, RFC 9457, JSON:API) and of public frameworks. A text is quoted only where it came as text/plain: a page
 * of HTML or an unknown body never is.
 */
import { isJsonObject } from "../util/json.ts";
import { resolvePointer } from "../util/runtime-expression.ts";
import type { ErrorEnvelope, FieldPointers } from "../vendor.ts";

export interface FieldProblem {
  /** The place in the request, in the vendor's own notation: a JSON pointer, a dotted path, or a name. */
  readonly path: string | undefined;
  readonly message: string;
  readonly code: string | undefined;
}

export interface ErrorBody {
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly requestId: string | undefined;
  readonly fields: readonly FieldProblem[];
}

const commonEnvelopes: readonly ErrorEnvelope[] = [
  { code: "/error", message: "/error_description" },
  { code: "/type", message: "/detail" },
  { code: "/type", message: "/title" },
  { code: "/errors/0/code", message: "/errors/0/detail" },
  { code: "/errors/0/code", message: "/errors/0/message" },
  { message: "/errors/0/title" },
  { code: "/error/code", message: "/error/message" },
  { code: "/code", message: "/message" },
  { message: "/detail" },
  { message: "/title" },
  { message: "/message" },
  { message: "/errors" },
];

/** RFC 9457 §3.1.1: a problem's type is a URI, by default about:blank. Only a short name in its place is a code. */
const isTypeUri = (text: string): boolean => /^(?:about:|https?:|\/)/iu.test(text);

export function readErrorBody(envelopes: readonly ErrorEnvelope[], body: unknown, headers: Headers): ErrorBody {
  const fitting = [...envelopes, ...commonEnvelopes].map((envelope, index) => {
    const code = textAt(body, envelope.code);
    const isCode = code !== undefined && !(index < envelopes.length ? /^about:blank$/iu.test(code) : isTypeUri(code));
    return { envelope, code: isCode ? code : undefined, message: textAt(body, envelope.message) };
  });
  // The first envelope that fits whole; else the first whose code, or message where it names no code, is found; else any message.
  const best =
    fitting.find(({ code, message }) => code !== undefined && message !== undefined) ??
    fitting.find(({ envelope, code, message }) => (envelope.code === undefined ? message : code) !== undefined) ??
    fitting.find(({ message }) => message !== undefined);
  const { envelope, code, message } = best ?? {};
  return {
    code,
    message: message ?? plainText(body, headers),
    requestId: textAt(body, envelope?.requestId),
    fields: envelope?.fields
      ? readFields(resolvePointer(body, envelope.fields.in), envelope.fields)
      : readCommonFields(body),
  };
}

function plainText(body: unknown, headers: Headers): string | undefined {
  const isPlain = typeof body === "string" && /^text\/plain\b/iu.test(headers.get("content-type") ?? "");
  // Some servers send a page of HTML as plain text.
  return isPlain && !/^\s*</u.test(body) ? body.trim() || undefined : undefined;
}

/** Reads the items of a list of field errors; anything but a list has none. */
export function readFields(list: unknown, pointers: FieldPointers): FieldProblem[] {
  if (!Array.isArray(list)) return [];
  return list.map((item: unknown) => ({
    path: textAt(item, pointers.path),
    message: (pointers.message === undefined ? toText(item) : textAt(item, pointers.message)) ?? "",
    code: textAt(item, pointers.code),
  }));
}

/** Where frameworks keep field errors: JSON:API, ASP.NET, Laravel, Rails and Shopify; Symfony; RFC 7807's example; FastAPI. */
const commonLists = ["/errors", "/violations", "/invalid-params", "/invalid_params", "/detail"];
const commonPaths = [
  "/pointer",
  "/source/pointer",
  "/source/parameter",
  "/field",
  "/path",
  "/propertyPath",
  "/name",
  "/loc",
];
const commonMessages = ["/detail", "/message", "/msg", "/reason", "/title"];

function readCommonFields(body: unknown): FieldProblem[] {
  for (const pointer of commonLists) {
    const fields = toFields(resolvePointer(body, pointer));
    if (fields.length > 0) return fields;
  }
  // Rails and Django answer with the fields alone: { "name": ["can't be blank"] }.
  const isFields = isJsonObject(body) && Object.values(body).every((value) => Array.isArray(value) && toText(value));
  return isFields ? toFields(body) : [];
}

/** Reads a list of problems, or an object of lists by field. */
function toFields(problems: unknown): FieldProblem[] {
  if (Array.isArray(problems)) return problems.flatMap((problem: unknown) => toField(problem, undefined));
  if (!isJsonObject(problems)) return [];
  return Object.entries(problems).flatMap(([name, value]) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return list.flatMap((problem) => toField(problem, name));
  });
}

function toField(problem: unknown, name: string | undefined): FieldProblem[] {
  if (typeof problem === "string") return [{ path: name, message: problem, code: undefined }];
  const message = firstText(problem, commonMessages);
  const path = name ?? firstText(problem, commonPaths, ".");
  const code = textAt(problem, "/code");
  if (message === undefined && code === undefined) return [];
  return [{ path, message: message ?? code ?? "", code }];
}

function firstText(value: unknown, pointers: readonly string[], separator?: string): string | undefined {
  for (const pointer of pointers) {
    const text = toText(resolvePointer(value, pointer), separator);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** The text at a JSON pointer; `undefined` without a pointer or where there is no text. */
export const textAt = (value: unknown, pointer: string | undefined): string | undefined =>
  pointer === undefined ? undefined : toText(resolvePointer(value, pointer));

/** A string or number as text; a list of strings joined, since some vendors send several messages. An empty string counts as absent. */
function toText(value: unknown, separator = "; "): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  if (typeof value === "number") return String(value);
  const isText = (item: unknown) => typeof item === "string" || (separator === "." && typeof item === "number");
  return Array.isArray(value) && value.length > 0 && value.every(isText) ? value.join(separator) : undefined;
}
