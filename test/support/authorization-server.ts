/** oidc-provider as the authorization server of a small API, which asks it about each token (RFC 7662), behind one loopback port. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import Provider from "oidc-provider";

export interface AuthorizationServer {
  readonly url: string;
  readonly credentials: { readonly clientId: string; readonly clientSecret: string };
  /** `"POST /token 200"`, … */
  readonly log: readonly string[];
  /** Why grants failed, in the provider's words. */
  readonly failures: readonly string[];
  close(): Promise<void>;
}

export interface AuthorizationServerOptions {
  readonly lifetimeInSeconds: number;
  /** Tokens come with a refresh token that may be spent once; whoever spends it twice ends the grant. */
  readonly refreshTokens: boolean;
}

/** VSCHAR only (RFC 6749 Appendix A), among them what §2.3.1 encodes in the Basic header. */
const credentials = { clientId: "erp sync/1", clientSecret: "s3cret: +/%~&=!" };
const apiClient = { client_id: "api", client_secret: "api-secret" };

export async function startAuthorizationServer(options: AuthorizationServerOptions): Promise<AuthorizationServer> {
  let handle: RequestListener = (_, response) => response.end();
  const server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  const failures: string[] = [];
  const log: string[] = [];
  const provider = createProvider(url, options, failures);
  const authorize = provider.callback();
  handle = (request, response) => {
    const path = request.url ?? "";
    if (path !== "/token/introspection")
      response.once("finish", () => log.push(`${request.method} ${path} ${response.statusCode}`));
    if (path.startsWith("/things")) answer(url, request, response).catch(() => response.destroy());
    else authorize(request, response);
  };
  return {
    url,
    credentials,
    log,
    failures,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function createProvider(
  url: string,
  { lifetimeInSeconds, refreshTokens }: AuthorizationServerOptions,
  failures: string[],
): Provider {
  const machine = { redirect_uris: [], response_types: [], token_endpoint_auth_method: "client_secret_basic" };
  const provider = new Provider(url, {
    clients: [
      {
        client_id: credentials.clientId,
        client_secret: credentials.clientSecret,
        grant_types: refreshTokens ? ["client_credentials", "refresh_token"] : ["client_credentials"],
        ...machine,
      },
      { ...apiClient, grant_types: [], ...machine },
    ],
    scopes: ["things"],
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      devInteractions: { enabled: false },
    },
    ttl: { ClientCredentials: lifetimeInSeconds, AccessToken: lifetimeInSeconds, RefreshToken: 86_400, Grant: 86_400 },
    rotateRefreshToken: true,
    issueRefreshToken: () => true,
  });
  provider.on("grant.error", (_, error) => failures.push(error.error_detail ?? error.message));
  if (refreshTokens) {
    // RFC 6749 §4.4.3 advises against a refresh token here; vendors give one all the same.
    const grantType = async (context: Parameters<Parameters<Provider["registerGrantType"]>[1]>[0]) => {
      const { client } = context.oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: client.clientId });
      grant.addOIDCScope("things");
      const of = {
        client,
        accountId: client.clientId,
        grantId: await grant.save(),
        gty: "client_credentials",
        scope: "things",
      };
      const accessToken = new provider.AccessToken(of);
      context.body = {
        access_token: await accessToken.save(),
        refresh_token: await new provider.RefreshToken({ ...of, iiat: Math.floor(Date.now() / 1000) }).save(),
        expires_in: accessToken.expiration,
        scope: "things",
        token_type: "Bearer",
      };
    };
    provider.registerGrantType("client_credentials", grantType, ["scope"]);
  }
  return provider;
}

/** What any resource server does with a token: it asks whether it is active, and what it is good for. */
async function answer(issuer: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const token = request.headers.authorization?.replace(/^Bearer /u, "") ?? "";
  const asked = await fetch(`${issuer}/token/introspection`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${apiClient.client_id}:${apiClient.client_secret}`)}` },
    body: new URLSearchParams({ token }),
  });
  const { active, scope }: { active?: boolean; scope?: string } = Object(await asked.json());
  if (!active) {
    response.writeHead(401, { "www-authenticate": 'Bearer error="invalid_token"', "content-length": 0 }).end();
  } else if (!scope?.split(" ").includes("things")) {
    response
      .writeHead(403, { "www-authenticate": 'Bearer error="insufficient_scope", scope="things"', "content-length": 0 })
      .end();
  } else {
    const body = JSON.stringify([{ id: "one" }, { id: "two" }]);
    response
      .writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
      .end(body);
  }
}
