/** Settles whose token it is: asks for the credentials, chooses the way to sign in, and tells the scrubber what is secret. */
import { AuthError } from "../errors/auth-error.ts";
import type { Scrubber } from "../errors/scrubber.ts";
import { evaluate } from "../expression.ts";
import type { TokenOperation } from "../vendor.ts";
import { type CredentialSource, checkCredentials } from "./credential-source.ts";
import { toBase64, toFormComponent } from "./encoding.ts";
import { type Identity, type IdentityScope, identify, type Parent } from "./identity.ts";
import { type Credentials, chooseObtain, neededCredentials } from "./obtain.ts";

export interface IdentifierOptions extends Omit<IdentityScope, "parents"> {
  readonly source: CredentialSource;
  /** What a token request is itself sent with, as it is at the moment. */
  readonly parents: (signal?: AbortSignal) => Promise<readonly Parent[]>;
  readonly scrubber: Scrubber;
  readonly deadlineInMs: number;
}

/** @param given others than the client's own, to be tried. @param signal of the sign-in that asks. */
export type Identifier = (given?: Credentials, signal?: AbortSignal) => Promise<Identity>;

export function createIdentifier(options: IdentifierOptions): Identifier {
  const { vendor, schemeName, scheme, lifecycle, source, scrubber, deadlineInMs } = options;
  return async (given, signal) => {
    const credentials = given ? checkCredentials(vendor, scheme, given) : await source.get(deadlineInMs, signal);
    const obtain = chooseObtain(scheme, credentials);
    if (!obtain) {
      const ways = lifecycle.obtain.map((one) => neededCredentials(one).join(" + ")).join(", or ");
      throw new AuthError(vendor, `the credentials do not suffice to sign in; give ${ways}`, {
        outcome: "configuration",
        kind: "invalid_credentials",
        phase: "obtain",
        scheme: schemeName,
      });
    }
    for (const [name, value] of Object.entries(credentials)) {
      if (value !== undefined && scheme.credentials[name]?.secret !== false) scrubber.add(value);
    }
    const userPass = toUserPass(obtain, credentials);
    if (userPass !== undefined) scrubber.add(userPass);
    return identify({ ...options, parents: await options.parents(signal) }, credentials, obtain);
  };
}

/** The Basic header's text is as secret as the password in it. */
function toUserPass({ basic }: TokenOperation, credentials: Credentials): string | undefined {
  if (!basic) return undefined;
  const encode = basic.encoding === "form" ? toFormComponent : (text: string) => text;
  return toBase64(
    [basic.username, basic.password].map((one) => encode(String(evaluate(one, { credentials }) ?? ""))).join(":"),
  );
}
