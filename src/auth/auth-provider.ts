/** What a security scheme puts on a request: a managed token, or a credential that is sent as it is. One interface for both. */

import { preloadedModule } from "../util/lazy-module.ts";
import type { Redactor } from "../errors/redactor.ts";
import type { SecurityScheme } from "../vendor.ts";
import type { CredentialSource } from "./credentials/credential-source.ts";
import type { CachedToken } from "./token/token-cache.ts";
import type { TokenManager } from "./token/token-manager.ts";
import type { Rejection } from "./token/rejected-tokens.ts";

export interface AuthProvider {
  readonly scheme: SecurityScheme;
  /** Hash of what makes its token its own, as events have it; empty where there is no token to tell of. */
  readonly key: string;
  /** The value without its prefix; at once where it is known. */
  getValue(signal?: AbortSignal | null): string | Promise<string>;
  /** After a 401: another value, or `undefined` where there is none. */
  replaceRejected(refused: string, refusal: Rejection, signal?: AbortSignal | null): Promise<string | undefined>;
  /** A resource took it. */
  markAccepted(value: string): void;
  /** It was refused though it had just been replaced. */
  markSuspect(value: string): void;
}

type Token = Pick<TokenManager, "key" | "getToken" | "replaceRejected" | "markAccepted" | "markSuspect">;

export function createTokenProvider(scheme: SecurityScheme, token: Token, scrubber: Redactor): AuthProvider {
  let known: string | undefined;
  // Another worker's token, taken from the store, is as secret as one of our own.
  const use = ({ token: { accessToken } }: CachedToken): string => {
    if (accessToken !== known) {
      known = accessToken;
      scrubber.addSecret(accessToken);
    }
    return accessToken;
  };
  return {
    scheme,
    get key() {
      return token.key;
    },
    getValue(signal) {
      const got = token.getToken(signal);
      return got instanceof Promise ? got.then(use) : use(got);
    },
    async replaceRejected(refused, refusal, signal) {
      const got = await token.replaceRejected(refused, refusal, signal);
      return got && use(got);
    },
    markAccepted: (value) => token.markAccepted(value),
    markSuspect: (value) => token.markSuspect(value),
  };
}

/** One token and no other: what ends it is not sent with its successor. */
export const createFixedProvider = (scheme: SecurityScheme, value: string): AuthProvider => ({
  scheme,
  key: "",
  getValue: () => value,
  replaceRejected: async () => undefined,
  markAccepted() {},
  markSuspect() {},
});

const stating = preloadedModule(() => import("./static-value.ts"));

export function createStaticProvider(
  vendor: string,
  scheme: SecurityScheme,
  source: CredentialSource,
  scrubber: Redactor,
  deadlineInMs: number,
): AuthProvider {
  let known: string | undefined;
  const ask = async (): Promise<string> => {
    const { resolveStaticCredential: readStaticValue } = await stating.load();
    known = readStaticValue(vendor, scheme, await source.get(deadlineInMs), scrubber);
    return known;
  };
  return {
    scheme,
    key: "",
    getValue: () => known ?? ask(),
    async replaceRejected(refused) {
      const next = known === refused ? await ask() : (known ?? (await ask()));
      return next === refused ? undefined : next;
    },
    markAccepted() {},
    markSuspect() {},
  };
}
