/** A JSON text that parses, as its value; wrapped, since the value may be anything, `undefined` not among them. */
export function tryParseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** True for a JSON object: neither `null` nor an array. */
export const isJsonObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Serialises a value with its members sorted, so that equal JSON values give equal texts. */
export const toCanonicalJson = (value: unknown): string => JSON.stringify(value, sortMembers) ?? "";

const sortMembers = (_name: string, value: unknown): unknown =>
  isJsonObject(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value;
