/**
 * Removes known secrets from text by value, since a vendor may echo a request in its error, under any key. Values are kept in
 * the forms in which they travel: as they are, form-encoded, in JSON, and in an HTTP Basic header.
 */
import { toSingleLine } from "./latchkey-error.ts";

export interface Redactor {
  addSecret(secret: string): void;
  /** Text from elsewhere, fit for a message: without secrets, on one line, and no longer than so many characters. */
  redact(text: string, maxLength?: number): string;
}

/** Shorter values would blank out ordinary words, and are no secrets. */
const minSecretLength = 4;
/** Tokens come and go for months: the oldest are forgotten. Long-lived credentials are added again at each sign-in. */
const maxSecrets = 512;
const maxQuotedLength = 500;

export function createRedactor(): Redactor {
  const secrets = new Set<string>();
  return {
    addSecret(secret) {
      if (secret.length < minSecretLength) return;
      for (const form of formsOf(secret)) {
        secrets.delete(form);
        secrets.add(form);
      }
      while (secrets.size > maxSecrets) {
        const [oldest] = secrets;
        if (oldest !== undefined) secrets.delete(oldest);
      }
    },
    redact(text, maxLength = maxQuotedLength) {
      let clean = text;
      // The longest first: one secret may begin with another.
      for (const secret of [...secrets].sort((a, b) => b.length - a.length)) {
        clean = clean.replaceAll(secret, "[redacted]");
      }
      return toSingleLine(clean, maxLength);
    },
  };
}

const formsOf = (secret: string): Set<string> =>
  new Set([
    secret,
    encodeURIComponent(secret),
    new URLSearchParams([["", secret]]).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
  ]);
