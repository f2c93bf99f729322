/**
 * Encrypts records at rest, in any store: AES-GCM through WebCrypto (NIST SP 800-38D, a random 96-bit nonce for each write). The
 * record's key is the associated data, so that a record copied to another key is rejected. Encrypted records have keys of their own in
 * the store, so that plain records are never read in their place.
 */
import { fromBase64, toBase64 } from "../util/base64.ts";
import type { Snapshot, TokenStore } from "./token-store.ts";
import { StoreError } from "./store-error.ts";

/** WebCrypto's `CryptoKey`, for platforms whose types do not declare it globally. */
export type EncryptionKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

export interface EncryptionOptions {
  /**
   * Keys by id: 16, 24 or 32 random bytes, or an AES-GCM `CryptoKey`. To rotate, add a key, make it `current` on every worker, and
   * remove the old key when its records were rewritten: at the latest when the refresh tokens of that time have expired.
   */
  readonly keys: Readonly<Record<string, Uint8Array<ArrayBuffer> | EncryptionKey>>;
  /** The id of the key that encrypts new records. */
  readonly current: string;
}

const scheme = "lk1";
const nonceLength = 12;
const keyLengths = [16, 24, 32];

export function encryptStore(store: TokenStore, { keys, current }: EncryptionOptions): TokenStore {
  for (const [id, key] of Object.entries(keys)) check(id, key);
  if (!Object.hasOwn(keys, current))
    throw new StoreError("key_missing", `there is no key ${quoteId(current)}; add it to keys`);
  const imported = new Map<string, Promise<CryptoKey>>();

  function keyOf(id: string): Promise<CryptoKey> {
    const known = imported.get(id);
    if (known) return known;
    const given = Object.hasOwn(keys, id) ? keys[id] : undefined;
    if (!given)
      throw new StoreError(
        "key_missing",
        `the record is encrypted with key ${quoteId(id)}, which was not given; add it to keys`,
      );
    const key =
      given instanceof CryptoKey
        ? Promise.resolve(given)
        : crypto.subtle.importKey("raw", given, "AES-GCM", false, ["encrypt", "decrypt"]);
    imported.set(id, key);
    return key;
  }

  async function seal(name: string, record: string): Promise<string> {
    const iv = crypto.getRandomValues(new Uint8Array(nonceLength));
    const additionalData = associated(current, name);
    const sealed = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv, additionalData },
      await keyOf(current),
      new TextEncoder().encode(record),
    );
    return [scheme, current, toBase64(iv), toBase64(new Uint8Array(sealed))].join(".");
  }

  async function unseal(name: string, text: string): Promise<string> {
    const [prefix, id, iv, sealed, ...rest] = text.split(".");
    if (prefix !== scheme || !id || !iv || !sealed || rest.length > 0)
      throw new StoreError("rejected", "a record is not encrypted, or not in this version's format; it was not read");
    const key = await keyOf(id);
    try {
      const algorithm = { name: "AES-GCM", iv: fromBase64(iv), additionalData: associated(id, name) };
      return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, key, fromBase64(sealed)));
    } catch {
      throw new StoreError(
        "rejected",
        "a record was changed, or copied from another key; find out what writes to the store, then delete it",
      );
    }
  }

  async function decrypted<T extends Snapshot>(key: string, snapshot: T): Promise<T> {
    return snapshot.record === undefined ? snapshot : { ...snapshot, record: await unseal(key, snapshot.record) };
  }

  const sealedKey = (key: string) => `${key}.sealed`;
  return {
    ...(store.isShared ? { isShared: true } : {}),
    read: async (key) => decrypted(key, await store.read(sealedKey(key))),
    async acquire(key, options) {
      const lease = await store.acquire(sealedKey(key), options);
      if (!lease) return undefined;
      try {
        return await decrypted(key, lease);
      } catch (error) {
        await store.release(sealedKey(key), lease.fence);
        throw error;
      }
    },
    commit: async (key, fence, record, options) =>
      store.commit(sealedKey(key), fence, await seal(key, record), options),
    release: (key, fence) => store.release(sealedKey(key), fence),
    wait: (key, version, timeoutInMs, signal) => store.wait(sealedKey(key), version, timeoutInMs, signal),
  };
}

function check(id: string, key: Uint8Array | CryptoKey): void {
  if (!/^[\w-]+$/u.test(id))
    throw new StoreError("failed", `${quoteId(id)} is not a valid key id; use letters, digits, "-" and "_"`);
  const isFit =
    key instanceof CryptoKey
      ? key.algorithm.name === "AES-GCM"
      : key instanceof Uint8Array && keyLengths.includes(key.length);
  if (!isFit) throw new StoreError("failed", `key ${quoteId(id)} cannot be used for AES-GCM; use 32 random bytes`);
}

/** Quotes a short id alone: a longer text may be a key in the place of its id, since 16 bytes are 22 characters of Base64. */
const quoteId = (id: string): string => (id.length <= 20 ? JSON.stringify(id) : "(an id of more than 20 characters)");

/** The associated data. JSON quotes the id and the name, so that no two pairs give the same bytes. */
const associated = (id: string, name: string) => new TextEncoder().encode(JSON.stringify([scheme, id, name]));
