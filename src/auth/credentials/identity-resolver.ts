/** Settles whose token it is: asks for the credentials, chooses the way to sign in, and tells the scrubber what is secret. */
import { AuthError } from "../../errors/auth-error.ts";
import type { Redactor } from "../../errors/redactor.ts";
import type { CredentialSource } from "./credential-source.ts";
import { clientUserPass } from "./basic-auth.ts";
import { type TokenIdentity, type IdentityScope, createTokenIdentity, type Parent } from "./token-identity.ts";
import { checkCredentials, type Credentials, selectSignIn, credentialsUsedBy } from "./credentials.ts";

export interface IdentityResolverOptions extends Omit<IdentityScope, "parents"> {
  readonly source: CredentialSource;
  /** What a token request is itself sent with, as it is at the moment. */
  readonly parents: (signal?: AbortSignal) => Promise<readonly Parent[]>;
  readonly redactor: Redactor;
  readonly deadlineInMs: number;
}

/** @param given others than the client's own, to be tried. @param signal of the sign-in that asks. */
export type IdentityResolver = (given?: Credentials, signal?: AbortSignal) => Promise<TokenIdentity>;

export function createIdentityResolver(options: IdentityResolverOptions): IdentityResolver {
  const { vendor, schemeName, scheme, lifecycle, source, redactor: scrubber, deadlineInMs } = options;
  return async (given, signal) => {
    const credentials = given ? checkCredentials(vendor, scheme, given) : await source.get(deadlineInMs, signal);
    const obtain = selectSignIn(scheme, credentials);
    if (!obtain) {
      const ways = lifecycle.obtain.map((one) => credentialsUsedBy(one).join(" + ")).join(", or ");
      throw new AuthError(vendor, `the credentials do not suffice to sign in; give ${ways}`, {
        outcome: "configuration",
        kind: "invalid_credentials",
        phase: "obtain",
        scheme: schemeName,
      });
    }
    for (const [name, value] of Object.entries(credentials)) {
      if (value !== undefined && scheme.credentials[name]?.secret !== false) scrubber.addSecret(value);
    }
    // The header's text is as secret as the password in it.
    if (obtain.basic) scrubber.addSecret(clientUserPass(obtain.basic, { credentials }));
    return createTokenIdentity({ ...options, parents: await options.parents(signal) }, credentials, obtain);
  };
}
