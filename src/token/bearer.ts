/** What a security scheme puts on a request: a managed token, or a credential that is sent as it is. One interface for both. */

import type { Scrubber } from "../errors/scrubber.ts";
import { ConfigurationError } from "../errors/transport-error.ts";
import { evaluate } from "../expression.ts";
import type { SecurityScheme } from "../vendor.ts";
import type { CredentialSource } from "./credential-source.ts";
import type { HeldToken } from "./held-token.ts";
import type { TokenManager } from "./manager.ts";
import type { Refusal } from "./rejections.ts";
import { toBase64 } from "./request.ts";

export interface Bearer {
  readonly scheme: SecurityScheme;
  /** The value without its prefix; at once where it is known. */
  value(signal?: AbortSignal | null): string | Promise<string>;
  /** After a 401: another value, or `undefined` where there is none. */
  replace(refused: string, refusal: Refusal, signal?: AbortSignal | null): Promise<string | undefined>;
  /** A resource took it. */
  accepted(value: string): void;
  /** It was refused though it had just been replaced. */
  suspected(value: string): void;
}

export function createManagedBearer(scheme: SecurityScheme, manager: TokenManager, scrubber: Scrubber): Bearer {
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
    value(signal) {
      const got = manager.token(signal);
      return got instanceof Promise ? got.then(use) : use(got);
    },
    async replace(refused, refusal, signal) {
      const got = await manager.replace(refused, refusal, signal);
      return got && use(got);
    },
    accepted: (value) => manager.accepted(value),
    suspected: (value) => manager.suspected(value),
  };
}

/** One token and no other: what ends it is not sent with its successor. */
export const createFixedBearer = (scheme: SecurityScheme, value: string): Bearer => ({
  scheme,
  value: () => value,
  replace: async () => undefined,
  accepted() {},
  suspected() {},
});

/** RFC 7617 §2: any characters but controls, encoded as UTF-8; vendors that take a key as user-id want an empty password. */
const inBasic = /^\P{Cc}*$/u;

export function createStaticBearer(
  vendor: string,
  scheme: SecurityScheme,
  source: CredentialSource,
  scrubber: Scrubber,
  deadlineInMs: number,
): Bearer {
  let known: string | undefined;
  const ask = async (): Promise<string> => {
    const credentials = await source.get(deadlineInMs);
    const text = (expression: string, allowed = /^[\x20-\x7e]+$/u): string => {
      const value = evaluate(expression, { credentials });
      if (typeof value === "string" && allowed.test(value)) return value;
      const name = expression.replace("$", "");
      throw new ConfigurationError(vendor, `${name} is missing, or holds characters no header may hold`);
    };
    const rule = scheme.value;
    if (!rule)
      throw new ConfigurationError(
        vendor,
        "a security scheme has neither a lifecycle nor a value; generate the vendor again",
      );
    for (const [name, field] of Object.entries(scheme.credentials)) {
      const value = credentials[name];
      if (field.secret && value !== undefined) scrubber.add(value);
    }
    known =
      rule.as === "raw"
        ? text(rule.value)
        : toBase64(`${text(rule.username, inBasic)}:${text(rule.password, inBasic)}`);
    scrubber.add(known);
    return known;
  };
  return {
    scheme,
    value: () => known ?? ask(),
    async replace(refused) {
      if (!source.isDynamic) return undefined;
      const next = known === refused ? await ask() : (known ?? (await ask()));
      return next === refused ? undefined : next;
    },
    accepted() {},
    suspected() {},
  };
}
