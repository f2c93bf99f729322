/**
 * Where an issuer's token endpoint is, by its own word (OpenID Connect Discovery 1.0 §4, RFC 8414 §3): asked when the first token is, kept
 * for the process. What it says is not trusted with secrets beyond the origin that the vendor's document names: credentials go to
 * no other, whoever answered.
 */
import { isJsonObject } from "../../util/json.ts";
import type { TokenOperation } from "../../vendor.ts";
import type { TokenEndpointResponse } from "./send-token-request.ts";
import type { TokenRequest } from "./token-request.ts";

export type DiscoveredEndpoint =
  | { readonly operation: TokenOperation; readonly url: string }
  /** As if the token endpoint itself had answered so, or not at all. */
  | { readonly answer: TokenEndpointResponse };

export interface Discovery {
  /** @param url of the discovery document */
  find(operation: TokenOperation, url: string): Promise<DiscoveredEndpoint>;
}

type Ask = (request: TokenRequest, operation: TokenOperation) => Promise<TokenEndpointResponse>;

export function createDiscovery(ask: Ask): Discovery {
  const known = new Map<string, Metadata>();
  return {
    async find(operation, url) {
      let metadata = known.get(url);
      if (metadata === undefined) {
        const headers = new Headers({ accept: "application/json" });
        const answer = await ask({ url, method: "GET", headers, body: undefined }, operation);
        if (!answer.answered || answer.status !== 200) return { answer };
        const read = readMetadata(answer.body, url);
        if (typeof read === "string") return { answer: refuse(read) };
        metadata = read;
        known.set(url, metadata);
      }
      return { operation: metadata.takesPostOnly ? toPost(operation) : operation, url: metadata.tokenEndpoint };
    },
  };
}

interface Metadata {
  readonly tokenEndpoint: string;
  /** It does not take HTTP Basic, which is the default (§3). */
  readonly takesPostOnly: boolean;
}

const refuse = (code: string): TokenEndpointResponse => ({ answered: false, reason: "discovery", notSent: true, code });

/** What it says, or why that does not count. */
function readMetadata(body: unknown, url: string): Metadata | string {
  if (!isJsonObject(body)) return "no metadata";
  const { issuer, token_endpoint: tokenEndpoint, token_endpoint_auth_methods_supported: methods } = body;
  // §4.3: the issuer is the very address that was asked, without the well-known part.
  const asked = url.replace(/\/\.well-known\/openid-configuration$/u, "");
  if (asked !== url && withoutSlash(issuer) !== withoutSlash(asked)) return "another issuer";
  if (typeof tokenEndpoint !== "string") return "no token endpoint";
  if (URL.parse(tokenEndpoint)?.origin !== new URL(url).origin) return "a token endpoint elsewhere";
  const takes = (method: string) => Array.isArray(methods) && methods.includes(method);
  return { tokenEndpoint, takesPostOnly: takes("client_secret_post") && !takes("client_secret_basic") };
}

const withoutSlash = (value: unknown): unknown => (typeof value === "string" ? value.replace(/\/$/u, "") : value);

function toPost({ basic, request, ...operation }: TokenOperation): TokenOperation {
  return {
    ...operation,
    clientAuthentication: "client_secret_post",
    request: basic ? { ...request, client_id: basic.username, client_secret: basic.password } : request,
  };
}
