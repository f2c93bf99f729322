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

/** As `JSON.stringify`, with every digit of a big integer. @throws TypeError for what JSON cannot express */
export function toJsonText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    const rawJson: unknown = Reflect.get(JSON, "rawJSON");
    if (typeof rawJson !== "function") throw error;
    return JSON.stringify(value, (_name, member: unknown) =>
      typeof member === "bigint" ? rawJson(String(member)) : member,
    );
  }
}

/** Whether a Content-Type names JSON, `+json` included. */
export const isJsonType = (contentType: string | null): boolean => /\bjson\b/u.test(contentType ?? "");
