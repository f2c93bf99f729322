/**
 * Whose token it is. The key holds everything that makes two tokens different (vendor, scheme, token endpoint, resource origin,
 * grant, what the document asks for: scope, audience, and every identifier among the credentials: client, organization, user) and no
 * secret; the fingerprint
 * tells whether the secrets behind a key have changed. Both are hashes, fit for file names and logs.
 */

import { toBase64Url } from "../../util/base64.ts";
import type { SecurityScheme, TokenOperation } from "../../vendor.ts";
import type { Credentials } from "./credentials.ts";

export interface TokenIdentity {
  readonly key: string;
  readonly fingerprint: string;
  readonly credentials: Credentials;
  /** The sign-in that these credentials allow. */
  readonly obtain: TokenOperation;
}

export interface IdentityScope {
  readonly vendor: string;
  readonly schemeName: string;
  readonly scheme: SecurityScheme;
  /** Origins the token is asked at and used on. */
  readonly origins: readonly string[];
  /** Keys of the tokens that this one is asked for with. */
  readonly parentKeys: readonly string[];
}

/** Where the record is kept: workers with the old and the new secret of one client, in a rotation, do not undo each other's. */
export const storeKeyOf = ({ key, fingerprint }: TokenIdentity): string => `${key}.${fingerprint}`;

export async function createTokenIdentity(
  scope: IdentityScope,
  credentials: Credentials,
  obtain: TokenOperation,
): Promise<TokenIdentity> {
  const named = Object.entries(credentials)
    .filter(([name, value]) => value !== undefined && scope.scheme.credentials[name]?.secret === false)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const key = await sha256([
    scope.vendor,
    scope.schemeName,
    scope.origins,
    obtain.path,
    obtain.grant,
    obtain.request,
    obtain.headers ?? {},
    named,
    scope.parentKeys,
  ]);
  const all = Object.entries(credentials).filter(([, value]) => value !== undefined);
  return { key, fingerprint: await sha256([key, all.sort(([a], [b]) => (a < b ? -1 : 1))]), credentials, obtain };
}

/** SHA-256 of the JSON of a tuple, so that no separator inside a part can make two tuples one. */
export async function sha256(parts: unknown): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(parts)));
  return toBase64Url(new Uint8Array(digest));
}
