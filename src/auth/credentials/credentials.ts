/** Which way to sign in a set of credentials allows. */
import { credentialNames } from "../../util/runtime-expression.ts";
import type { SecurityScheme, TokenOperation } from "../../vendor.ts";

export type Credentials = Readonly<Record<string, string | undefined>>;

/** The first way to sign in for which all credentials are there, none of them `undefined`. */
export function selectSignIn(scheme: SecurityScheme, credentials: Credentials): TokenOperation | undefined {
  return scheme.lifecycle?.obtain.find((operation) =>
    credentialsUsedBy(operation).every(
      (name) =>
        Object.hasOwn(credentials, name) || scheme.credentials[name]?.optional || scheme.credentials[name]?.default,
    ),
  );
}

export function credentialsUsedBy(operation: TokenOperation): string[] {
  const { request, basic, headers } = operation;
  return [...new Set([request, { ...basic }, { ...headers }].flatMap(credentialNames))];
}
