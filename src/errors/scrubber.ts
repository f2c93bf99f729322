/**
 * Removes known secrets from text by value, since a vendor may echo a request in its error, under any key. Values are kept in
 * the forms in which they travel: as they are, form-encoded, and in an HTTP Basic header.
 */
export interface Scrubber {
  add(secret: string): void;
  scrub(text: string): string;
}

/** Shorter values would blank out ordinary words, and are no secrets. */
const minSecretLength = 4;
/** Tokens come and go for months: the oldest are forgotten. Long-lived credentials are added again at each sign-in. */
const maxSecrets = 64;

export function createScrubber(): Scrubber {
  const secrets = new Set<string>();
  return {
    add(secret) {
      if (secret.length < minSecretLength) return;
      for (const form of new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])) {
        secrets.delete(form);
        secrets.add(form);
      }
      while (secrets.size > maxSecrets) {
        const [oldest] = secrets;
        if (oldest !== undefined) secrets.delete(oldest);
      }
    },
    scrub(text) {
      let clean = text;
      for (const secret of secrets) clean = clean.replaceAll(secret, "[redacted]");
      return clean;
    },
  };
}
