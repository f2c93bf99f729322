import { describe, expect, it, vi } from "vitest";
import { connect, createMemoryStore } from "../../src/index.ts";
import { startAuthorizationServer } from "../support/authorization-server.ts";
import { caught } from "../support/caught.ts";
import { evaluate, generateText, textOf } from "../support/generated.ts";
import { type Answer, type Loopback, startLoopback } from "../support/loopback.ts";

/** Every scheme of OpenAPI's own, from documents without a word of ours, against servers that listen. */
const document = (server: string, security: string, schemes: string) => `openapi: 3.1.0
info: { title: Acme, version: "1" }
servers: [{ url: ${server} }]
security: ${security}
paths:
  /things: { get: { operationId: list, responses: { "200": { description: All, content: { application/json: { schema: {} } } } } } }
  /open: { get: { operationId: open, security: [], responses: { "200": { description: Open, content: { application/json: { schema: {} } } } } } }
components: { securitySchemes: { ${schemes} } }
`;
const json: Answer = { headers: { "content-type": "application/json" }, body: "{}" };
const api = { "/things": json, "/open": json };

type Call = (path: string) => Promise<{ status: number }>;
const open = async (text: string, credentials: object): Promise<{ GET: Call }> => {
  const vendor = Object(evaluate(textOf(await generateText(text), "vendor.ts")).acme);
  return Object(connect(vendor, { credentials, store: createMemoryStore(), retries: false }));
};

async function heardWith(security: string, schemes: string, credentials: object, path = "/things") {
  await using server = await startLoopback(api);
  const client = await open(document(server.origin, security, schemes), credentials);
  expect((await client.GET(path)).status).toBe(200);
  const [first] = server.heard;
  const { headers = {}, url = "" } = first ?? {};
  const sent: Readonly<Record<string, unknown>> = { ...headers };
  const { authorization, cookie, "x-key": key, "x-app": app } = sent;
  return Object.fromEntries(
    Object.entries({ authorization, cookie, key, app, query: /\?(.*)/u.exec(url)?.[1] }).filter(([, value]) => value),
  );
}

const bearer = "bearer: { type: http, scheme: bearer }";
const basic = "basic: { type: http, scheme: basic }";
const header = "header: { type: apiKey, in: header, name: X-Key }";
const query = "query: { type: apiKey, in: query, name: key }";
const cookie = "cookie: { type: apiKey, in: cookie, name: session }";

describe("credentials that are sent as they are", () => {
  it.each([
    ["http bearer", bearer, "[{ bearer: [] }]", { token: "t-1" }, { authorization: "Bearer t-1" }],
    [
      "http basic",
      basic,
      "[{ basic: [] }]",
      { username: "ä", password: "p:w" },
      { authorization: `Basic ${Buffer.from("ä:p:w").toString("base64")}` },
    ],
    ["a key in a header", header, "[{ header: [] }]", { apiKey: "k-1" }, { key: "k-1" }],
    ["a key in the query", query, "[{ query: [] }]", { apiKey: "k 1" }, { query: "key=k%201" }],
    ["a key in a cookie", cookie, "[{ cookie: [] }]", { apiKey: "k-1" }, { cookie: "session=k-1" }],
  ])("%s", async (_, scheme, security, credentials, sent) => {
    expect(await heardWith(security, scheme, credentials)).toEqual(sent);
  });
});

describe("several schemes", () => {
  it("as alternatives: whichever the caller has", async () => {
    const schemes = `${bearer}, ${basic}`;
    const security = "[{ bearer: [] }, { basic: [] }]";
    expect(await heardWith(security, schemes, { token: "t-1" })).toEqual({ authorization: "Bearer t-1" });
    expect(await heardWith(security, schemes, { username: "u", password: "p" })).toEqual({
      authorization: `Basic ${btoa("u:p")}`,
    });
  });

  it("together: all of them on each request", async () => {
    const schemes = `header: { type: apiKey, in: header, name: X-Key }, app: { type: apiKey, in: header, name: X-App }, ${cookie}`;
    expect(
      await heardWith("[{ header: [], app: [], cookie: [] }]", schemes, { header: "k-1", app: "a-1", cookie: "c-1" }),
    ).toEqual({ key: "k-1", app: "a-1", cookie: "session=c-1" });
  });

  it("as one or two together: the most that the caller has", async () => {
    const schemes = `${bearer}, ${header}`;
    const security = "[{ bearer: [] }, { bearer: [], header: [] }]";
    expect(await heardWith(security, schemes, { token: "t-1" })).toEqual({ authorization: "Bearer t-1" });
    expect(await heardWith(security, schemes, { token: "t-1", apiKey: "k-1" })).toEqual({
      authorization: "Bearer t-1",
      key: "k-1",
    });
  });

  it("none: where an operation is public, and where credentials are optional and not given", async () => {
    expect(await heardWith("[{ bearer: [] }]", bearer, { token: "t-1" }, "/open")).toEqual({});
    expect(await heardWith("[{}, { bearer: [] }]", bearer, {})).toEqual({});
    expect(await heardWith("[{}, { bearer: [] }]", bearer, { token: "t-1" })).toEqual({ authorization: "Bearer t-1" });
  });
});

describe("several schemes, with a credentials function", () => {
  const given = (credentials: object) => async () => credentials;

  it("together: each takes its own members", async () => {
    const schemes = `header: { type: apiKey, in: header, name: X-Key }, app: { type: apiKey, in: header, name: X-App }, ${basic}`;
    const credentials = { header: "k-1", app: "a-1", username: "u", password: "p" };
    expect(await heardWith("[{ header: [], app: [], basic: [] }]", schemes, given(credentials))).toEqual({
      key: "k-1",
      app: "a-1",
      authorization: `Basic ${btoa("u:p")}`,
    });
  });

  it("as alternatives: whichever it returns the credentials of, none where that is allowed", async () => {
    const schemes = `${bearer}, ${basic}, ${header}`;
    const security = "[{ bearer: [], header: [] }, { bearer: [] }, { basic: [] }, {}]";
    const heard = (credentials: object) => heardWith(security, schemes, given(credentials));
    expect(await heard({ token: "t-1", apiKey: "k-1" })).toEqual({ authorization: "Bearer t-1", key: "k-1" });
    expect(await heard({ token: "t-1" })).toEqual({ authorization: "Bearer t-1" });
    expect(await heard({ username: "u", password: "p" })).toEqual({ authorization: `Basic ${btoa("u:p")}` });
    expect(await heard({ apiKey: "k-1" })).toEqual({});
  });

  it("refuses what belongs to none of them, and what is no object", async () => {
    const call = (credentials: unknown) =>
      caught(heardWith("[{ bearer: [] }, { basic: [] }]", `${bearer}, ${basic}`, given(Object(credentials))));
    expect(String(await call({ token: "t-1", tokn: "secret" }))).toMatch(
      /credentials\.tokn is not a credential of this vendor/u,
    );
    expect(String(await caught(heardWith("[{ bearer: [] }]", bearer, async () => "secret")))).toMatch(
      /returned no object/u,
    );
    expect(String(await call({}))).toMatch(/GET \/things needs bearer, or basic/u);
  });
});

describe("schemes named as what every object has", () => {
  const names = ["toString", "constructor", "hasOwnProperty", "__proto__"];
  const key = (name: string) => `${name}: { type: apiKey, in: header, name: X-Key }`;
  const alternatives = `[${["bearer", ...names].map((name) => `{ ${name}: [] }`).join(", ")}]`;
  const schemes = [bearer, ...names.map(key)].join(", ");

  it.each(names)("%s is sent, alone among its kind", async (name) => {
    expect(await heardWith(`[{ ${name}: [] }]`, key(name), { apiKey: "k-1" })).toEqual({ key: "k-1" });
  });

  it("are alternatives of which the one counts that the caller has credentials for", async () => {
    expect(await heardWith(alternatives, schemes, { token: "t-1" })).toEqual({ authorization: "Bearer t-1" });
    for (const name of ["toString", "constructor", "hasOwnProperty", "proto"])
      expect(await heardWith(alternatives, schemes, { [name]: "k-1" })).toEqual({ key: "k-1" });
  });

  it("are missed where their credentials are not given", async () => {
    const vendor = Object(
      evaluate(textOf(await generateText(document("https://a.example", "[{ toString: [] }]", schemes)), "vendor.ts"))
        .acme,
    );
    expect(() => connect(vendor, { credentials: {} })).toThrow(/the credentials \(none\) are incomplete/u);
  });

  it("are missed in the environment, where others are set", async () => {
    vi.stubEnv("ACME_TOKEN", "t-1");
    const vendor = Object(
      evaluate(textOf(await generateText(document("https://a.example", alternatives, schemes)), "vendor.ts")).acme,
    );
    expect(() => connect(vendor)).toThrow(/ACME_TOKEN is set and ACME_TO_STRING, ACME_CONSTRUCTOR, .* is not/u);
    vi.unstubAllEnvs();
  });

  it("have servers whose variables are named so, too: the default where none is given", async () => {
    await using server = await startLoopback(api);
    const host = server.origin.replace("http://", "");
    const url = `"http://{toString}", variables: { toString: { default: "${host}" } }`;
    const vendor = Object(
      evaluate(textOf(await generateText(document(url, "[{ toString: [] }]", key("toString"))), "vendor.ts")).acme,
    );
    const variables = { constructor: "x" };
    expect(() => connect(vendor, { credentials: { apiKey: "k-1" }, server: { variables } })).toThrow(
      /constructor is not a variable/u,
    );
    const client = Object(connect(vendor, { credentials: { apiKey: "k-1" } }));
    expect((await client.GET("/things")).status).toBe(200);
  });

  it("sign in with a token of another kind beside, which is not taken for what they need", async () => {
    await using server = await startLoopback({ ...api, "/token": token });
    const flow = (name: string) =>
      `${name}: { type: oauth2, flows: { clientCredentials: { tokenUrl: "${server.origin}/token", scopes: {} } } }`;
    const text = document(
      server.origin,
      "[{ toString: [], constructor: [] }]",
      [flow("toString"), flow("constructor")].join(", "),
    );
    const client = await open(text, { clientId: "erp", clientSecret: "s3cret" });
    expect((await client.GET("/things")).status).toBe(200);
    expect(server.requests).toEqual(["POST /token", "POST /token", "GET /things"]);
  });
});

const token: Answer = { ...json, body: '{"access_token":"t-1","token_type":"Bearer","expires_in":300}' };

describe("openIdConnect", () => {
  const scheme = (url: string) =>
    `oidc: { type: openIdConnect, openIdConnectUrl: "${url}/.well-known/openid-configuration" }`;
  const credentials = { clientId: "erp", clientSecret: "s3cret" };

  it("finds the token endpoint of a real authorization server, signs in, and asks where it is no second time", async () => {
    vi.spyOn(console, "info").mockImplementation(() => {});
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const server = await startAuthorizationServer({ lifetimeInSeconds: 300, refreshTokens: false });
    try {
      const client = await open(document(server.url, "[{ oidc: [things] }]", scheme(server.url)), server.credentials);
      expect((await client.GET("/things")).status).toBe(200);
      expect((await client.GET("/things")).status).toBe(200);
      expect(server.log).toEqual([
        "GET /.well-known/openid-configuration 200",
        "POST /token 200",
        "GET /things 200",
        "GET /things 200",
      ]);
    } finally {
      await server.close();
      vi.restoreAllMocks();
    }
  });

  const metadata = (said: object): Answer => ({ ...json, body: JSON.stringify(said) });
  it("sends the secret in the form where the server takes no HTTP Basic", async () => {
    await using server = await startLoopback((origin) => ({
      ...api,
      "/.well-known/openid-configuration": metadata({
        issuer: origin,
        token_endpoint: `${origin}/token`,
        token_endpoint_auth_methods_supported: ["client_secret_post"],
      }),
      "/token": token,
    }));
    const client = await open(document(server.origin, "[{ oidc: [a, b] }]", scheme(server.origin)), credentials);
    expect((await client.GET("/things")).status).toBe(200);
    const { body, headers } = heardAt(server, "/token");
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      grant_type: "client_credentials",
      scope: "a b",
      client_id: "erp",
      client_secret: "s3cret",
    });
    expect(headers.authorization).toBeUndefined();
  });

  it("is a token endpoint that cannot be reached where the discovery document is not there, and is asked again later", async () => {
    await using server = await startLoopback(api);
    const client = await open(document(server.origin, "[{ oidc: [] }]", scheme(server.origin)), credentials);
    const error = await caught(client.GET("/things"));
    expect(error).toMatchObject({ name: "AuthError", status: 404, outcome: "transient" });
    expect(String(error)).toContain(`${server.origin}/.well-known/openid-configuration answered 404`);
    expect(server.requests).toEqual(["GET /.well-known/openid-configuration"]);
  });
});

function heardAt(server: Loopback, path: string) {
  const found = server.heard.find(({ url }) => url === path);
  if (found === undefined) throw new Error(`nothing came to ${path}`);
  return found;
}
