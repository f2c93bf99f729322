/** Security schemes without extensions, with the defaults of the standards. */
import { isObject, type JsonObject, toObject, toText } from "../util/json.ts";
import { toCamelCase } from "../util/identifiers.ts";
import type { ServersModel } from "./vendor-servers.ts";

/** Where a token or key is sent: as RFC 6750 §2.1 defines, unless the scheme declares another place. */
export function toSendRule(scheme: JsonObject): JsonObject {
  if (scheme.type === "apiKey")
    return { in: toText(scheme.in) ?? "header", name: toText(scheme.name) ?? "Authorization" };
  const name = scheme.type === "http" ? (toText(scheme.scheme) ?? "bearer") : "bearer";
  return { in: "header", name: "Authorization", prefix: `${name.charAt(0).toUpperCase()}${name.slice(1)} ` };
}

interface DefaultContext {
  readonly name: string;
  /** Whether no other scheme is of the same kind; otherwise credentials contain the scheme's name. */
  readonly alone: boolean;
  /** The scopes that the document's security requirements name for this scheme. */
  readonly scopes: readonly string[];
  readonly servers: ServersModel;
}

export function toDefaultScheme(scheme: JsonObject, context: DefaultContext): JsonObject {
  const flow = toObject(toObject(scheme.flows).clientCredentials);
  if (scheme.type === "oauth2" && typeof flow.tokenUrl === "string") return toClientCredentials(scheme, flow, context);
  if (isDiscovered(scheme)) {
    const { openIdConnectUrl: tokenUrl } = scheme;
    return toClientCredentials(scheme, { tokenUrl }, context, { discovery: true });
  }
  if (scheme.type === "http" && String(scheme.scheme).toLowerCase() === "basic") {
    return {
      send: toSendRule(scheme),
      credentials: {
        // A user-id with a colon is ambiguous (RFC 7617 §2).
        username: { description: "User-id of HTTP Basic", secret: false, pattern: "^[^:]*$" },
        password: { description: "Password of HTTP Basic", secret: true },
      },
      value: { as: "basic", username: "$credentials.username", password: "$credentials.password" },
    };
  }
  const kind = scheme.type === "apiKey" ? "apiKey" : scheme.type === "http" ? "token" : "accessToken";
  const credential = (context.alone ? "" : toCamelCase(context.name).replace(/[^A-Za-z0-9]/gu, "")) || kind;
  const description = toText(scheme.description);
  return {
    send: toSendRule(scheme),
    credentials: { [credential]: { ...(description === undefined ? {} : { description }), secret: true } },
    value: { as: "raw", value: `$credentials.${credential}` },
  };
}

/** OpenID Connect: the document has the discovery URL, from which the client learns the token endpoint when it signs in. */
const isDiscovered = (scheme: JsonObject): boolean =>
  scheme.type === "openIdConnect" && /^https?:\/\//iu.test(toText(scheme.openIdConnectUrl) ?? "");

/** RFC 6749 §4.4 with §2.3.1 client authentication, §5.1 responses and §6 refresh. */
function toClientCredentials(
  scheme: JsonObject,
  flow: JsonObject,
  { scopes, servers }: DefaultContext,
  more: JsonObject = {},
): JsonObject {
  const toOperation = (url: string, grant: string, request: JsonObject): JsonObject => ({
    method: "POST",
    ...toEndpoint(url, servers),
    grant,
    contentType: "application/x-www-form-urlencoded",
    clientAuthentication: "client_secret_basic",
    basic: { username: "$credentials.clientId", password: "$credentials.clientSecret", encoding: "form" },
    request,
    ...more,
  });
  const tokenUrl = toText(flow.tokenUrl) ?? "";
  const refreshUrl = toText(flow.refreshUrl) ?? tokenUrl;
  const scope = { description: "Scopes to ask for, separated by spaces", secret: false, optional: true };
  return {
    send: toSendRule(scheme),
    credentials: {
      clientId: { description: "OAuth 2.0 client identifier", secret: false },
      clientSecret: { description: "OAuth 2.0 client secret", secret: true },
      scope: scopes.length === 0 ? scope : { ...scope, default: scopes.join(" ") },
    },
    lifecycle: {
      obtain: [
        toOperation(tokenUrl, "client_credentials", { grant_type: "client_credentials", scope: "$credentials.scope" }),
      ],
      refresh: toOperation(refreshUrl, "refresh_token", {
        grant_type: "refresh_token",
        refresh_token: "$token.refreshToken",
      }),
      response: [
        {
          accessToken: "$response.body#/access_token",
          tokenType: "$response.body#/token_type",
          refreshToken: "$response.body#/refresh_token",
          scope: "$response.body#/scope",
          expiry: [{ from: "$response.body#/expires_in", as: "seconds" }],
        },
      ],
    },
  };
}

/** A token URL as a path of the main host, or of a host named `auth` if it is on another one. Relative URLs are relative to the server (RFC 3986 §5.2). */
function toEndpoint(tokenUrl: string, servers: ServersModel): JsonObject {
  const urls = servers.list.map(({ url }) => resolve(tokenUrl, url));
  const paths = servers.list.map(({ url }, index) => {
    const resolved = urls[index] ?? "";
    return resolved.startsWith(`${url}/`) ? resolved.slice(url.length) : undefined;
  });
  const [first] = paths;
  if (first !== undefined && paths.every((path) => path === first)) return { path: first };
  const split = urls.map((url) => /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*|\{[^/}]*\})(.*)$/iu.exec(url));
  const host = servers.addHost(
    "auth",
    split.map((parts) => parts?.[1] ?? ""),
  );
  return { path: split[0]?.[2] || "/", host };
}

function resolve(reference: string, base: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//iu.test(reference)) return reference;
  const [, origin = "", path = ""] = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*|\{[^/}]*\})(.*)$/iu.exec(base) ?? [];
  return reference.startsWith("/") ? `${origin}${reference}` : `${origin}${path}/${reference}`;
}

/** Whether no other scheme is of the same kind: two could not share one credential's name. */
export function isAlone(schemes: readonly JsonObject[], scheme: JsonObject): boolean {
  const isStatic = (one: JsonObject) =>
    !isObject(toObject(one.flows).clientCredentials) && !isDiscovered(one) && one["x-latchkey-lifecycle"] === undefined;
  const kindOf = (one: JsonObject) =>
    one.type === "oauth2" || one.type === "openIdConnect" ? "accessToken" : String(one.type);
  const basic = (one: JsonObject) => String(one.scheme).toLowerCase() === "basic";
  return schemes.filter((one) => isStatic(one) && !basic(one) && kindOf(one) === kindOf(scheme)).length < 2;
}
