/**
 * Where a page begins, as a text to keep: opaque, printable, without secrets, and bound to the call it came from. It is not signed:
 * take it back only from where you put it.
 */
import { fromBase64Url, toBase64Url } from "../util/base64.ts";
import { stableHash } from "../util/stable-hash.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { isObject } from "./page-parameters.ts";

export interface PagePosition {
  /** Page number, offset or cursor. */
  readonly position?: string | number | undefined;
  /** Path and query. */
  readonly link?: string | undefined;
  /** The last item's key; `null` before the first. */
  readonly after?: string | number | null | undefined;
  /** Items before this page, where that is known. */
  readonly before?: number | undefined;
  /** Records in all, as the first page said. */
  readonly total?: number | undefined;
}

/** The call that a cursor belongs to. */
export interface CursorScope {
  readonly vendor: string;
  readonly operation: string;
  /** What was asked for, without what moves. */
  readonly asked: unknown;
}

export function encodeCursor({ vendor, operation, asked }: CursorScope, place: PagePosition): string {
  const bytes = new TextEncoder().encode(JSON.stringify([vendor, operation, stableHash(asked), place]));
  return toBase64Url(bytes);
}

/** @throws ConfigurationError for a text that is no cursor, or another call's */
export function decodeCursor({ vendor, operation, asked }: CursorScope, cursor: string): PagePosition {
  const [ofVendor, ofOperation, ofAsked, place] = parse(cursor);
  const refuse = (what: string) =>
    new ConfigurationError(vendor, `from: ${what}; give a page's cursor of this very call`);
  if (!isObject(place)) throw refuse("it is no cursor");
  if (ofVendor !== vendor || ofOperation !== operation) {
    throw refuse(`it is a cursor of ${ofVendor} ${ofOperation}, and this is ${operation}`);
  }
  if (ofAsked !== stableHash(asked)) throw refuse(`it is a cursor of ${operation} with other parameters`);
  const { position, link, after, before, total } = place;
  return {
    position: isCursorValue(position) ? position : undefined,
    link: typeof link === "string" ? link : undefined,
    after: isCursorValue(after) || after === null ? after : undefined,
    before: typeof before === "number" ? before : undefined,
    total: typeof total === "number" ? total : undefined,
  };
}

export const isCursorValue = (value: unknown): value is string | number =>
  (typeof value === "string" && value !== "") || (typeof value === "number" && Number.isFinite(value));

function parse(cursor: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(fromBase64Url(cursor)));
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}
