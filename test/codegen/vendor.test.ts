import { expect, it } from "vitest";
import { evaluate, generateFrom, textOf } from "../support/generated.ts";

it("signs in to a plain oauth2 document as RFC 6749 says: HTTP Basic, form, refresh token", async () => {
  const { acme } = await vendorOf("oauth2");
  expect(acme).toMatchObject({
    contract: 1,
    name: "acme",
    servers: { default: { url: "https://api.acme.example/v1" } },
  });
  const basic = { username: "$credentials.clientId", password: "$credentials.clientSecret", encoding: "form" };
  const request = { method: "POST", path: "/oauth/token", contentType: "application/x-www-form-urlencoded" };
  expect(acme).toMatchObject({
    schemes: {
      oauth: {
        send: { in: "header", name: "Authorization", prefix: "Bearer " },
        credentials: { clientId: { secret: false }, clientSecret: { secret: true }, scope: { optional: true } },
        lifecycle: {
          obtain: [
            {
              ...request,
              grant: "client_credentials",
              clientAuthentication: "client_secret_basic",
              basic,
              request: { grant_type: "client_credentials", scope: "$credentials.scope" },
            },
          ],
          refresh: { ...request, grant: "refresh_token", basic, request: { refresh_token: "$token.refreshToken" } },
          response: [
            {
              accessToken: "$response.body#/access_token",
              refreshToken: "$response.body#/refresh_token",
              expiry: [{ from: "$response.body#/expires_in", as: "seconds" }],
            },
          ],
        },
      },
    },
    errors: { envelopes: [], table: [] },
  });
});

it("asks for every scope that the document's requirements name", async () => {
  const { acme } = await vendorOf("oauth2");
  expect(acme).toMatchObject({
    schemes: { oauth: { credentials: { scope: { default: "things:read things:write" } } } },
  });
});

it("names an environment variable for each credential, and keeps other servers' apart", async () => {
  const { acme } = await vendorOf("oauth2-relative-token-url");
  expect(acme).toMatchObject({
    servers: {
      server1: { environment: { clientId: "ACME_CLIENT_ID", clientSecret: "ACME_CLIENT_SECRET", scope: "ACME_SCOPE" } },
      test: { environment: { clientId: "ACME_TEST_CLIENT_ID", clientSecret: "ACME_TEST_CLIENT_SECRET" } },
    },
  });
});

it("makes a token URL outside the server's path the host auth of every server", async () => {
  const { acme } = await vendorOf("oauth2-relative-token-url");
  expect(acme).toMatchObject({
    servers: {
      server1: { hosts: { auth: "https://api.acme.example" } },
      test: { hosts: { auth: "https://api.test.acme.example" } },
    },
    schemes: { oauth: { lifecycle: { obtain: [{ host: "auth", path: "/oauth/token" }] } } },
  });
});

it("makes a token URL on another origin the host auth, and refreshes at refreshUrl", async () => {
  const { acme } = await vendorOf("oauth2-elsewhere");
  expect(acme).toMatchObject({
    servers: { default: { hosts: { auth: "https://login.acme.example" } } },
    schemes: {
      oauth: { lifecycle: { obtain: [{ host: "auth", path: "/token" }], refresh: { host: "auth", path: "/refresh" } } },
    },
  });
});

it("sends a bearer token, HTTP Basic or an API key as it is given, each an alternative of the credentials", async () => {
  const { acme, text } = await vendorOf("alternatives");
  expect(acme).toMatchObject({
    schemes: {
      bearer: { value: { as: "raw", value: "$credentials.token" }, send: { prefix: "Bearer " } },
      basic: {
        value: { as: "basic", username: "$credentials.username", password: "$credentials.password" },
        send: { prefix: "Basic " },
      },
      key: { value: { as: "raw", value: "$credentials.apiKey" }, send: { in: "query", name: "api_key" } },
    },
  });
  expect(typeIn(text, "Credentials")).toBe(
    "{ /** A personal token */ token: string; } | { /** User-id of HTTP Basic */ username: string; /** Password of HTTP Basic */ password: string; } | { apiKey: string; }",
  );
});

it("asks for the credentials of all schemes that apply at once, each by its scheme's name", async () => {
  const { acme, text } = await vendorOf("combination");
  expect(acme).toMatchObject({
    schemes: {
      "app-id": { send: { in: "header", name: "X-App-Id" } },
      "app-key": { send: { in: "cookie", name: "app_key" } },
    },
  });
  expect(typeIn(text, "Credentials")).toBe("{ appId: string; appKey: string; }");
});

it("names servers by their descriptions and makes a path's server a host", async () => {
  const { acme, text } = await vendorOf("servers");
  expect(acme).toMatchObject({
    servers: {
      production: {
        url: "https://{region}.acme.example",
        variables: { region: { default: "eu", enum: ["eu", "us"] } },
        hosts: { uploads: "https://uploads.acme.example" },
      },
      local: { url: "{origin}/v1", variables: { origin: { required: true, environment: "ACME_LOCAL_ORIGIN" } } },
    },
    operations: { "POST /upload": { host: "uploads" } },
  });
  expect(text).toContain('servers: "production" | "local";');
  expect(text).toContain('hosts: "uploads";');
});

it("lists only operations that say something beyond the defaults", async () => {
  expect(Object.keys(Object((await vendorOf("servers")).acme.operations))).toEqual(["POST /upload"]);
});

it("resolves what the extensions name: token operations, hosts, lookups, limits", async () => {
  const { acme } = await vendorOf("extensions");
  const token = { method: "POST", path: "/oauth/token", host: "auth", contentType: "application/json" };
  expect(acme).toMatchObject({
    servers: {
      live: { hosts: { auth: "https://auth.acme.example" }, environment: { clientId: "ACME_ID" } },
      try: { hosts: { auth: "https://auth.try.acme.example" }, environment: { clientId: "ACME_TRY_CLIENT_ID" } },
    },
    schemes: {
      machine: {
        lifecycle: {
          obtain: [
            { ...token, basic: { username: "$credentials.clientId", password: "$credentials.clientSecret" } },
            { ...token, grant: "implicit" },
          ],
        },
      },
      shopper: {
        actor: "shopper",
        send: { name: "X-Shopper" },
        lifecycle: { obtain: [{ security: [{ machine: [] }] }] },
      },
    },
    operations: {
      "GET /things": { permission: "things:read", sensitive: ["pin"], pagination: { position: "page" } },
      "POST /things": {
        security: [{ machine: [], shopper: [] }],
        bulk: { rows: "", maxRows: 10 },
        idempotency: { lookup: { method: "GET", path: "/things", query: { ref: "/ref" } } },
      },
      "GET /status": { security: [] },
    },
    retry: { delaysInSeconds: [1, 2] },
  });
  expect(acme).toHaveProperty("errors.table", [
    { status: 401, code: "4711", on: ["resource"], kind: "invalid_token" },
    { status: 403, kind: "permission_denied" },
  ]);
  expect(acme).toHaveProperty("rateLimits", [
    { requests: 10, perSeconds: 60, sharedBy: "client", operations: ["GET /things"] },
  ]);
});

it("types credentials, actors and codes by what the document says", async () => {
  const { text } = await vendorOf("extensions");
  expect(typeIn(text, "Credentials")).toBe(
    "{ /** The id */ clientId: string; clientSecret: string; audience?: string; } | { /** The id */ clientId: string; }",
  );
  expect(typeIn(text, "Actors")).toBe("{ email: string; password: string; }");
  expect(typeIn(text, "Codes")).toBe('"4711"');
});

it("never asks the environment for a second party's credentials", async () => {
  expect(JSON.stringify((await vendorOf("extensions")).acme.servers)).not.toMatch(/EMAIL|PASSWORD/u);
});

async function vendorOf(name: string): Promise<{ acme: Record<string, unknown>; text: string }> {
  const text = textOf(await generateFrom(name), "vendor.ts");
  const { acme } = evaluate(text);
  return { acme: { ...Object(acme) }, text };
}

const typeIn = (text: string, name: string): string | undefined =>
  new RegExp(`export type ${name} =(.*?);\\n\\n`, "su").exec(text)?.[1]?.replace(/\s+/gu, " ").trim();

it("reads the headers of answers as the document types them, one name in one way throughout", async () => {
  const files = await generateFrom("response-headers");
  expect(evaluate(textOf(files, "vendor.ts")).acme).toMatchObject({
    headers: {
      "X-Total": "number",
      "X-Last": "boolean",
      "X-Sizes": "number[]",
      "X-Order": "string",
      "X-Links": "json",
      "X-Map": "string",
      "X-Either": "string",
      "X-Version": "string",
      "X-Reason": "string",
      "Retry-After": "number",
    },
  });
  const calls = textOf(files, "calls.ts");
  const own = /ListThingsHeaders = \{\n(.*?)\n\};/su.exec(calls)?.[1];
  expect(own).toBe(`  /** Things in all. */
  "X-Total"?: number;
  /** Whether no page follows. */
  "X-Last"?: boolean;
  "X-Sizes"?: number[];
  "X-Order"?: t.Order;
  "X-Links"?: {
    next?: string;
  };
  "X-Map"?: string;
  "X-Either"?: string;
  "X-Version"?: string;`);
  // Statuses that share a body share their headers, and those that the document does not name have what its refusals have.
  expect(calls).toContain(`Success<200, string[], ListThingsHeaders>`);
  expect(calls).toMatch(/Refusal<404 \| 429, VendorError, XReasonRetryAfterHeaders>/u);
  expect(calls).toMatch(/CountThingsResult = Success<200, undefined, XTotalHeaders>/u);
});
