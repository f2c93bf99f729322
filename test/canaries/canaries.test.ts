import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connectivity } from "../../generated/connectivity/index.ts";
import { elasticPath } from "../../generated/elastic-path/index.ts";
import { popupGiftCards } from "../../generated/popup-gift-cards/index.ts";
import {
  type ConnectOptions,
  connect,
  createMemoryStore,
  toVendorError,
  type TokenStore,
  unwrap,
} from "../../src/index.ts";
import { type Canaries, createCanaries } from "../support/canaries.ts";
import { caught } from "../support/caught.ts";
import { type FakeVendor, type Received, type Reply, startFakeVendor } from "../support/fake-vendor.ts";
import { type Bench, connectTo, type TestTypes } from "../support/test-vendor.ts";

let fake: FakeVendor;
let canaries: Canaries;
let said: unknown[] = [];
let time: NodeJS.Timeout | undefined;
const listen = (message: unknown) => void said.push(message);
const channels = ["latchkey", "latchkey:http"];

beforeEach(async () => {
  fake = await startFakeVendor();
  canaries = createCanaries();
  said = [];
  for (const channel of channels) subscribe(channel, listen);
  for (const method of ["log", "info", "warn", "error", "debug"] as const)
    vi.spyOn(console, method).mockImplementation((...words: unknown[]) => void said.push(words));
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((text: unknown) => said.push(text) > 0);
});
afterEach(async () => {
  clearInterval(time);
  vi.restoreAllMocks();
  for (const channel of channels) unsubscribe(channel, listen);
  await fake.close();
});

const secretOf = () => canaries.secret("clientSecret");
const accessToken = () => canaries.secret("accessToken");
const refreshToken = () => canaries.secret("refreshToken");

const open = (options: Partial<ConnectOptions<TestTypes>> = {}): Bench =>
  connectTo(fake, {
    credentials: { clientId: "client", clientSecret: secretOf() },
    onHttp: listen,
    timeoutInMs: 10_000,
    ...options,
  });

/** A pair whose every part is a canary. */
const granted = (more: object = {}): Reply => ({
  body: { access_token: accessToken(), refresh_token: refreshToken(), token_type: "Bearer", expires_in: 3600, ...more },
});

/** Everything a client could have been sent, as a careless server throws it back. */
const echo = ({ body, headers }: Received): string =>
  [
    body,
    decodeURIComponent(body.replaceAll("+", " ")),
    JSON.stringify(Object.fromEntries(new URLSearchParams(body))),
    headers.authorization,
  ]
    .filter(Boolean)
    .join(" | ");

interface Scenario {
  readonly name: string;
  readonly prepare: () => Bench;
  /** @default a GET of a protected thing */
  readonly act?: (bench: Bench) => Promise<unknown>;
}

const get = ({ client }: Bench): Promise<unknown> => unwrap(client.GET("/things"));
const twice = async (bench: Bench): Promise<unknown> => {
  await get(bench);
  bench.clock.advance(3_600_000);
  return get(bench);
};
const onToken =
  (reply: (received: Received) => ReturnType<NonNullable<FakeVendor["onToken"]>>, options = {}) =>
  () => {
    fake.onToken = reply;
    return open(options);
  };
const onApi =
  (reply: (received: Received) => ReturnType<NonNullable<FakeVendor["onApi"]>>, options = {}) =>
  () => {
    fake.onToken = () => granted();
    fake.onApi = reply;
    return open(options);
  };
const careless = (where: string) => (request: Request) => {
  const error = Object.assign(
    new Error(`${where} ${request.headers.get("authorization")} ${secretOf()} ${accessToken()}`),
    {
      request,
      options: { headers: Object.fromEntries(request.headers), body: secretOf() },
      cause: new Error(secretOf()),
    },
  );
  return Promise.reject(error);
};

const signIn: Scenario[] = [
  {
    name: "refused, with all that was sent in the description",
    prepare: onToken((received) => ({
      status: 401,
      body: { error: "invalid_client", error_description: echo(received) },
    })),
  },
  {
    name: "refused, with the secret as the code and as the request's id",
    prepare: onToken(() => ({
      status: 401,
      headers: { "x-request-id": encodeURIComponent(secretOf()) },
      body: { error: secretOf() },
    })),
  },
  {
    name: "refused, with the secret in the challenge",
    prepare: onToken(() => ({
      status: 401,
      headers: { "www-authenticate": `Basic error="x", error_description="${encodeURIComponent(secretOf())}"` },
    })),
  },
  { name: "refused as plain text", prepare: onToken((received) => ({ status: 400, body: echo(received) })) },
  {
    name: "refused as an HTML page",
    prepare: onToken((received) => ({ status: 403, body: `<html>${echo(received)}</html>` })),
  },
  {
    name: "throttled",
    prepare: onToken((received) => ({
      status: 429,
      headers: { "retry-after": "30" },
      body: { error: "slow_down", error_description: echo(received) },
    })),
  },
  {
    name: "broken at the vendor (500)",
    prepare: onToken((received) => ({
      status: 500,
      body: { error: "server_error", error_description: echo(received) },
    })),
  },
  {
    name: "answered with an error under a 200",
    prepare: onToken((received) => ({
      status: 200,
      body: { error: "invalid_grant", error_description: echo(received), refresh_token: refreshToken() },
    })),
  },
  {
    name: "answered with half a JSON",
    prepare: onToken(() => ({
      headers: { "content-type": "application/json" },
      body: `{"access_token":"${accessToken()}`,
    })),
  },
  {
    name: "answered with an HTML page",
    prepare: onToken(() => ({ headers: { "content-type": "text/html" }, body: `<html>${accessToken()}</html>` })),
  },
  {
    name: "answered with a huge body",
    prepare: onToken(() => ({
      body: JSON.stringify({ access_token: accessToken(), filler: accessToken().repeat(20_000) }),
    })),
  },
  {
    name: "answered with a token that breaks lines",
    prepare: onToken(() => granted({ access_token: `${accessToken()}\r\nx-injected: ${accessToken()}` })),
  },
  {
    name: "answered with a token of other characters",
    prepare: onToken(() => granted({ access_token: `${accessToken()} é` })),
  },
  { name: "answered with a token of another type", prepare: onToken(() => granted({ token_type: accessToken() })) },
  { name: "answered with a token that is over", prepare: onToken(() => granted({ expires_in: -1 })) },
  { name: "answered with no access token, but a refresh token", prepare: onToken(() => granted({ access_token: 17 })) },
  { name: "dropped", prepare: onToken(() => "drop") },
  { name: "never answered", prepare: onToken(() => "hang") },
  {
    name: "redirected, with the secret in the address",
    prepare: onToken(() => ({
      status: 307,
      headers: { location: `https://elsewhere.invalid/?${encodeURIComponent(secretOf())}` },
    })),
  },
  { name: "sent by a fetch whose error holds the request", prepare: () => open({ fetch: careless("sign-in") }) },
  {
    name: "asked of a credentials function that throws what it found",
    prepare: () =>
      open({
        credentials: () => {
          throw Object.assign(new Error(secretOf()), { secret: secretOf(), code: 17 });
        },
      }),
  },
  {
    name: "asked of a credentials function that answers with something else",
    prepare: () =>
      open({ credentials: () => Object({ clientId: "client", clientSecret: secretOf(), pass: secretOf() }) }),
  },
  {
    name: "asked of a credentials function that rejects with a text",
    prepare: () => open({ credentials: () => Promise.reject(secretOf()) }),
  },
  {
    name: "verified and refused",
    prepare: onToken((received) => ({
      status: 401,
      body: { error: "invalid_client", error_description: echo(received) },
    })),
    act: ({ client }) => client.auth.verify({ clientId: "client", clientSecret: canaries.secret("another secret") }),
  },
];

const refreshing: Scenario[] = [
  {
    name: "refused, with the refresh token in the description, and the sign-in after it too",
    prepare: () => {
      fake.onToken = (received, count) =>
        count === 1 ? granted() : { status: 400, body: { error: "invalid_grant", error_description: echo(received) } };
      return open();
    },
    act: twice,
  },
  {
    name: "unanswered",
    prepare: () => {
      fake.onToken = (_, count) => (count === 1 ? granted() : "drop");
      return open();
    },
    act: twice,
  },
  {
    name: "answered with half a pair",
    prepare: () => {
      fake.onToken = (_, count) =>
        count === 1 ? granted() : granted({ access_token: null, refresh_token: canaries.secret("next refreshToken") });
      return open();
    },
    act: twice,
  },
  {
    name: "kept in a store whose errors quote what they were given",
    prepare: () => {
      fake.onToken = () => granted();
      return open({ store: quotingStore() });
    },
    act: twice,
  },
];

const calls: Scenario[] = [
  {
    name: "refused twice (401), with the token in the body",
    prepare: onApi((received) => ({
      status: 401,
      body: { error: "invalid_token", error_description: echo(received) },
    })),
  },
  {
    name: "refused (403), with the token in code, challenge and request id",
    prepare: onApi((received) => ({
      status: 403,
      headers: {
        "x-request-id": echo(received),
        "www-authenticate": `Bearer error="insufficient_scope", error_description="${echo(received)}"`,
      },
      body: { error: accessToken(), error_description: secretOf() },
    })),
  },
  {
    name: "refused (422) as a problem",
    prepare: onApi((received) => ({
      status: 422,
      body: { type: `https://problems.invalid/${accessToken()}`, title: echo(received), detail: echo(received) },
    })),
  },
  {
    name: "throttled for good (429)",
    prepare: onApi((received) => ({ status: 429, body: { error: echo(received) } })),
  },
  { name: "answered with what is no JSON", prepare: onApi((received) => ({ body: `oops ${echo(received)}` })) },
  {
    name: "redirected elsewhere, with the token in the address",
    prepare: onApi(() => ({ status: 302, headers: { location: `https://elsewhere.invalid/?${accessToken()}` } })),
  },
  {
    name: "aborted",
    prepare: onApi(() => "hang"),
    act: async ({ client }) => {
      const stop = new AbortController();
      const result = client.GET("/things", { signal: stop.signal });
      await expect.poll(() => fake.apiRequests.length).toBe(1);
      stop.abort();
      return result;
    },
  },
  {
    name: "sent by a fetch whose error holds the request",
    prepare: onApi(() => undefined),
    act: ({ client }) => client.GET("/things", { fetch: careless("call"), retries: false }),
  },
  {
    name: "sent with a stream that cannot be sent again",
    prepare: onApi((received) => ({
      status: 401,
      body: { error: "invalid_token", error_description: echo(received) },
    })),
    act: ({ client }) => client.POST("/things", { body: new Blob([accessToken()]).stream() }),
  },
  {
    name: "sent to another origin",
    prepare: onApi(() => undefined),
    act: ({ client }) => client.GET("/things", { baseUrl: `https://elsewhere.invalid/${accessToken()}` }),
  },
  {
    name: "made on a closed client",
    prepare: onApi(() => undefined),
    act: async (bench) => {
      await get(bench).catch(() => {});
      await bench.client.close();
      return get(bench);
    },
  },
];

describe.each([
  ["a sign-in", signIn],
  ["a refresh", refreshing],
  ["a call", calls],
])("%s leaves no secret behind when it is", (_, scenarios) => {
  it.each(scenarios)("$name", async ({ prepare, act = get }) => {
    const bench = prepare();
    // Twenty times as fast as it is: waits and deadlines come, and no answer is too late for them.
    time = setInterval(() => bench.clock.advance(100), 5);
    const error = await caught(act(bench));
    expect(error).not.toMatchObject({ message: "it did not fail" });
    const { client, events } = bench;
    expect(
      canaries.find({
        error,
        events,
        said,
        client,
        auth: client.auth,
        status: client.auth.status(),
        "the later error": await caught(get(bench)),
      }),
    ).toEqual([]);
  });
});

describe("beside failures", () => {
  it("a client at work shows none, however it is looked at", async () => {
    fake.onToken = () => granted();
    fake.onApi = () => ({ body: { ok: true } });
    const { client, events } = open();
    await client.GET("/things");
    expect(client.auth.status()).toMatchObject([{ state: "signed_in" }]);
    for (const method of ["GET", "use", "as", "close"] as const)
      expect(canaries.find({ [method]: client[method] })).toEqual([]);
    expect(canaries.find({ client, auth: client.auth, status: client.auth.status(), events, said })).toEqual([]);
  });

  it("a revocation that fails with what was sent in its body shows none", async () => {
    fake.onToken = (received) =>
      received.path === "/token/revoke"
        ? { status: 400, body: { error: "x", error_description: echo(received) } }
        : granted();
    fake.onApi = () => ({ body: { ok: true } });
    const operation = {
      method: "POST",
      path: "/token/revoke",
      grant: "revoke",
      contentType: "application/x-www-form-urlencoded",
      clientAuthentication: "body",
      request: { token: "$token.refreshToken", client_secret: "$credentials.clientSecret" },
      revokes: "token",
    } as const;
    const { client, events } = connectTo(fake, {
      credentials: { clientId: "client", clientSecret: secretOf() },
      lifecycle: { revoke: operation },
    });
    await client.GET("/things");
    const revocations = await client.auth.revoke();
    expect(revocations).toMatchObject([{ revoked: false, reason: "failed" }]);
    expect(canaries.find({ revocations, events, said, error: revocations[0]?.error })).toEqual([]);
  });

  it("a server's address with a password in it is refused without it", () => {
    const address = fake.url.replace("http://", `http://user:${encodeURIComponent(secretOf())}@`);
    let error: unknown;
    try {
      connectTo(fake, { server: { url: address } });
    } catch (thrown) {
      error = thrown;
    }
    expect(String(error)).toContain("holds credentials");
    expect(canaries.find({ error })).toEqual([]);
  });

  it("wrong credentials given to connect() are refused without their values", () => {
    for (const credentials of [
      { clientId: "client", clientSecret: secretOf(), extra: secretOf() },
      { clientId: "client", clientSecret: [secretOf()] },
      { clientSecret: secretOf() },
    ]) {
      let error: unknown;
      try {
        connectTo(fake, { credentials: Object(credentials) });
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(Error);
      expect(canaries.find({ error })).toEqual([]);
    }
  });
});

describe("of the vendors", () => {
  const store = () => createMemoryStore();

  it("connectivity's Basic text is not shown, in any form, when the server echoes the header", async () => {
    fake.onToken = undefined;
    const client = connect(connectivity, {
      credentials: { clientId: "my integration", clientSecret: secretOf() },
      server: { url: `${fake.url}/token` },
      store: store(),
      onEvent: listen,
    });
    fake.onToken = ({ headers }) => {
      const basic = String(headers.authorization);
      const decoded = Buffer.from(basic.replace("Basic ", ""), "base64").toString();
      return { status: 401, body: { error: "invalid_client", error_description: `${basic} is ${decoded}` } };
    };
    const error = await caught(client.GET("/v1/ping"));
    expect(error).toMatchObject({ kind: "invalid_credentials" });
    expect(canaries.find({ error, client, said })).toEqual([]);
  });

  it("popup-gift-cards' voucher codes are in the data, and in no error and no log", async () => {
    const card = canaries.secret("card number token");
    const voucher = { card_number: card, pin_code: card, claim_url: `https://claim.invalid/${card}`, expires_at: 17 };
    fake.onApi = ({ path }) => {
      if (path === "/auth/login") {
        const [access, refresh] = [3_600_000, 7 * 86_400_000].map((life) => new Date(Date.now() + life).toISOString());
        return {
          body: {
            success: true,
            data: {
              access_token: accessToken(),
              refresh_token: refreshToken(),
              access_expires_at: access,
              refresh_expires_at: refresh,
              client_id: 1,
            },
          },
        };
      }
      if (path.endsWith("/1")) return { body: { id: "one", vouchers: [voucher] } };
      if (path.endsWith("/2")) return { body: `{"id": 2, "vouchers": [{"card_number": "${card}", ` };
      return {
        status: 400,
        body: {
          error: { name: "BadRequestError", code: "BAD_REQUEST", message: `Card ${card} was used before` },
          vouchers: [voucher],
        },
      };
    };
    const client = connect(popupGiftCards, {
      credentials: { username: "user", password: canaries.secret("password") },
      server: { url: fake.url },
      store: store(),
      validate: "strict",
      onEvent: listen,
      onHttp: listen,
    });
    const params = (id: number) => ({ params: { path: { id } } });
    const invalid = await caught(client.GET("/api/v1/orders/{id}", params(1)));
    expect(invalid).toMatchObject({ name: "SchemaError" });
    const broken = await caught(client.GET("/api/v1/orders/{id}", params(2)));
    expect(broken).toMatchObject({ name: "SchemaError" });
    const refused = await client.GET("/api/v1/orders/{id}", { ...params(3), validate: "off" });
    const error = toVendorError(refused);
    expect(error).toMatchObject({ kind: "invalid_request", body: { vouchers: [{ pin_code: card }] } });
    expect(canaries.find({ invalid, broken, error, client, said })).toEqual([]);
  });

  it("elastic-path's shopper shows neither password nor email nor token, nor does a sign-in sent by hand", async () => {
    const [password, email, customerToken] = ["password", "email", "customer token"].map((name) =>
      canaries.secret(name),
    );
    fake.onApi = (received) => {
      if (received.path === "/oauth/access_token") return granted({ expires: Math.floor(Date.now() / 1000) + 3600 });
      const title = `${received.body} ${password} ${JSON.stringify(received.headers)}`;
      if (received.path === "/v2/customers/tokens" && !received.body.includes("hand"))
        return fake.apiRequests.length < 4
          ? { body: { data: { token: customerToken, expires: Math.floor(Date.now() / 1000) + 86_400 } } }
          : { status: 401, body: { errors: [{ title, status: 401, detail: title }] } };
      return {
        status: 422,
        body: { errors: [{ title, status: 422, detail: title, source: title, request_id: title }] },
      };
    };
    const client = connect(elasticPath, {
      credentials: { clientId: "store", clientSecret: secretOf() },
      server: { url: fake.url },
      store: store(),
      onEvent: listen,
      onHttp: listen,
    });
    const shopper = await client.as({ email: email ?? "", password: password ?? "" });
    const refused = toVendorError(await shopper.GET("/v2/orders"));
    expect(refused).toMatchObject({ kind: "validation_failed" });
    const wrong = await caught(
      client.as({ email: "other@shop.example", password: canaries.secret("second password") }),
    );
    expect(wrong).toMatchObject({ kind: "invalid_credentials" });
    const byHand = await client.POST("/v2/customers/tokens", {
      body: { data: { type: "token", email: "hand@shop.example", password: canaries.secret("third password") } },
    });
    expect(byHand.status).toBe(422);
    const errors = { refused, wrong, byHand: toVendorError(byHand) };
    expect(canaries.find({ ...errors, client, shopper, status: shopper.auth.status(), said })).toEqual([]);
  });
});

/** Its writes fail with all that they were to write. */
function quotingStore(): TokenStore {
  const inner = createMemoryStore();
  return {
    ...inner,
    commit: (...given) => Promise.reject(Object.assign(new Error(JSON.stringify(given)), { given })),
  };
}
