import { once } from "node:events";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseChallenges } from "../../src/errors/www-authenticate.ts";
import { toVendorError, isVendorError, TransportError, unwrap } from "../../src/index.ts";
import type { ErrorRules, Pagination } from "../../src/vendor.ts";
import type { Handler, Received, Script } from "../support/fake-vendor.ts";
import { createBarrier, layGround, passing, rejection, until } from "./support/fault-harness.ts";

const ground = layGround();

const tokensOf = (requests: readonly Received[]) => requests.map(({ headers }) => headers.authorization);
const refused = (error = "invalid_token", challenge = `Bearer error="${error}"`): Script => ({
  status: 401,
  headers: { "www-authenticate": challenge },
  body: { error },
});
/** Refuses so many requests with a 401, then leaves it to the vendor. */
const refusing =
  (count: number, script: Script = refused()): Handler =>
  (_received, serial) =>
    serial <= count ? script : undefined;

const textStream = (...parts: readonly string[]) =>
  new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });

describe("401s, replays and bodies", () => {
  it("F01 a token revoked long before its expiry costs one refresh and one replay", async () => {
    const { client } = ground.connect();
    await client.GET("/things");
    ground.fake.revoke();
    expect((await client.GET("/things")).status).toBe(200);
    expect(tokensOf(ground.fake.apiRequests)).toEqual([
      "Bearer access-1-CANARY",
      "Bearer access-1-CANARY",
      "Bearer access-2-CANARY",
    ]);
  });

  it("F02 a 401 to the replay is returned, typed, and nothing is sent a third time", async () => {
    const { client } = ground.connect();
    await client.GET("/things");
    ground.fake.onApi = () => refused();
    const result = await client.GET("/things");
    expect(result).toMatchObject({ status: 401, error: { error: "invalid_token" } });
    expect(toVendorError(result)).toMatchObject({ kind: "invalid_token", code: "invalid_token", outcome: "refused" });
    expect(ground.fake.apiRequests).toHaveLength(3);
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it("F02 a vendor that refuses every token is asked for a new one once per back-off slot, however many calls there are", async () => {
    const { client, clock } = ground.connect();
    await client.GET("/things");
    ground.fake.onApi = () => refused();
    const start = clock.now();
    for (let round = 0; round < 30; round += 1) {
      const calls = Promise.all(Array.from({ length: 10 }, () => client.GET("/things")));
      expect((await passing([clock], calls)).every(({ status }) => status === 401)).toBe(true);
    }
    const slots = Math.log2((clock.now() - start) / 1000) + 2;
    expect(ground.fake.tokenRequests.length).toBeLessThanOrEqual(1 + slots);
    ground.fake.onApi = undefined;
    clock.advance(60_000 * 2);
    expect((await passing([clock], client.GET("/things"))).status).toBe(200);
  });

  it.for([
    ["insufficient_scope", { status: 403, body: { error: "insufficient_scope" } }],
    ["a rule of the business", { status: 403, body: { code: "ORDER_CLOSED" } }],
  ] as const)("F03 a 403 for %s refreshes nothing and replays nothing", async ([, reply]) => {
    const { client } = ground.connect();
    ground.fake.onApi = () => reply;
    const results = await Promise.all(Array.from({ length: 20 }, () => client.POST("/things", { body: {} })));
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 403));
    expect(toVendorError(results[0] ?? expect.fail())).toMatchObject({ kind: "permission_denied" });
    expect(ground.fake.apiRequests).toHaveLength(20);
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it.for<[string, Script]>([
    ["no challenge and no body", { status: 401 }],
    ["a Basic challenge alone", { status: 401, headers: { "www-authenticate": 'Basic realm="acme"' } }],
    [
      "several challenges",
      refused("x", 'Basic realm="a, b=\\"c\\"", Bearer realm=acme, error="invalid_token", DPoP algs="ES256"'),
    ],
    ["a malformed challenge", { status: 401, headers: { "www-authenticate": '=,,"Bearer error=,; x' } }],
  ])("F04 a 401 with %s is a refused token", async ([, script]) => {
    const { client } = ground.connect();
    await client.GET("/things");
    ground.fake.onApi = refusing(2, script);
    expect((await client.GET("/things")).status).toBe(200);
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it.for<[string, string, Script]>([
    [
      "a missing scope, in the challenge",
      "permission_denied",
      { status: 401, headers: { "www-authenticate": 'Bearer error="insufficient_scope", scope="write"' } },
    ],
    ["a missing scope, in the body", "permission_denied", refused("insufficient_scope")],
    ["a sign-in that must be stronger (RFC 9470)", "permission_denied", refused("insufficient_user_authentication")],
    [
      "what the vendor calls another environment",
      "wrong_environment",
      { status: 401, body: { error: "key_of_sandbox" } },
    ],
  ])("F04 a 401 for %s is %s: the token is not at fault, and nothing is refreshed", async ([, kind, script]) => {
    const errors: ErrorRules = {
      envelopes: [],
      table: [{ status: 401, code: "key_of_sandbox", kind: "wrong_environment", advice: "use the sandbox" }],
    };
    const { client } = ground.connect({ errors });
    ground.fake.onApi = () => script;
    const result = await client.GET("/things");
    expect(toVendorError(result)).toMatchObject({ kind, status: 401 });
    expect(ground.fake.apiRequests).toHaveLength(1);
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it.for([
    ["token_expired", "expired_token"],
    ["token_revoked", "revoked_token"],
    ["invalid_token", "invalid_token"],
  ])("F04 the code %s is told as %s, and the token is replaced", async ([code, kind]) => {
    const { client } = ground.connect();
    await client.GET("/things");
    ground.fake.onApi = () => refused(code);
    const result = await client.GET("/things");
    expect(toVendorError(result)).toMatchObject({ kind });
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it.for<[string, object[]]>([
    ["Bearer", [{ scheme: "bearer", parameters: {} }]],
    ['Bearer error="invalid_token"', [{ scheme: "bearer", parameters: { error: "invalid_token" } }]],
    [
      'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"',
      [
        { scheme: "newauth", parameters: { realm: "apps", type: "1", title: 'Login to "apps"' } },
        { scheme: "basic", parameters: { realm: "simple" } },
      ],
    ],
    [
      "Negotiate oYG2Mw==, Bearer error = invalid_token",
      [
        { scheme: "negotiate", parameters: {} },
        { scheme: "bearer", parameters: { error: "invalid_token" } },
      ],
    ],
    ['Bearer error="a, Basic realm=b"', [{ scheme: "bearer", parameters: { error: "a, Basic realm=b" } }]],
    ['Bearer error="first", error="second"', [{ scheme: "bearer", parameters: { error: "first" } }]],
    ["", []],
  ])("F04 the challenge %j is read by its grammar (RFC 9110 §11.6.1)", ([header, want]) => {
    expect(
      parseChallenges(header).map(({ scheme, parameters }) => ({ scheme, parameters: { ...parameters } })),
    ).toEqual(want);
  });

  it("F04 no challenge makes the reader throw or loop", () => {
    const pieces = fc.constantFrom("Bearer", " ", ",", "=", '"', "\\", "error", "invalid_token", "==", ";", "\t", "é");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((parts) => parts.join("")),
        ),
        (header) => {
          for (const { scheme, parameters } of parseChallenges(header)) {
            expect(scheme).toBe(scheme.toLowerCase());
            expect(Object.getPrototypeOf(parameters)).toBe(null);
          }
        },
      ),
    );
  });

  it.for([false, true])(
    "F05 a stream that was sent is not sent again after a 401 (with middleware: %s); the next call has a new token",
    async (hasMiddleware) => {
      const { client } = ground.connect();
      if (hasMiddleware) client.use({ onRequest: () => undefined });
      await client.GET("/things");
      ground.fake.revoke();
      const error = await rejection(client.POST("/things", { body: textStream("once") }));
      expect(error).toBeInstanceOf(TransportError);
      expect(error).toMatchObject({ reason: "not_replayable" });
      expect((await client.GET("/things")).status).toBe(200);
      expect(ground.fake.apiRequests.map(({ method }) => method)).toEqual(["GET", "POST", "GET"]);
      expect(ground.fake.tokenRequests).toHaveLength(2);
    },
  );

  it("F06 a body that is made by a function is made anew for the replay", async () => {
    const { client } = ground.connect();
    await client.GET("/things");
    ground.fake.revoke();
    let made = 0;
    const body = () => {
      made += 1;
      return textStream("made ", String(made));
    };
    expect((await client.POST("/things", { body })).data?.echo).toBe("made 2");
    expect(ground.fake.apiRequests.map((one) => one.body)).toEqual(["", "made 1", "made 2"]);
  });

  it("F06 with middleware, which may change it, a body is made once, and a 401 is told as not replayable", async () => {
    const { client } = ground.connect();
    client.use({ onRequest: () => undefined });
    const body = () => textStream("made");
    expect((await client.POST("/things", { body })).data?.echo).toBe("made");
    ground.fake.revoke();
    expect(await rejection(client.POST("/things", { body }))).toMatchObject({ reason: "not_replayable" });
  });

  const form = () => {
    const made = new FormData();
    made.set("name", "Ann");
    made.set("file", new Blob(["content"], { type: "text/plain" }), "a.txt");
    return made;
  };
  it.for<[string, BodyInit, string, string]>([
    ["a form with a file", form(), "content", "multipart/form-data"],
    ["a Blob", new Blob(["blob"], { type: "image/png" }), "blob", "image/png"],
    ["an ArrayBuffer", new TextEncoder().encode("buffer").buffer, "buffer", "application/json"],
    ["a typed array", new TextEncoder().encode("array"), "array", "application/json"],
    ["URLSearchParams", new URLSearchParams({ a: "1 2" }), "a=1+2", "application/x-www-form-urlencoded"],
  ])("F07 %s is sent as it is, and replayed whole", async ([, body, content, type]) => {
    const { client } = ground.connect();
    await client.GET("/things");
    ground.fake.revoke();
    expect((await client.POST("/things", { body })).data?.echo).toContain(content);
    const [, first, replay] = ground.fake.apiRequests;
    expect(first?.body).toContain(content);
    for (const sent of [first, replay]) expect(sent?.headers["content-type"]).toContain(type);
  });

  it("F07 an async iterator, which is read once, is not replayed", async () => {
    const { client } = ground.connect();
    await client.GET("/things");
    ground.fake.revoke();
    async function* parts() {
      yield new TextEncoder().encode("part");
    }
    expect(await rejection(client.POST("/things", { body: parts() }))).toMatchObject({ reason: "not_replayable" });
    expect(ground.fake.apiRequests.at(-1)?.body).toBe("part");
  });

  it("F08 the body of the first 401 holds no connection", async () => {
    const { client } = ground.connect();
    await client.GET("/things");
    ground.fake.onApi = ({ headers }) =>
      ground.fake.live.has(String(headers.authorization).replace("Bearer ", ""))
        ? undefined
        : { status: 401, body: { error: "invalid_token", padding: "x".repeat(30_000) } };
    for (let call = 0; call < 20; call += 1) {
      ground.fake.revoke();
      expect((await client.GET("/things")).status).toBe(200);
    }
    expect(ground.fake.connections).toBeLessThanOrEqual(2);
  });

  it("F08 of a 401 whose body never ends no more is read than an error takes", async () => {
    const { client } = ground.connect();
    await client.GET("/things");
    const chunk = Buffer.alloc(64 * 1024, "x");
    let written = 0;
    ground.fake.onApi = async (_received, count, response): Promise<"hang" | undefined> => {
      if (count !== 2) return undefined;
      const closed = once(response, "close").catch(() => {});
      response.writeHead(401, { "content-type": "application/json" });
      while (written < 300 * 1024 * 1024 && !response.destroyed) {
        written += chunk.length;
        if (!response.write(chunk)) await Promise.race([once(response, "drain").catch(() => {}), closed]);
      }
      return "hang";
    };
    expect((await client.GET("/things")).status).toBe(200);
    expect(written).toBeLessThan(32 * 1024 * 1024);
  });

  it("F08 where the refresh fails, the 401's body holds no connection either", async () => {
    const { client, clock } = ground.connect({ retries: false });
    await client.GET("/things");
    ground.fake.onToken = () => ({ status: 503 });
    ground.fake.onApi = () => ({ status: 401, body: { error: "invalid_token", padding: "x".repeat(30_000) } });
    for (let call = 0; call < 10; call += 1) {
      expect(await rejection(client.GET("/things"))).toMatchObject({ name: "AuthError" });
      clock.advance(120_000);
    }
    expect(ground.fake.connections).toBeLessThanOrEqual(2);
  });

  it("F09 a POST whose connection is lost after it was sent is not sent again", async () => {
    const { client } = ground.connect();
    await client.GET("/things");
    ground.fake.onApi = () => "drop";
    const error = await rejection(client.POST("/things", { body: { order: 1 } }));
    expect(error).toMatchObject({ name: "TransportError", reason: "network", outcome: "transient" });
    expect(ground.fake.apiRequests.filter(({ method }) => method === "POST")).toHaveLength(1);
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("F10 a POST that is answered 503 with Retry-After is returned, and not sent again", async () => {
    const { client } = ground.connect();
    ground.fake.onApi = () => ({ status: 503, headers: { "retry-after": "1" } });
    const result = await client.POST("/things", { body: { order: 1 } });
    expect(toVendorError(result)).toMatchObject({ status: 503, kind: "unavailable", outcome: "transient" });
    expect(ground.fake.apiRequests).toHaveLength(1);
  });

  it("F11 a token in its last seconds is not attached: the call waits for the next one", async () => {
    const { client, clock } = ground.connect();
    await client.GET("/things");
    clock.advance(3_600_000 - 29_000);
    await client.GET("/things");
    expect(tokensOf(ground.fake.apiRequests)).toEqual(["Bearer access-1-CANARY", "Bearer access-2-CANARY"]);
  });

  it("F11 a token that ends while the request waits at the vendor is replaced, and the request replayed", async () => {
    const { client } = ground.connect();
    await client.GET("/things");
    const queue = createBarrier();
    ground.fake.onApi = async (_received, count) => {
      if (count === 2) await queue.wait();
      return undefined;
    };
    const call = client.POST("/things", { body: { slow: true } });
    await until(() => queue.size === 1);
    ground.fake.revoke();
    queue.release();
    expect((await call).data?.echo).toBe('{"slow":true}');
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it("F11 before an upload that cannot be replayed, a refresh gives a token with its whole life", async () => {
    const { client, clock } = ground.connect();
    await client.GET("/things");
    clock.advance(1_800_000);
    await client.auth.refresh();
    expect(client.auth.status()).toMatchObject([{ expiresAt: expect.closeTo(clock.now() + 3_600_000, -3) }]);
    expect((await client.POST("/things", { body: textStream("upload") })).status).toBe(200);
    expect(tokensOf(ground.fake.apiRequests).at(-1)).toBe("Bearer access-2-CANARY");
  });

  it.for([1, 20])(
    "F12 a new token that the vendor does not know yet costs %d callers a moment, and no refresh",
    async (callers) => {
      const { client, clock, events } = ground.connect();
      ground.fake.onApi = refusing(callers);
      const results = await passing([clock], Promise.all(Array.from({ length: callers }, () => client.GET("/things"))));
      expect(results.map(({ status }) => status)).toEqual(Array.from({ length: callers }, () => 200));
      expect(ground.fake.tokenRequests).toHaveLength(1);
      expect(events.filter(({ type }) => type === "invalidation")).toEqual([]);
    },
  );

  const hidden: ErrorRules = {
    envelopes: [{ code: "/errorCode", message: "/errorText" }],
    table: [
      { status: 200, code: "SESSION_ENDED", kind: "expired_token" },
      { status: 200, code: "NO_SUCH_THING", kind: "not_found" },
    ],
  };

  it("F13 a refused token under a 200 is replaced where the document says so", async () => {
    const { client } = ground.connect({ errors: hidden });
    await client.GET("/things");
    ground.fake.onApi = refusing(2, { body: { errorCode: "SESSION_ENDED", errorText: "sign in again" } });
    expect((await client.POST("/things", { body: 1 })).data).toMatchObject({ ok: true, echo: "1" });
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it("F13 what stays refused under a 200 is returned, and described by the document's table", async () => {
    const { client } = ground.connect({ errors: hidden });
    ground.fake.onApi = () => ({ body: { errorCode: "NO_SUCH_THING" } });
    const result = await client.GET("/things");
    expect(result.data).toEqual({ errorCode: "NO_SUCH_THING" });
    expect(toVendorError(result)).toMatchObject({ status: 200, kind: "not_found", code: "NO_SUCH_THING" });
    expect(isVendorError(await rejection(unwrap(client.GET("/things"))))).toBe(true);
    ground.fake.onApi = undefined;
    expect(toVendorError(await client.GET("/things"))).toBe(undefined);
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("F13 where the document says nothing, a 200 is a success, whatever its body holds", async () => {
    const { client } = ground.connect();
    ground.fake.onApi = () => ({ body: { error: "invalid_token" } });
    const result = await client.GET("/things");
    expect(result.data).toEqual({ error: "invalid_token" });
    expect(toVendorError(result)).toBe(undefined);
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("F14 each page asks for its token anew, across an expiry and a revocation", async () => {
    const pagination: Pagination = {
      scheme: "page",
      in: "query",
      position: "page",
      items: "$response.body#/items",
      pages: "$response.body#/pages",
    };
    const { client, clock } = ground.connect({ operations: { "GET /things": { pagination } } });
    ground.fake.onApi = ({ headers, path }) => {
      if (!ground.fake.live.has(String(headers.authorization).replace("Bearer ", ""))) return undefined;
      return { body: { items: [path], pages: 4 } };
    };
    const items: unknown[] = [];
    for await (const item of client.paginate("GET", "/things", { prefetch: false })) {
      items.push(item);
      if (items.length === 1) ground.fake.revoke();
      if (items.length === 2) clock.advance(3_601_000);
    }
    expect(items).toHaveLength(4);
    expect([...new Set(tokensOf(ground.fake.apiRequests))]).toEqual([
      "Bearer access-1-CANARY",
      "Bearer access-2-CANARY",
      "Bearer access-3-CANARY",
    ]);
  });

  it.for(["Authorization", "authorization"])(
    "F15 a caller's own %s header goes in place of ours, and is neither doubled nor replayed",
    async (name) => {
      const { client } = ground.connect();
      const { status } = await client.GET("/things", { headers: { [name]: "Bearer of-their-own" } });
      expect(status).toBe(401);
      expect(tokensOf(ground.fake.apiRequests)).toEqual(["Bearer of-their-own"]);
      expect(ground.fake.tokenRequests).toEqual([]);
      expect((await client.GET("/things")).status).toBe(200);
    },
  );
});
