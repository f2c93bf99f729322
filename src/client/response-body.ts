/** How a response's body is read, by what the document says of its status. */
import type { Fetch } from "../http/http-sender.ts";
import type { Operation } from "../vendor.ts";
import { isJsonType } from "../util/json.ts";

/** Whether a list of documented statuses holds this one; the most specific entry decides, and one with a `!` says no. */
export function isListed(statuses: readonly string[] | undefined, status: number): boolean {
  if (statuses === undefined) return false;
  for (const key of [String(status), `${Math.floor(status / 100)}XX`, "default"]) {
    if (statuses.includes(key)) return true;
    if (statuses.includes(`!${key}`)) return false;
  }
  return false;
}

/** Whether the document describes no content for this success: whatever came is not `data`. */
export const isBodiless = (details: Operation | undefined, { ok, status }: Response): boolean =>
  ok && isListed(details?.bodiless, status);

/** Whether a JSON text has a number that a double may not hold: those with fewer digits are safe (2^53 has 16). */
export const hasLongNumber = (text: unknown): text is string => typeof text === "string" && /\d{16}/u.test(text);

export const parseJsonText = (text: unknown): unknown =>
  typeof text === "string" ? (text === "" ? undefined : JSON.parse(text)) : text;

const errorTexts = new WeakMap<Response, string>();

/** Remembers the texts of error bodies: openapi-fetch parses each as JSON, if it can. */
export const keepErrorTexts =
  (send: Fetch): Fetch =>
  async (request) => {
    const response = await send(request);
    if (response.ok) return response;
    const read = response.text.bind(response);
    const text = async () => {
      const found = await read();
      errorTexts.set(response, found);
      return found;
    };
    return Object.defineProperty(response, "text", { value: text });
  };

/** The error as the document says: a text where it documents one and no JSON came. */
export function toDocumentedError(details: Operation | undefined, response: Response, error: unknown): unknown {
  if (!isListed(details?.textErrors, response.status) || isJsonType(response.headers.get("content-type"))) return error;
  return errorTexts.get(response) ?? error;
}
