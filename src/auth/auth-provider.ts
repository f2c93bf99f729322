/** What a security scheme puts on a request: a managed token, or a credential that is sent as it is. One interface for both. */

import { ahead } from "../util/lazy-module.ts";
import type { Scrubber } from "../errors/redactor.ts";
import type { SecurityScheme } from "../vendor.ts";
import type { CredentialSource } from "./credentials/credential-source.ts";
import type { HeldToken } from "./token/held-token.ts";
import type { TokenManager } from "./token/token-manager.ts";
import type { Refusal } from "./token/rejected-tokens.ts";

export interface Bearer {
  readonly scheme: SecurityScheme;
  /** Hash of what makes its token its own, as events have it; empty where there is no token to tell of. */
  readonly key: string;
  /** The value without its prefix; at once where it is known. */
  value(signal?: AbortSignal | null): string | Promise<string>;
  /** After a 401: another value, or `undefined` where there is none. */
  replace(refused: string, refusal: Refusal, signal?: AbortSignal | null): Promise<string | undefined>;
  /** A resource took it. */
  accepted(value: string): void;
  /** It was refused though it had just been replaced. */
  suspected(value: string): void;
}

type Token = Pick<TokenManager, "key" | "token" | "replace" | "accepted" | "suspected">;

export function createManagedBearer(scheme: SecurityScheme, token: Token, scrubber: Scrubber): Bearer {
  let known: string | undefined;
  // Another worker's token, taken from the store, is as secret as one of our own.
  const use = ({ token: { accessToken } }: HeldToken): string => {
    if (accessToken !== known) {
      known = accessToken;
      scrubber.add(accessToken);
    }
    return accessToken;
  };
  return {
    scheme,
    get key() {
      return token.key;
    },
    value(signal) {
      const got = token.token(signal);
      return got instanceof Promise ? got.then(use) : use(got);
    },
    async replace(refused, refusal, signal) {
      const got = await token.replace(refused, refusal, signal);
      return got && use(got);
    },
    accepted: (value) => token.accepted(value),
    suspected: (value) => token.suspected(value),
  };
}

/** One token and no other: what ends it is not sent with its successor. */
export const createFixedBearer = (scheme: SecurityScheme, value: string): Bearer => ({
  scheme,
  key: "",
  value: () => value,
  replace: async () => undefined,
  accepted() {},
  suspected() {},
});

const stating = ahead(() => import("./static-value.ts"));

export function createStaticBearer(
  vendor: string,
  scheme: SecurityScheme,
  source: CredentialSource,
  scrubber: Scrubber,
  deadlineInMs: number,
): Bearer {
  let known: string | undefined;
  const ask = async (): Promise<string> => {
    const { readStaticValue } = await stating.load();
    known = readStaticValue(vendor, scheme, await source.get(deadlineInMs), scrubber);
    return known;
  };
  return {
    scheme,
    key: "",
    value: () => known ?? ask(),
    async replace(refused) {
      const next = known === refused ? await ask() : (known ?? (await ask()));
      return next === refused ? undefined : next;
    },
    accepted() {},
    suspected() {},
  };
}
