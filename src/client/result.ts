/**
 * What a call resolves to. Each vendor has its own two classes, so that `headers` is a getter on a prototype: headers are parsed when
 * they are read, and cost a call nothing.
 */
import { tryParseJson } from "../util/json.ts";
import type { HeaderType, Vendor } from "../vendor.ts";

export interface ResultClasses {
  readonly SuccessResult: new (data: unknown, response: Response) => UntypedResult;
  readonly ErrorResult: new (error: unknown, response: Response) => UntypedResult;
}

/** The result of openapi-fetch with the status: a success has `data` but no `error`, an error response has `error` but no `data`. */
export interface UntypedResult {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly status: number;
  readonly response: Response;
  readonly headers: object;
}

const classesByVendor = new WeakMap<Vendor, ResultClasses>();

export function resultClassesFor(vendor: Vendor): ResultClasses {
  const classes = classesByVendor.get(vendor) ?? createResultClasses(vendor);
  classesByVendor.set(vendor, classes);
  return classes;
}

function createResultClasses({ headers: types = {} }: Vendor): ResultClasses {
  class Result {
    declare readonly status: number;
    declare readonly response: Response;
    constructor(response: Response) {
      this.status = response.status;
      this.response = response;
    }
    get headers() {
      return parseResponseHeaders(types, this.response.headers);
    }
  }
  return {
    SuccessResult: class SuccessResult extends Result {
      declare readonly data: unknown;
      constructor(data: unknown, response: Response) {
        super(response);
        this.data = data;
      }
    },
    ErrorResult: class ErrorResult extends Result {
      declare readonly error: unknown;
      constructor(error: unknown, response: Response) {
        super(response);
        this.error = error;
      }
    },
  };
}

/**
 * Reads the headers that the document types. A header that is not of its type is omitted, like a missing one. Booleans and numbers are
 * written as in JSON (OpenAPI's style `simple`, RFC 6570 §3.2); lists are separated by commas and not quoted.
 */
function parseResponseHeaders(types: Readonly<Record<string, HeaderType>>, headers: Headers): object {
  const read: Record<string, unknown> = {};
  for (const [name, type] of Object.entries(types)) {
    const text = headers.get(name);
    const value = text === null ? undefined : readHeader(text, type);
    if (value !== undefined) read[name] = value;
  }
  return read;
}

function readHeader(text: string, type: HeaderType): unknown {
  if (!type.endsWith("[]")) return readValue(text, type);
  const items = text === "" ? [] : text.split(",").map((item) => readValue(item.trim(), type.slice(0, -2)));
  return items.includes(undefined) ? undefined : items;
}

function readValue(text: string, type: string): unknown {
  if (type === "string") return text;
  const value = tryParseJson(type === "boolean" ? text.toLowerCase() : text)?.value;
  return type === "json" || typeof value === type ? value : undefined;
}
