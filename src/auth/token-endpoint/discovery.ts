/**
 * Discovers an issuer's token endpoint (OpenID Connect Discovery 1.0 §4, RFC 8414 §3). The metadata is requested with the first token
 * and kept for the life of the client. It is not trusted with secrets: credentials are sent only to the origin that the vendor's
 * document names, whatever the metadata says.
 */
import { isJsonObject } from "../../util/json.ts";
import type { TokenOperation } from "../../vendor.ts";
import type { TokenEndpointResponse } from "./send-token-request.ts";
import type { TokenRequest } from "./token-request.ts";

export type DiscoveredEndpoint =
  | { readonly operation: TokenOperation; readonly url: string }
  /** The failed discovery, in the place of a response of the token endpoint. */
  | { readonly response: TokenEndpointResponse };

export interface Discovery {
  /** @param url the URL of the discovery document */
  find(operation: TokenOperation, url: string): Promise<DiscoveredEndpoint>;
}

type Send = (request: TokenRequest, operation: TokenOperation) => Promise<TokenEndpointResponse>;

export function createDiscovery(send: Send): Discovery {
  const metadataByUrl = new Map<string, Metadata>();
  return {
    async find(operation, url) {
      let metadata = metadataByUrl.get(url);
      if (metadata === undefined) {
        const headers = new Headers({ accept: "application/json" });
        const response = await send({ url, method: "GET", headers, body: undefined }, operation);
        if (!response.answered || response.status !== 200) return { response };
        const parsed = parseMetadata(response.body, url);
        if (typeof parsed === "string") return { response: toFailedResponse(parsed) };
        metadata = parsed;
        metadataByUrl.set(url, metadata);
      }
      return {
        operation: metadata.takesPostOnly ? toClientSecretPost(operation) : operation,
        url: metadata.tokenEndpoint,
      };
    },
  };
}

interface Metadata {
  readonly tokenEndpoint: string;
  /** The endpoint does not take HTTP Basic, which is the default (OpenID Connect Discovery 1.0 §3). */
  readonly takesPostOnly: boolean;
}

const toFailedResponse = (code: string): TokenEndpointResponse => ({
  answered: false,
  reason: "discovery",
  notSent: true,
  code,
});

/** Returns the metadata, or why it is rejected. */
function parseMetadata(body: unknown, url: string): Metadata | string {
  if (!isJsonObject(body)) return "no metadata";
  const { issuer, token_endpoint: tokenEndpoint, token_endpoint_auth_methods_supported: methods } = body;
  // §4.3: the issuer must be the requested URL without its well-known part.
  const expectedIssuer = url.replace(/\/\.well-known\/openid-configuration$/u, "");
  if (expectedIssuer !== url && withoutSlash(issuer) !== withoutSlash(expectedIssuer)) return "another issuer";
  if (typeof tokenEndpoint !== "string") return "no token endpoint";
  if (URL.parse(tokenEndpoint)?.origin !== new URL(url).origin) return "a token endpoint elsewhere";
  const takes = (method: string) => Array.isArray(methods) && methods.includes(method);
  return { tokenEndpoint, takesPostOnly: takes("client_secret_post") && !takes("client_secret_basic") };
}

const withoutSlash = (value: unknown): unknown => (typeof value === "string" ? value.replace(/\/$/u, "") : value);

function toClientSecretPost({ basic, request, ...operation }: TokenOperation): TokenOperation {
  return {
    ...operation,
    clientAuthentication: "client_secret_post",
    request: basic ? { ...request, client_id: basic.username, client_secret: basic.password } : request,
  };
}
