/** Resolves the identity of a token: obtains the credentials, selects the sign-in, and registers what is secret with the redactor. */
import { AuthError } from "../../errors/auth-error.ts";
import type { Redactor } from "../../errors/redactor.ts";
import { clientUserPass } from "./basic-auth.ts";
import type { CredentialSource } from "./credential-source.ts";
import {
  checkCredentials,
  type Credentials,
  credentialsUsedBy,
  selectSignIn,
  undefinedCredentials,
} from "./credentials.ts";
import { createTokenIdentity, type IdentityScope, type Parent, type TokenIdentity } from "./token-identity.ts";

export interface IdentityResolverOptions extends Omit<IdentityScope, "parents"> {
  readonly source: CredentialSource;
  /** Resolves the tokens and credentials that a token request itself carries, as they are now. */
  readonly parents: (signal?: AbortSignal) => Promise<readonly Parent[]>;
  readonly redactor: Redactor;
  readonly deadlineInMs: number;
}

/**
 * @param given credentials to verify in place of the client's own
 * @param signal aborts when the sign-in is given up
 */
export type IdentityResolver = (given?: Credentials, signal?: AbortSignal) => Promise<TokenIdentity>;

export function createIdentityResolver(options: IdentityResolverOptions): IdentityResolver {
  const { vendor, schemeName, scheme, lifecycle, source, redactor, deadlineInMs } = options;
  return async (given, signal) => {
    const credentials = given ? checkCredentials(vendor, scheme, given) : await source.get(deadlineInMs, signal);
    const obtain = selectSignIn(scheme, credentials);
    if (!obtain) {
      const signIns = lifecycle.obtain.map((operation) => credentialsUsedBy(operation).join(" + ")).join(", or ");
      const what = undefinedCredentials(credentials) ?? "credentials are missing for this sign-in";
      throw new AuthError(vendor, `${what}; give ${signIns}`, {
        outcome: "configuration",
        kind: "invalid_credentials",
        phase: "obtain",
        scheme: schemeName,
      });
    }
    for (const [name, value] of Object.entries(credentials)) {
      if (value !== undefined && scheme.credentials[name]?.secret !== false) redactor.addCredential(value);
    }
    // The encoded user-pass is as secret as the password in it.
    if (obtain.basic) redactor.addCredential(clientUserPass(obtain.basic, { credentials }));
    return createTokenIdentity({ ...options, parents: await options.parents(signal) }, credentials, obtain);
  };
}
