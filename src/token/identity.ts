/**
 * Whose token it is. The key holds everything that makes two tokens different, and no secret:
 *
 * | what | where it comes from |
 * | --- | --- |
 * | the vendor and the security scheme | the document |
 * | the server and every host, each with its whole path: a tenant may be a path | `server` |
 * | each token request: its whole URL, method, headers, body, grant and client authentication, for obtain, refresh and revoke | the document, `server` |
 * | which token is taken from the response | the document |
 * | every identifier among the credentials: client, organization, user, scope, audience | `credentials` |
 * | the tokens and credentials that the token request is sent with | other schemes |
 *
 * The fingerprint tells whether the secrets behind a key have changed. Both are hashes, fit for file names and logs.
 */

import { type ServerAddress, toAddresses, toRequested } from "../server-address.ts";
import type { Lifecycle, SecurityScheme, TokenOperation, TokenResponseShape } from "../vendor.ts";
import type { Credentials } from "./obtain.ts";

export interface Identity {
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
  readonly lifecycle: Lifecycle;
  /** Where the token is used. */
  readonly server: ServerAddress;
  /** Absolute URL of a token operation. */
  readonly urlOf: (operation: TokenOperation) => string;
  /** What a token request is itself sent with. */
  readonly parents: readonly Parent[];
}

/** Another token, or a credential that is sent as it is. */
export interface Parent {
  /** The token's key, or the scheme's name. */
  readonly key: string;
  /** Part of the fingerprint alone: the token's fingerprint, or the credential. */
  readonly secret: string;
}

/** Where the record is kept: workers with the old and the new secret of one client, in a rotation, do not undo each other's. */
export const recordKey = ({ key, fingerprint }: Identity): string => `${key}.${fingerprint}`;

export async function identify(
  scope: IdentityScope,
  credentials: Credentials,
  obtain: TokenOperation,
): Promise<Identity> {
  const { vendor, schemeName, scheme, lifecycle, server, urlOf, parents } = scope;
  const given = Object.entries(credentials)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const operations = [obtain, lifecycle.refresh, lifecycle.revoke];
  const key = await hash([
    vendor,
    schemeName,
    toAddresses(server),
    operations.map((operation) => operation && [toRequested(urlOf(operation)), operation]),
    lifecycle.response.map(toChoice),
    given.filter(([name]) => scheme.credentials[name]?.secret === false),
    parents.map((parent) => parent.key),
  ]);
  const fingerprint = await hash([key, given, parents.map((parent) => parent.secret)]);
  return { key, fingerprint, credentials, obtain };
}

/** What decides which tokens are taken; how long they live does not. */
const toChoice = ({ accessToken, refreshToken, item }: TokenResponseShape) => ({ accessToken, refreshToken, item });

/** SHA-256 of the JSON of a tuple, so that no separator inside a part can make two tuples one. */
export async function hash(parts: unknown): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(parts)));
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/u, "");
}
