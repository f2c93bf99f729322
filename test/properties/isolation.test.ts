/**
 * Two clients that differ in anything that reaches a token request, or names what the token is for, never share a token; two that
 * differ in nothing share one sign-in. A client is made of facts: each is tried as the one that differs.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/index.ts";
import type { TokenStore } from "../../src/store/protocol.ts";
import { createSqliteStore, type SqliteStore } from "../../src/store/sqlite.ts";
import type { Lifecycle, TokenOperation, Vendor } from "../../src/vendor.ts";
import { createTestVendor, type TestTypes, testLifecycle } from "../support/test-vendor.ts";

/** Runs for each fact and store. */
const runs = Number(process.env.LATCHKEY_FUZZ_RUNS ?? 3);
const seed = Number(process.env.LATCHKEY_FUZZ_SEED ?? 1);

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
const customerFacts = {
  email: ["a@shop.invalid", "A@shop.invalid", "b@shop.invalid"],
  password: ["password-one", "password-two"],
  customerPath: ["/oauth/customer", "/oauth/Customer"],
  customerConstant: texts,
};
const facts = { ...clientFacts, ...customerFacts };
type Fact = keyof typeof facts;
const names = Object.keys(facts) as Fact[];
type Facts = Readonly<Record<Fact, string>>;

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
interface Form {
  readonly isOwnServer: boolean;
  readonly isFunction: boolean;
}

/** A client whose every request is answered here. All that it sends is kept; tokens bear its name and whose they are. */
function open(name: string, given: Facts, form: Form, run: string, store: TokenStore | undefined) {
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

const factsAlike = fc.record(
  Object.fromEntries(Object.entries(facts).map(([name, values]) => [name, fc.constantFrom(...values)])),
) as fc.Arbitrary<Facts>;
/** Texts as they come; what is chosen among a few stays what it is at first, where all facts have part in the requests. */
const isText = (name: string) => Object.entries(facts).some(([one, values]) => one === name && values.length > 5);
const base = factsAlike.map(
  (given): Facts => ({
    ...given,
    ...Object.fromEntries(Object.entries(facts).flatMap(([name, [first]]) => (isText(name) ? [] : [[name, first]]))),
  }),
);
const formOf = fc.record({ isOwnServer: fc.boolean(), isFunction: fc.boolean() });
/** A function gives the credentials of one scheme: with an API key beside, they are values. */
const inForm = (given: Facts, form: Form): Facts => (form.isFunction ? { ...given, sentWith: "nothing" } : given);
const isOfKey = (fact: Fact) => fact === "apiKey" || fact === "sentWith";
const pairOf = (fact: Fact) =>
  fc
    .tuple(base, formOf, fc.shuffledSubarray(facts[fact], { minLength: 2, maxLength: 2 }))
    .map(([given, { isOwnServer, isFunction }, [one = "", two = ""]]) => {
      const form = { isOwnServer, isFunction: isFunction && !isOfKey(fact) };
      const alike = inForm(given, form);
      return {
        form,
        pair: [
          { ...alike, [fact]: one },
          { ...alike, [fact]: two },
        ] as const,
      };
    });

let folder: string;
let sqlite: SqliteStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-isolation-"));
  sqlite = createSqliteStore({ path: join(folder, "tokens.db") });
});
afterAll(async () => {
  await sqlite.close();
  await rm(folder, { recursive: true });
});

/** Each run has credentials of its own: the stores are the same for all. */
let count = 0;
const nextRun = () => `run${++count}`;

async function between<T>(
  [one, two]: readonly [Facts, Facts],
  form: Form,
  store: TokenStore | undefined,
  use: (clients: readonly [ReturnType<typeof open>, ReturnType<typeof open>]) => Promise<T>,
): Promise<T> {
  const run = nextRun();
  const clients = [open("one", one, form, run, store), open("two", two, form, run, store)] as const;
  try {
    return await use(clients);
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

describe.each([
  ["the memory that a process shares", (): TokenStore | undefined => undefined],
  ["a SQLite file", (): TokenStore | undefined => sqlite],
] as const)("over %s", (_, storeOf) => {
  it.each(names)("clients of another %s never share a token", async (fact) => {
    const kind = Object.hasOwn(customerFacts, fact) ? "customer" : "(?:client|customer)";
    const property = fc.asyncProperty(
      pairOf(fact),
      fc.boolean(),
      ({ pair, form }, isAtOnce): Promise<void> =>
        between(pair, form, storeOf(), async ([one, two]) => {
          const first = one.call();
          if (!isAtOnce) await first;
          const [mine, theirs] = await Promise.all([first, two.call()]);
          // Their refresh tokens, too.
          await theirs.auth.refresh();
          await mine.auth.refresh();
          await Promise.all([mine.GET("/things"), theirs.GET("/things")]);
          for (const [client, own, other] of [
            [one, "one", "two"],
            [two, "two", "one"],
          ] as const) {
            const said = client.sent.join("\n");
            expect(said).not.toMatch(new RegExp(`<${other}_${kind}_`, "u"));
            expect(said).toMatch(new RegExp(`<${own}_${kind}_access|<${own}_${kind}_id`, "u"));
          }
        }),
    );
    await fc.assert(property, { numRuns: runs, seed: seed + names.indexOf(fact) });
  });

  it("clients that differ in nothing share one sign-in", async () => {
    const property = fc.asyncProperty(factsAlike, formOf, fc.boolean(), (given, form, isAtOnce) =>
      between([inForm(given, form), inForm(given, form)], form, storeOf(), async ([one, two]) => {
        const first = one.call();
        if (!isAtOnce) await first;
        await Promise.all([first, two.call()]);
        // The client's and the customer's.
        expect(one.signIns + two.signIns).toBe(2);
      }),
    );
    await fc.assert(property, { numRuns: 4 * runs, seed });
  });

  it("clients share whatever way their server is given in", async () => {
    const property = fc.asyncProperty(base, async (given) => {
      const run = nextRun();
      const clients = [false, true].map((isOwnServer) =>
        open("one", given, { isOwnServer, isFunction: false }, run, storeOf()),
      );
      for (const client of clients) await client.call();
      expect(clients.map(({ signIns }) => signIns)).toEqual([2, 0]);
      await Promise.all(clients.map((client) => client.close()));
    });
    await fc.assert(property, { numRuns: runs, seed });
  });
});
