/** A client made of facts: a vendor and its options, of which each fact is a part, and a record of all that the client sends. */
import { expect } from "vitest";
import { connect } from "../../src/index.ts";
import type { TokenStore } from "../../src/store/token-store.ts";
import type { Lifecycle, TokenOperation, Vendor } from "../../src/vendor.ts";
import { createTestVendor, type TestTypes, testLifecycle } from "../support/test-vendor.ts";

/** Parts of a path that no two requests share, however alike they look. */
const segments = ["a", "A", "%61", "b", "a%20", "a%2Fb", "a%2fb", "a/b", "a;b", "a,b", "a//b", "%C3%A9", "e%CC%81"];
const texts = ["a", "A", "b", "a b", "a,b", 'a","b', "a|b", "\u00e9", "e\u0301"];

/** What may differ, and the values that it may have. A customer's facts leave the client's own token shared. */
const clientFacts = {
  vendor: ["acme", "acme-two"],
  serverPath: segments,
  authHostPath: segments,
  otherHostPath: segments,
  otherHost: ["https://files.invalid", "https://files.invalid:8443"],
  clientId: ["client", "Client", "client2"],
  clientSecret: ["secret-one", "secret-two"],
  apiKey: ["key-one", "key-two"],
  organization: texts,
  scope: texts,
  audience: texts,
  defaultResource: texts,
  way: ["client", "user"],
  method: ["POST", "PUT"],
  tokenPath: ["/oauth/token", "/oauth/Token", "/oauth/t%6Fken", "/oauth/token/", "/oauth/token?b"],
  tokenHost: ["auth", "files", "server"],
  grant: ["client_credentials", "urn:acme:grant"],
  contentType: ["application/x-www-form-urlencoded", "application/json"],
  authentication: ["client_secret_basic", "client_secret_post"],
  encoding: ["raw", "form"],
  requestConstant: texts,
  headerConstant: ["a", "A", "b"],
  discovery: ["no", "yes"],
  sentWith: ["key", "nothing"],
  refreshPath: ["/oauth/refresh", "/oauth/Refresh"],
  refreshConstant: texts,
  revokePath: ["/oauth/revoke", "/oauth/Revoke"],
  tokenPointer: ["access_token", "id_token"],
  itemChosen: ["first", "second"],
};
export const customerFacts = {
  email: ["a@shop.invalid", "A@shop.invalid", "b@shop.invalid"],
  password: ["password-one", "password-two"],
  customerPath: ["/oauth/customer", "/oauth/Customer"],
  customerConstant: texts,
};
export const facts = { ...clientFacts, ...customerFacts };
export type Fact = keyof typeof facts;
export const names = Object.keys(facts) as Fact[];
export type Facts = Readonly<Record<Fact, string>>;

interface Types extends Omit<TestTypes, "credentials" | "actors" | "hosts"> {
  credentials: Readonly<Record<string, string>>;
  actors: { email: string; password: string };
  hosts: "auth" | "files";
}

const post = { method: "POST", contentType: "application/json", clientAuthentication: "none" } as const;
const credential = { secret: false, optional: true } as const;

function createVendor(given: Facts): Vendor<Types> {
  const { "~types": _types, ...plain } = createTestVendor();
  const isPost = given.authentication === "client_secret_post";
  const host = given.tokenHost === "server" ? {} : { host: given.tokenHost };
  const obtain = {
    ...host,
    method: given.method,
    path: `${given.tokenPath}${given.discovery === "yes" ? "/.well-known/openid-configuration" : ""}`,
    grant: given.grant,
    contentType:
      given.contentType === "application/json" ? "application/json" : ("application/x-www-form-urlencoded" as const),
    headers: { "x-constant": given.headerConstant },
    security: given.sentWith === "key" ? [{ key: [] }] : [],
    ...(given.discovery === "yes" ? { discovery: true } : {}),
  } satisfies Partial<TokenOperation>;
  const named = {
    scope: "$credentials.scope",
    audience: "$credentials.audience",
    resource: "$credentials.resource",
    constant: given.requestConstant,
  };
  const username = "$credentials.clientId";
  const password = "$credentials.clientSecret";
  const encoding = given.encoding === "form" ? "form" : "raw";
  const ways: readonly TokenOperation[] = [
    {
      ...obtain,
      clientAuthentication: isPost ? "client_secret_post" : "client_secret_basic",
      ...(isPost ? {} : { basic: { username, password, encoding } }),
      request: isPost ? { ...named, client_id: username, client_secret: password } : named,
    },
    {
      ...obtain,
      clientAuthentication: "none",
      request: { ...named, user: "$credentials.username", pass: "$credentials.userPassword" },
    },
  ];
  const refresh = {
    ...post,
    host: "auth",
    path: given.refreshPath,
    grant: "refresh_token",
    request: { refresh_token: "$token.refreshToken", constant: given.refreshConstant },
  };
  const lifecycle: Lifecycle = {
    ...testLifecycle,
    obtain: ways,
    refresh,
    revoke: { ...refresh, path: given.revokePath, request: { token: "$token.accessToken" }, revokes: "token" },
    response: [
      {
        accessToken: `$response.body#/${given.tokenPointer}`,
        refreshToken: "$response.body#/refresh_token",
        expiry: [{ from: "$response.body#/expires_in", as: "seconds" }],
        item: { in: "$response.body#/tokens", where: { "/name": given.itemChosen } },
      },
    ],
  };
  const customer = {
    ...post,
    path: given.customerPath,
    grant: "password",
    security: [{ bearer: [] }],
    request: {
      email: "$credentials.email",
      password: "$credentials.password",
      constant: given.customerConstant,
    },
  };
  return {
    ...plain,
    name: given.vendor,
    servers: {
      production: {
        url: "https://api.invalid/{serverPath}",
        hosts: { auth: "https://login.invalid/{authHostPath}", files: `${given.otherHost}/{otherHostPath}` },
        variables: { serverPath: { default: "" }, authHostPath: { default: "" }, otherHostPath: { default: "" } },
      },
    },
    schemes: {
      key: {
        send: { in: "header", name: "X-Key" },
        credentials: { apiKey: { secret: true } },
        value: { as: "raw", value: "$credentials.apiKey" },
      },
      bearer: {
        send: { in: "header", name: "Authorization", prefix: "Bearer " },
        credentials: {
          clientId: credential,
          clientSecret: { secret: true },
          username: { secret: false },
          userPassword: { secret: true },
          organization: credential,
          scope: credential,
          audience: credential,
          resource: { secret: false, default: given.defaultResource },
        },
        lifecycle,
      },
      customer: {
        actor: "customer",
        send: { in: "header", name: "X-Customer" },
        credentials: { email: { secret: false }, password: { secret: true } },
        lifecycle: { ...lifecycle, obtain: [customer], refresh: { ...refresh, security: [{ bearer: [] }] } },
      },
    },
    security: [{ bearer: [], customer: [] }, { bearer: [] }],
  };
}

/** How the same facts may be given. */
export interface Form {
  readonly isOwnServer: boolean;
  readonly isFunction: boolean;
}

/** A client whose every request is answered here. All that it sends is kept; tokens bear its name and whose they are. */
export function open(name: string, given: Facts, form: Form, run: string, store: TokenStore | undefined) {
  const { serverPath, authHostPath, otherHostPath, organization, scope, audience, apiKey } = given;
  const sent: string[] = [];
  let signIns = 0;
  const grant = (kind: string) => {
    const token = (more: string) => `<${name} ${kind} ${more} ${run} ${sent.length}>`.replaceAll(" ", "_");
    const both: Readonly<Record<string, string>> = {
      access_token: token("access"),
      id_token: token("id"),
      refresh_token: token("refresh"),
    };
    const items = ["first", "second"].map((item) => ({ ...both, name: item, expires_in: 3600 }));
    return Response.json({ ...both, tokens: items, expires_in: 3600 });
  };
  const fetch = async (request: Request): Promise<Response> => {
    const { url, headers } = request;
    const body = await request.text();
    sent.push(`${url} ${JSON.stringify([...headers])} ${body}`);
    if (url.endsWith("/.well-known/openid-configuration")) {
      const issuer = url.replace("/.well-known/openid-configuration", "");
      return Response.json({ issuer, token_endpoint: `${issuer}/oauth/token` });
    }
    if (!url.includes("/oauth/")) return Response.json({ ok: true, echo: "" });
    signIns += 1;
    return grant(/customer/iu.test(url) || body.includes("_customer_") ? "customer" : "client");
  };
  const common = { organization, scope, audience, ...(form.isFunction ? {} : { apiKey }) };
  const credentials =
    given.way === "client"
      ? { ...common, clientId: `${given.clientId}-${run}`, clientSecret: given.clientSecret }
      : { ...common, username: `user-${run}`, userPassword: "user-password" };
  const hosts = { auth: `https://login.invalid/${authHostPath}`, files: `${given.otherHost}/${otherHostPath}` };
  const client = connect(createVendor(given), {
    fetch,
    credentials: form.isFunction ? () => credentials : credentials,
    server: form.isOwnServer
      ? { url: `https://api.invalid/${serverPath}`, hosts }
      : { variables: { serverPath, authHostPath, otherHostPath } },
    ...(store ? { store } : {}),
  });
  return {
    sent,
    get signIns() {
      return signIns;
    },
    /** As itself and as a customer. */
    async call() {
      const { email, password } = given;
      const second = await client.as({ email, password });
      expect((await second.GET("/things")).status).toBe(200);
      return second;
    },
    close: () => client.close(),
  };
}
