/**
 * Encodes the position of a page as a cursor: an opaque, printable string without secrets, bound to the call that it came from. Cursors
 * are not signed: accept one only from a place that you trust.
 */
import { fromBase64Url, toBase64Url } from "../util/base64.ts";
import { stableHash } from "../util/stable-hash.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import type { Redactor } from "../errors/redactor.ts";
import { isJsonObject } from "../util/json.ts";

export interface PagePosition {
  /** Page number, offset or cursor. */
  readonly position?: string | number | undefined;
  /** Path and query of the page's link. */
  readonly link?: string | undefined;
  /** The last item's key; `null` before the first item. */
  readonly after?: string | number | null | undefined;
  /** The number of items before this page, where known. */
  readonly before?: number | undefined;
  /** The number of records in the whole list, by the first page. */
  readonly total?: number | undefined;
  /** The lowest number of records that a page so far has reported for the whole list. A list that ends with fewer ends short. */
  readonly lowestTotal?: number | undefined;
  /** The number of items on the last page that had any: how far an offset moves past an empty page. */
  readonly lastCount?: number | undefined;
}

/** The call that a cursor belongs to. */
export interface CursorScope {
  readonly vendor: string;
  readonly operation: string;
  /** The call's parameters, without the position. */
  readonly parameters: unknown;
  readonly redactor: Redactor;
}

/** In characters. A longer text is not decoded: it may come from a user, and a link is much shorter. */
const maxLength = 262_144;

/** Cursors are kept and logged: that of a position in which the vendor repeats a credential does not hold the position. */
export function encodeCursor({ vendor, operation, parameters, redactor }: CursorScope, position: PagePosition): string {
  const isWithheld = redactor.findSecrets(JSON.stringify(position)).length > 0;
  const shown = isWithheld ? { isWithheld } : position;
  return toBase64Url(new TextEncoder().encode(JSON.stringify([vendor, operation, stableHash(parameters), shown])));
}

/** @throws ConfigurationError for a string that is not a cursor, for a cursor of another call, and for one without its position */
export function decodeCursor({ vendor, operation, parameters }: CursorScope, cursor: string): PagePosition {
  const [cursorVendor, cursorOperation, parametersHash, decoded] = cursor.length > maxLength ? [] : parse(cursor);
  const invalid = (problem: string) =>
    new ConfigurationError(vendor, `from: ${problem}; pass a cursor of the same call`);
  if (!isJsonObject(decoded)) throw invalid("it is not a cursor");
  if (cursorVendor !== vendor || cursorOperation !== operation) {
    throw invalid(`it is a cursor of another call, not of ${operation}`);
  }
  if (parametersHash !== stableHash(parameters)) throw invalid(`it is a cursor of ${operation} with other parameters`);
  if (decoded.isWithheld === true)
    throw new ConfigurationError(
      vendor,
      "from: the vendor's link to that page contained a credential, so the cursor does not contain the link; start the list again",
    );
  const { position, link, after, before, total, lowestTotal, lastCount } = decoded;
  return {
    position: isCursorValue(position) ? position : undefined,
    link: typeof link === "string" ? link : undefined,
    after: isCursorValue(after) || after === null ? after : undefined,
    before: typeof before === "number" ? before : undefined,
    total: typeof total === "number" ? total : undefined,
    lowestTotal: typeof lowestTotal === "number" ? lowestTotal : undefined,
    lastCount: typeof lastCount === "number" ? lastCount : undefined,
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
