/**
 * Removes known secrets from text by value, since a vendor may echo a request in its error, under any key. Each secret is known in
 * the forms in which it is sent: verbatim, percent-encoded, form-encoded, and escaped in JSON.
 */
import { formEncode } from "../util/form-encode.ts";
import { toSingleLine } from "./latchkey-error.ts";

export interface Redactor {
  addSecret(secret: string): void;
  /**
   * Makes a vendor's text fit for a message: without secrets, on one line, and of bounded length.
   *
   * @param maxLength in characters. @default 500
   */
  redact(text: string, maxLength?: number): string;
  /** The same for an error code or a request id: at most 200 characters. */
  redactCode(code: string): string;
}

/** Shorter values are not secrets, and removing them would remove ordinary words. */
const minSecretLength = 4;
/** The oldest are forgotten beyond this, since a process may see new tokens for months. Credentials are added again at each sign-in. */
const maxSecrets = 512;
const maxTextLength = 500;
const maxCodeLength = 200;

export function createRedactor(): Redactor {
  const secrets = new Set<string>();

  function redact(text: string, maxLength = maxTextLength): string {
    let clean = text;
    // The longest first: one secret may begin with another.
    for (const secret of [...secrets].sort((a, b) => b.length - a.length)) {
      clean = clean.replaceAll(secret, "[redacted]");
    }
    return toSingleLine(clean, maxLength);
  }

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
    redact,
    redactCode: (code) => redact(code, maxCodeLength),
  };
}

const formsOf = (secret: string): Set<string> =>
  new Set([secret, encodeURIComponent(secret), formEncode(secret), JSON.stringify(secret).slice(1, -1)]);
