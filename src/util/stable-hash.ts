import { toCanonicalJson } from "./json.ts";

/**
 * Hashes a JSON value to a short text, synchronously and on every platform (WebCrypto's digests are asynchronous): FNV-1a, twice 32
 * bits, of its canonical JSON. It distinguishes values and does not reveal them, but it is no defence against crafted collisions.
 */
export function stableHash(value: unknown): string {
  let first = 0x811c9dc5;
  let second = 0x9747b28c;
  for (const byte of new TextEncoder().encode(toCanonicalJson(value))) {
    first = Math.imul(first ^ byte, 0x01000193);
    second = Math.imul(second ^ byte, 0x01000193);
  }
  return ((first >>> 0).toString(36) + (second >>> 0).toString(36)).padStart(14, "0");
}
