/**
 * Identifies a token. The key is a hash of everything that makes two tokens different, without secrets:
 *
 * | what | where it comes from |
 * | --- | --- |
 * | the vendor and the security scheme | the document |
 * | the server and every host, each with its whole path: a tenant may be a path | `server` |
 * | each token request: its whole URL, method, headers, body, grant and client authentication, for obtain, refresh and revoke | the document, `server` |
 * | which token of the response is used | the document |
 * | every identifier among the credentials: client, organization, user, scope, audience | `credentials` |
 * | the tokens and credentials that the token request itself carries | other schemes |
 *
 * The fingerprint is a hash of the key and the secrets: it shows whether the secrets behind a key have changed. Both may appear in file
 * names and logs.
 */

import { toBase64Url } from "../../util/base64.ts";
import { type ServerAddress, toAddresses, toRequested } from "../../util/server-address.ts";
import type { Lifecycle, SecurityScheme, TokenOperation, TokenResponseShape } from "../../vendor.ts";
import type { Credentials } from "./credentials.ts";

export interface TokenIdentity {
  readonly key: string;
  readonly fingerprint: string;
  readonly credentials: Credentials;
  /** The sign-in for these credentials. */
  readonly obtain: TokenOperation;
}

export interface IdentityScope {
  readonly vendor: string;
  readonly schemeName: string;
  readonly scheme: SecurityScheme;
  readonly lifecycle: Lifecycle;
  /** The server on which the token is used. */
  readonly server: ServerAddress;
  /** Absolute URL of a token operation. */
  readonly urlOf: (operation: TokenOperation) => string;
  /** What a token request itself carries. */
  readonly parents: readonly Parent[];
}

/** Another token, or a static credential. */
export interface Parent {
  /** The token's key, or the scheme's name. */
  readonly key: string;
  /** The token's fingerprint, or the credential; part of the fingerprint only. */
  readonly secret: string;
}

/** The key of the record in the store. During a rotation, workers with the old and with the new secret have records of their own. */
export const storeKeyOf = ({ key, fingerprint }: TokenIdentity): string => `${key}.${fingerprint}`;

export async function createTokenIdentity(
  scope: IdentityScope,
  credentials: Credentials,
  obtain: TokenOperation,
): Promise<TokenIdentity> {
  const { vendor, schemeName, scheme, lifecycle, server, urlOf, parents } = scope;
  const given = Object.entries(credentials)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const operations = [obtain, lifecycle.refresh, lifecycle.revoke];
  const key = await sha256([
    vendor,
    schemeName,
    toAddresses(server),
    operations.map((operation) => operation && [toRequested(urlOf(operation)), operation]),
    lifecycle.response.map(toTokenChoice),
    given.filter(([name]) => scheme.credentials[name]?.secret === false),
    parents.map((parent) => parent.key),
  ]);
  const fingerprint = await sha256([key, given, parents.map((parent) => parent.secret)]);
  return { key, fingerprint, credentials, obtain };
}

/** Keeps the parts of a shape that decide which token is used; its lifetime does not. */
const toTokenChoice = ({ accessToken, refreshToken, item }: TokenResponseShape) => ({
  accessToken,
  refreshToken,
  item,
});

/** Hashes a tuple as JSON with SHA-256, so that no separator within a part can make two tuples equal. */
export async function sha256(parts: unknown): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(parts)));
  return toBase64Url(new Uint8Array(digest));
}
