/** Checks headers of the caller before the platform does: its own error would quote the value, which may be a credential. */
import { ConfigurationError } from "../errors/configuration-error.ts";

/** @throws ConfigurationError for the first header that the platform refuses; it names the header and never quotes the value */
export function assertHeaders(vendor: string, headers: unknown): void {
  for (const [name, value] of toEntries(headers)) {
    if (value === undefined || value === null) continue;
    if (!isAccepted(name, "")) {
      throw new ConfigurationError(vendor, "a header has an invalid name; correct it");
    }
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (!values.every((one) => isAccepted(name, String(one)))) {
      throw new ConfigurationError(
        vendor,
        `the header ${name} has characters that a header cannot contain; correct its value`,
      );
    }
  }
}

function isAccepted(name: string, value: string): boolean {
  try {
    new Headers([[name, value]]);
    return true;
  } catch {
    return false;
  }
}

function toEntries(headers: unknown): (readonly [string, unknown])[] {
  // The platform has checked its own `Headers` already.
  if (typeof headers !== "object" || headers === null || headers instanceof Headers) return [];
  if (!Array.isArray(headers)) return Object.entries(headers);
  return headers.flatMap((pair: unknown) => (Array.isArray(pair) ? [[String(pair[0]), pair[1]] as const] : []));
}
