/** Provides what a security scheme puts on a request: a managed token, one fixed token, or a static credential. */
import { ConfigurationError } from "../errors/configuration-error.ts";
import type { Redactor } from "../errors/redactor.ts";
import { evaluate } from "../util/runtime-expression.ts";
import type { SecurityScheme } from "../vendor.ts";
import { toUserPass } from "./credentials/basic-auth.ts";
import type { CredentialSource } from "./credentials/credential-source.ts";
import type { Credentials } from "./credentials/credentials.ts";
import type { Rejection } from "./token/rejected-tokens.ts";
import type { CachedToken } from "./token/token-cache.ts";
import type { TokenManager } from "./token/token-manager.ts";
import type { TokenPatience } from "./token/token-patience.ts";

export interface AuthProvider {
  readonly scheme: SecurityScheme;
  /** Hash of everything that distinguishes the token from others, as in events; empty for static credentials. */
  readonly key: string;
  /** With a credentials function: whether it returns the credentials of this scheme. Absent where they are known to be there. */
  canProvide?(signal?: AbortSignal | null): Promise<boolean>;
  /** Returns the value without its prefix, at once where it is known. */
  getValue(signal?: AbortSignal | null, patience?: TokenPatience): string | Promise<string>;
  /** After a 401: resolves with the value for the replay, or `undefined` where there is none. */
  replaceRejected(
    rejected: string,
    rejection: Rejection,
    signal?: AbortSignal | null,
    patience?: TokenPatience,
  ): Promise<string | undefined>;
  /** A resource accepted the value. */
  markAccepted(value: string): void;
  /** A resource rejected the value in the replay as well. */
  markSuspect(value: string, rejection: Rejection): void;
}

type TokenSource = Pick<TokenManager, "key" | "getToken" | "replaceRejected" | "markAccepted" | "markSuspect">;

export function createTokenProvider(scheme: SecurityScheme, source: TokenSource, redactor: Redactor): AuthProvider {
  let known: string | undefined;
  // Tokens of other workers come from the store, and are as secret as our own.
  const toValue = ({ token: { accessToken } }: CachedToken): string => {
    if (accessToken !== known) {
      known = accessToken;
      redactor.addToken(accessToken);
    }
    return accessToken;
  };
  return {
    scheme,
    get key() {
      return source.key;
    },
    getValue(signal, patience) {
      const token = source.getToken(signal, patience);
      return token instanceof Promise ? token.then(toValue) : toValue(token);
    },
    async replaceRejected(rejected, rejection, signal, patience) {
      const token = await source.replaceRejected(rejected, rejection, signal, patience);
      return token && toValue(token);
    },
    markAccepted: (value) => source.markAccepted(value),
    markSuspect: (value, rejection) => source.markSuspect(value, rejection),
  };
}

/** Provides one token and no replacement: the request that revokes a token must carry that token. */
export const createFixedProvider = (scheme: SecurityScheme, value: string): AuthProvider => ({
  scheme,
  key: "",
  getValue: () => value,
  replaceRejected: async () => undefined,
  markAccepted() {},
  markSuspect() {},
});

/** Provides a credential that is sent as it is, or the user-pass of HTTP Basic. */
export function createStaticProvider(
  vendor: string,
  scheme: SecurityScheme,
  source: CredentialSource,
  redactor: Redactor,
  deadlineInMs: number,
): AuthProvider {
  let known: string | undefined;
  async function resolveValue(): Promise<string> {
    known = resolveStaticCredential(vendor, scheme, await source.get(deadlineInMs), redactor);
    return known;
  }
  return {
    scheme,
    key: "",
    getValue: () => known ?? resolveValue(),
    async replaceRejected(rejected) {
      const next = known === rejected ? await resolveValue() : (known ?? (await resolveValue()));
      return next === rejected ? undefined : next;
    },
    markAccepted() {},
    markSuspect() {},
  };
}

/** RFC 7617 §2: any character but controls, encoded as UTF-8. Some vendors take a key as user-id and want an empty password. */
const basicPart = /^\P{Cc}*$/u;
const headerValue = /^[\x20-\x7e]+$/u;

/** @throws ConfigurationError for a credential that is missing, or that a header cannot hold */
function resolveStaticCredential(
  vendor: string,
  { value: rule, credentials: fields }: SecurityScheme,
  credentials: Credentials,
  redactor: Redactor,
): string {
  function resolve(expression: string, allowed: RegExp): string {
    const value = evaluate(expression, { credentials });
    if (typeof value === "string" && allowed.test(value)) return value;
    const name = expression.replace("$", "");
    throw new ConfigurationError(vendor, `${name} is missing, or has characters that a header cannot contain`);
  }
  if (!rule) {
    throw new ConfigurationError(
      vendor,
      "a security scheme has neither a lifecycle nor a value; generate the vendor again",
    );
  }
  for (const [name, field] of Object.entries(fields)) {
    const value = credentials[name];
    if (field.secret && value !== undefined) redactor.addCredential(value);
  }
  const value =
    rule.as === "raw"
      ? resolve(rule.value, headerValue)
      : toUserPass(resolve(rule.username, basicPart), resolve(rule.password, basicPart));
  redactor.addCredential(value);
  return value;
}
