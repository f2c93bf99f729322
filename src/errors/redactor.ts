/**
 * Removes known secrets from text by value, since a vendor may echo a request in its error, under any key. A secret is found verbatim,
 * in base64, base64url and hex, in upper and lower case, behind the escapes of decoded-views.ts, and where only its beginning is quoted.
 */
import { toBase64, toBase64Url } from "../util/base64.ts";
import { decodeFully, decodeViews, fold } from "./decoded-views.ts";
import { toSingleLine } from "./latchkey-error.ts";

export interface Redactor {
  /** Adds a credential, which is never forgotten. */
  addCredential(secret: string): void;
  /** Adds a token, which is forgotten when many newer ones were added. */
  addToken(secret: string): void;
  /**
   * Makes a vendor's text fit for a message: without secrets, on one line, and of bounded length.
   *
   * @param maxLength in characters. @default 500
   */
  redact(text: string, maxLength?: number): string;
  /** The same for an error code or a request id: at most 200 characters. */
  redactCode(code: string): string;
  /** Finds the secrets of a text that is used and not quoted, e.g. of a link; only those that are too long to be an ordinary word. */
  findSecrets(text: string): readonly TextRange[];
  /** Creates a redactor that also removes values which are secret in one response alone. */
  extend(values: Iterable<string>): Redactor;
}

/** Shorter values are not secrets, and removing them would remove ordinary words. */
const minSecretLength = 4;
/** A quoted beginning is removed from 8 characters and half of the secret on, at the latest from 32 characters. */
const minPrefixLength = 8;
const maxPrefixLength = 32;
/** A shorter secret in a link may be an ordinary word of the link. */
const minLengthInLinks = 12;
/** Tokens beyond either limit are forgotten, the oldest first, since a process may see new ones for months. */
const maxTokens = 512;
const maxTokenCharacters = 1_048_576;
const maxTextLength = 500;
const maxCodeLength = 200;
/** A longer text is cut before secrets are searched. */
const searchMargin = 4_096;
/** Not shown of a text that was cut: longer than the shortest prefix in its longest encoding. */
const cutTailLength = 1_024;
const redacted = "[redacted]";

/** A form in which a secret may be quoted, folded. */
interface SecretForm {
  readonly text: string;
  /** The length from which on a beginning is removed. */
  readonly minLength: number;
}
interface SecretForms {
  /** By their beginning of 4 or 8 characters. */
  readonly byBeginning: ReadonlyMap<string, readonly SecretForm[]>;
  /** Hashes of their first 4 characters: most places of a text need no other look-up. */
  readonly hashes: ReadonlySet<number>;
}

export function createRedactor(parent?: { readonly forms: () => Iterable<SecretForms> }): Redactor {
  const credentials = new Set<string>();
  const tokens = new Set<string>();
  let tokenCharacters = 0;
  /** Built with the first text after a change, so that a call that succeeds costs nothing. */
  let ownForms: SecretForms | undefined;

  function forms(): SecretForms[] {
    ownForms ??= indexForms([...credentials, ...tokens]);
    return [ownForms, ...(parent?.forms() ?? [])];
  }

  function redact(text: string, maxLength = maxTextLength): string {
    const searched = text.slice(0, maxLength + searchMargin);
    const shownLength = searched.length < text.length ? searched.length - cutTailLength : text.length;
    const clean = removeRanges(searched, findSecrets(searched, forms()), shownLength);
    return toSingleLine(shownLength < text.length && clean.length <= maxLength ? `${clean}…` : clean, maxLength);
  }

  function removeToken(token: string): void {
    if (tokens.delete(token)) tokenCharacters -= token.length;
  }

  return {
    addCredential(secret) {
      if (secret.length < minSecretLength || credentials.has(secret)) return;
      credentials.add(secret);
      ownForms = undefined;
    },
    addToken(secret) {
      if (secret.length < minSecretLength) return;
      if (!tokens.has(secret)) ownForms = undefined;
      removeToken(secret);
      tokens.add(secret);
      tokenCharacters += secret.length;
      for (const oldest of tokens) {
        if (oldest === secret || (tokens.size <= maxTokens && tokenCharacters <= maxTokenCharacters)) break;
        removeToken(oldest);
      }
    },
    redact,
    redactCode: (code) => redact(code, maxCodeLength),
    findSecrets: (text) => findSecrets(text, forms()).filter(({ start, end }) => end - start >= minLengthInLinks),
    extend(values) {
      const extended = createRedactor({ forms });
      for (const value of values) extended.addCredential(value);
      return extended;
    },
  };
}

function formsOf(secret: string): Set<string> {
  const bytes = new TextEncoder().encode(secret);
  const base64 = toBase64(bytes);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return new Set([
    fold(secret),
    decodeFully(secret),
    fold(base64),
    fold(base64.replace(/=+$/u, "")),
    fold(toBase64Url(bytes)),
    ...[1, 2].map((before) => fold(base64Inside(bytes, before))).filter((text) => text.length >= minPrefixLength),
    hex,
  ]);
}

/**
 * The characters of Base64 that depend on these bytes alone, where they follow so many others: a user name and a colon, for example. Both
 * alphabets are alike up to two characters, so the ones of base64url are not searched.
 */
function base64Inside(bytes: Uint8Array, before: number): string {
  const base64 = toBase64(Uint8Array.from([...Array.from({ length: before }, () => 0), ...bytes]));
  const end = Math.floor(((before + bytes.length) * 8) / 6);
  return base64.slice(before + 1, end);
}

/** Maps the beginnings of all forms to the forms: 8 characters, or 4 of a form that is shorter. */
function indexForms(secrets: Iterable<string>): SecretForms {
  const byBeginning = new Map<string, SecretForm[]>();
  const hashes = new Set<number>();
  for (const secret of secrets) {
    for (const text of formsOf(secret)) {
      const half = Math.min(Math.ceil(text.length / 2), maxPrefixLength);
      const minLength = Math.min(text.length, Math.max(half, minPrefixLength));
      const key = text.slice(0, minLength < minPrefixLength ? minSecretLength : minPrefixLength);
      if (key.length < minSecretLength) continue;
      hashes.add(hashAt(key, 0));
      const others = byBeginning.get(key);
      if (others) others.push({ text, minLength });
      else byBeginning.set(key, [{ text, minLength }]);
    }
  }
  return { byBeginning, hashes };
}

/** A hash of 4 characters. */
function hashAt(text: string, at: number): number {
  let hash = 0;
  for (let index = at; index < at + minSecretLength; index += 1)
    hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  return hash;
}

export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Finds the secrets of a text in each of its views. */
function findSecrets(text: string, indexes: readonly SecretForms[]): TextRange[] {
  const ranges: TextRange[] = [];
  for (const { folded, startOf, endOf } of decodeViews(text)) {
    for (let at = 0; at + minSecretLength <= folded.length; at += 1) {
      const length = longestMatch(folded, at, indexes);
      if (length > 0) ranges.push({ start: startOf(at), end: endOf(at + length - 1) });
    }
  }
  return ranges;
}

/** The length of the longest secret, or beginning of one, at a position; 0 where there is none. */
function longestMatch(folded: string, at: number, indexes: readonly SecretForms[]): number {
  let longest = 0;
  const hash = hashAt(folded, at);
  for (const { byBeginning, hashes } of indexes) {
    if (!hashes.has(hash)) continue;
    for (const keyLength of [minSecretLength, minPrefixLength]) {
      for (const { text, minLength } of byBeginning.get(folded.slice(at, at + keyLength)) ?? []) {
        if (text.length <= longest || !folded.startsWith(text.slice(0, minLength), at)) continue;
        let length = minLength;
        while (length < text.length && folded[at + length] === text[length]) length += 1;
        longest = Math.max(longest, length);
      }
    }
  }
  return longest;
}

/** Replaces the ranges, of which some may overlap. @param shownLength what follows is left out */
function removeRanges(text: string, ranges: readonly TextRange[], shownLength: number): string {
  const parts: string[] = [];
  let done = 0;
  let shown = 0;
  for (const { start, end } of [...ranges].sort((one, other) => one.start - other.start || other.end - one.end)) {
    if (start >= shownLength) break;
    if (end <= done) continue;
    if (start >= done) parts.push(text.slice(shown, start), redacted);
    done = end;
    shown = end;
  }
  parts.push(text.slice(shown, Math.max(shown, shownLength)));
  return parts.join("");
}
