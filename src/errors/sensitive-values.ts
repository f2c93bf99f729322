/** Removes from texts the values of the properties that a document marks as never logged: voucher codes, a password. */
import type { Redactor } from "./redactor.ts";

/** Bodies with more values, or with values deeper than this, are not searched to their end. */
const maxValues = 2_000;
const maxDepth = 32;

/**
 * Extends a redactor by the sensitive values of the bodies that a call sent and received. Where there are too many to search for, the
 * vendor's texts are not quoted at all.
 *
 * @param names of the sensitive properties, wherever they are in a body
 */
export function withSensitiveValues(
  redactor: Redactor,
  names: readonly string[],
  bodies: readonly unknown[],
): Redactor {
  if (names.length === 0) return redactor;
  const values = new Set<string>();
  const isComplete = bodies.every((body) => collectValues(body, new Set(names), values));
  if (!isComplete) return nothingQuoted;
  return values.size > 0 ? redactor.extend(values) : redactor;
}

/** Collects the values at any depth. Returns `false` where not all were collected. */
function collectValues(body: unknown, names: ReadonlySet<string>, found: Set<string>): boolean {
  const walk = (value: unknown, isNamed: boolean, depth: number): boolean => {
    if (typeof value === "object" && value !== null) {
      if (depth > maxDepth) return false;
      const isList = Array.isArray(value);
      return Object.entries(value).every(([name, inner]) =>
        walk(inner, isNamed || (!isList && names.has(name)), depth + 1),
      );
    }
    if (isNamed && (typeof value === "string" || typeof value === "number")) found.add(String(value));
    return found.size <= maxValues;
  };
  return walk(body, false, 0);
}

const nothingQuoted: Redactor = {
  addCredential() {},
  addToken() {},
  redact: () => "[redacted]",
  redactCode: () => "[redacted]",
  findSecrets: (text) => [{ start: 0, end: text.length }],
  extend: () => nothingQuoted,
};
