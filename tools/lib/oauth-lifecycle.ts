import type { Lifecycle, TokenOperation } from "../../src/vendor.ts";

/** Obtains a token with client credentials in the body of a form (RFC 6749 §2.3.1, §4.4). */
export const clientCredentials: TokenOperation = {
  method: "POST",
  path: "/token",
  grant: "client_credentials",
  contentType: "application/x-www-form-urlencoded",
  clientAuthentication: "client_secret_post",
  request: {
    grant_type: "client_credentials",
    client_id: "$credentials.clientId",
    client_secret: "$credentials.clientSecret",
  },
};

/** The token lifecycle of an RFC 6749 server with rotating refresh tokens, for benches, simulations and tests. */
export const oauthLifecycle: Lifecycle = {
  obtain: [clientCredentials],
  refresh: {
    method: "POST",
    path: "/token",
    grant: "refresh_token",
    contentType: "application/x-www-form-urlencoded",
    clientAuthentication: "none",
    request: { grant_type: "refresh_token", refresh_token: "$token.refreshToken" },
  },
  response: [
    {
      accessToken: "$response.body#/access_token",
      tokenType: "$response.body#/token_type",
      refreshToken: "$response.body#/refresh_token",
      scope: "$response.body#/scope",
      expiry: [{ from: "$response.body#/expires_in", as: "seconds" }],
      refreshExpiry: [{ from: "$response.body#/refresh_expires_in", as: "seconds" }],
    },
  ],
  rotates: true,
};
