/** The Content-Type that a call's own headers name. */
export const contentTypeOf = (headers: unknown): string | undefined =>
  headers === undefined ? undefined : (new Headers(toPlainHeaders(headers)).get("content-type") ?? undefined);

/** Headers as openapi-fetch takes them, by lower-case names; those that are unset are not there. */
export const toPlainHeaders = (headers: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers instanceof Headers ? Object.fromEntries(headers) : Object(headers)).flatMap(
      ([name, value]) => (value === undefined || value === null ? [] : [[name.toLowerCase(), String(value)]]),
    ),
  );
