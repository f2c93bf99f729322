import { once } from "node:events";
import { createServer } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { AuthError } from "../../src/index.ts";
import { parseTokenResponse } from "../../src/auth/token-endpoint/token-response.ts";
import type { ExpiryRule } from "../../src/vendor.ts";
import { createCanaries } from "../support/canaries.ts";
import { type FakeVendor, type Handler, type Reply, startFakeVendor } from "../support/fake-vendor.ts";
import { testLifecycle } from "../support/test-vendor.ts";
import { startTlsVendor } from "../support/tls-vendor.ts";
import { type GroundOptions, layGround, rejection, sharedError, until } from "./support/fault-harness.ts";

const ground = layGround();

/** A client whose calls fail with the first attempt. */
const connectOnce = (options: GroundOptions = {}) => ground.connect({ retries: false, ...options });

const day = 24 * 3_600_000;
const good = { access_token: "granted-CANARY", token_type: "Bearer", expires_in: 3600 };

/** Reads a token response as the test vendor's document has it, but for its rules of expiry. */
const parse = (body: unknown, expiry?: readonly ExpiryRule[], headers = new Headers(), offsetInMs = 0) =>
  parseTokenResponse(
    { ...testLifecycle, response: testLifecycle.response.map((one) => ({ ...one, ...(expiry ? { expiry } : {}) })) },
    { headers, body, now: Date.parse("2030-01-01T00:00:00Z"), offsetInMs, credentials: {} },
  );

/** A cold call whose sign-in is answered like this, and the call after the back-off, whose sign-in succeeds. */
async function signInAnswered(answer: Handler): Promise<unknown> {
  const { client, clock } = connectOnce();
  ground.fake.onToken = answer;
  const error = await rejection(client.GET("/things"));
  expect(ground.fake.tokenRequests, "one request").toHaveLength(1);
  expect(client.auth.status(), "nothing is cached").toMatchObject([{ state: "waiting" }]);
  expect(createCanaries().find({ error })).toEqual([]);
  ground.fake.onToken = undefined;
  clock.advance(2_000);
  expect((await client.GET("/things")).status, "the next attempt works").toBe(200);
  await client.close();
  return error;
}

/** Writes its own bytes. */
const raw =
  (status: number, headers: Record<string, string>, ...parts: readonly (string | Buffer)[]): Handler =>
  (_received, _count, response) => {
    response.writeHead(status, headers);
    for (const part of parts) response.write(part);
    response.end();
    return "hang";
  };

describe("token endpoints that misbehave", () => {
  it.for<[string, Handler]>([
    ["that is not JSON", () => ({ body: "{access_token: granted-CANARY}" })],
    ["that is cut off", () => ({ body: JSON.stringify(good).slice(0, -5) })],
    ["that is empty", () => ({ status: 200 })],
    ["that is a 204", () => ({ status: 204 })],
    [
      "behind a byte order mark of another encoding",
      raw(200, {}, Buffer.from(`\ufeff${JSON.stringify(good)}`, "utf16le")),
    ],
    ["that is JSON and no object", () => ({ body: "null" })],
    ["that is a bare text", () => ({ body: '"granted-CANARY"' })],
  ])("E01 a token response %s is a transient failure, and nothing of it is kept", async ([, answer]) => {
    expect(await signInAnswered(answer)).toMatchObject({ name: "AuthError", outcome: "transient", kind: "unexpected" });
  });

  it("E01 a token response that ends before its declared length is a transient failure, and nothing of it is kept", async () => {
    const error = await signInAnswered((_received, _count, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "500" });
      response.write(JSON.stringify(good));
      response.socket?.end();
      return "hang";
    });
    expect(error).toMatchObject({ name: "AuthError", outcome: "transient", kind: "unavailable" });
  });

  it("E01 a byte order mark before sound JSON is passed over, as RFC 8259 §8.1 allows", async () => {
    const { client } = connectOnce();
    ground.fake.onToken = () => {
      ground.fake.admit("granted-CANARY");
      return { body: `\ufeff${JSON.stringify(good)}` };
    };
    expect((await client.GET("/things")).status).toBe(200);
  });

  it.for([200, 403, 502])(
    "E02 an HTML page with status %d gives a typed error that quotes none of it",
    async (status) => {
      const page = "<html><title>Please sign in</title><input name=token value=hidden-CANARY></html>";
      const error = await signInAnswered(() => ({ status, body: page, headers: { "content-type": "text/html" } }));
      expect(error).toBeInstanceOf(AuthError);
      expect(String(error)).not.toMatch(/<|Please sign in/u);
    },
  );

  it("E03 an error under a 200 is that error: refused credentials are remembered", async () => {
    const { client } = connectOnce();
    ground.fake.onToken = () => ({ body: { error: "invalid_client", error_description: "unknown client" } });
    const error = await rejection(client.GET("/things"));
    expect(error).toMatchObject({
      outcome: "configuration",
      kind: "invalid_credentials",
      code: "invalid_client",
      status: 200,
    });
    expect(sharedError(await rejection(client.GET("/things")))).toBe(sharedError(error));
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("E03 invalid_grant under a 200 ends the refresh token, and the sign-in follows", async () => {
    ground.fake.rotating = true;
    const { client, clock } = connectOnce();
    await client.GET("/things");
    clock.advance(3_601_000);
    ground.fake.onToken = (_, count) => (count === 2 ? { body: { error: "invalid_grant" } } : undefined);
    expect((await client.GET("/things")).status).toBe(200);
    expect(ground.fake.tokenRequests.map(({ body }) => new URLSearchParams(body).get("grant_type"))).toEqual([
      "client_credentials",
      "refresh_token",
      "client_credentials",
    ]);
  });

  it("E03 an envelope that only says no is a failure without a code", async () => {
    const error = await signInAnswered(() => ({ body: { ok: false } }));
    expect(error).toMatchObject({ outcome: "transient", kind: "unexpected", code: undefined });
  });

  it.for<[string, Reply, object]>([
    [
      "text/plain",
      { body: '{"error":"invalid_client"}', headers: { "content-type": "text/plain" } },
      { kind: "invalid_credentials", code: "invalid_client" },
    ],
    [
      "application/problem+json",
      {
        body: {
          type: "closed",
          title: "Closed",
          detail: "error=invalid_client code=invalid_client",
        },
        headers: { "content-type": "application/problem+json" },
      },
      { kind: "invalid_request", code: "closed" },
    ],
    [
      "text/plain that is no JSON",
      { body: "invalid_client", headers: { "content-type": "text/plain" } },
      { code: undefined },
    ],
  ])("E04 the code of a 400 of %s is taken from its place, and never out of a text", async ([, reply, want]) => {
    const { client } = connectOnce();
    ground.fake.onToken = () => ({ status: 400, ...reply });
    const error = await rejection(client.GET("/things"));
    expect(error).toMatchObject({ name: "AuthError", status: 400, ...want });
  });

  it.for([
    [1800, 1800_000],
    [undefined, 3600_000],
  ] as const)(
    "E05 without expires_in a documented lifetime of %s s stands in, marked as estimated",
    async ([documented, lifetime]) => {
      const lifecycle = documented === undefined ? {} : { lifetimeInSeconds: documented };
      const { client, clock } = connectOnce({ lifecycle });
      ground.fake.onToken = (_, count) => {
        ground.fake.admit(`granted-${count}-CANARY`);
        return { body: { access_token: `granted-${count}-CANARY` } };
      };
      await client.GET("/things");
      expect(client.auth.status()).toMatchObject([
        { estimated: true, expiresAt: expect.closeTo(clock.now() + lifetime, -3) },
      ]);
      ground.fake.revoke();
      expect((await client.GET("/things")).status, "a wrong guess is corrected by a 401").toBe(200);
      expect(ground.fake.tokenRequests).toHaveLength(2);
    },
  );

  it.for(["3600", " 3600 ", "3600.0", 3600])("E06 expires_in %j is 3600 seconds", (value) => {
    expect(parse({ ...good, expires_in: value })).toMatchObject({
      token: { lifetimeInMs: 3_600_000, estimated: false },
    });
  });

  it.for(["abc", "12abc", "2031-01-01T00:00:00Z", "NaN", "Infinity", "1e3", "0x10", "", [], [3600], {}, true, null])(
    "E07 expires_in %j is no lifetime: the default stands in, and the token expires",
    (value) => {
      expect(parse({ ...good, expires_in: value })).toMatchObject({
        token: { lifetimeInMs: 3_600_000, estimated: true },
      });
    },
  );

  it.for([0, -5, "-5", -1e300])(
    "E08 a token that lives %j s is a failure with a back-off, not a loop",
    async (value) => {
      const error = await signInAnswered(() => ({ body: { ...good, expires_in: value } }));
      expect(error).toMatchObject({ outcome: "transient", kind: "unexpected" });
    },
  );

  it("E08 a hundred calls while tokens come expired cost one request per back-off slot", async () => {
    const { client, clock } = connectOnce();
    ground.fake.onToken = () => ({ body: { ...good, expires_in: -5 } });
    for (let call = 0; call < 100; call += 1) await rejection(client.GET("/things"));
    expect(ground.fake.tokenRequests).toHaveLength(1);
    clock.advance(2_000);
    for (let call = 0; call < 100; call += 1) await rejection(client.GET("/things"));
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it.for([1e12, 1e300, 1.8e9, "180000000000"])(
    "E09 expires_in %j is clamped to ninety days, and marked as estimated",
    (value) => {
      expect(parse({ ...good, expires_in: value })).toMatchObject({
        token: { lifetimeInMs: 90 * day, estimated: true },
      });
    },
  );

  it("E09 a documented lifetime is believed before an impossible one, and a refresh token's is finite too", () => {
    const body = { ...good, expires_in: 1.8e9, refresh_token: "refresh-CANARY", refresh_expires_in: 1e308 };
    const parsed = parseTokenResponse(
      { ...testLifecycle, lifetimeInSeconds: 1800 },
      { headers: new Headers(), body, now: 0, offsetInMs: 0, credentials: {} },
    );
    expect(parsed).toMatchObject({ token: { lifetimeInMs: 1_800_000, refreshLifetimeInMs: 3650 * day } });
  });

  const at = "$response.body#/at";
  it.for<[ExpiryRule["as"], unknown, number]>([
    ["epoch-seconds", 1893459600, 3_600_000],
    ["epoch-seconds", "1893459600", 3_600_000],
    ["epoch-milliseconds", 1893459600000, 3_600_000],
    ["date-time", "2030-01-01T01:00:00Z", 3_600_000],
    ["date-time", "2030-01-01T01:00:00", 3_600_000],
    ["date-time", "2030-01-01T02:00:00+01:00", 3_600_000],
    ["date-time", "2030-01-01 01:00:00.123456Z", 3_600_123],
    ["instant", 1893459600, 3_600_000],
    ["instant", "2030-01-01T01:00:00Z", 3_600_000],
  ])("E10 an expiry given as %s %j is read by the document's word", ([as, value, lifetimeInMs]) => {
    expect(parse({ ...good, at: value }, [{ from: at, as }])).toMatchObject({
      token: { lifetimeInMs, estimated: false },
    });
  });

  it.for<[ExpiryRule["as"], unknown]>([
    ["epoch-seconds", 1893459600000],
    ["epoch-seconds", "2030-01-01T01:00:00Z"],
    ["epoch-milliseconds", "soon"],
    ["date-time", 1893459600],
    ["date-time", "01/02/2030"],
    ["date-time", "Tue, 01 Jan 2030 01:00:00 GMT"],
    ["date-time", "2030-13-45T99:00:00Z"],
  ])("E10 %s %j, which the document did not announce, is never an expiry far away", ([as, value]) => {
    const parsed = parse({ ...good, at: value }, [{ from: at, as }]);
    expect(parsed).toMatchObject({ token: { estimated: true } });
    expect(parsed.ok && parsed.token.lifetimeInMs).toBeLessThanOrEqual(90 * day);
  });

  it("E10 of two fields that disagree, the earlier wins", () => {
    const both: ExpiryRule[] = [
      { from: "$response.body#/expires_in", as: "seconds" },
      { from: at, as: "date-time" },
    ];
    expect(parse({ ...good, expires_in: 600, at: "2030-01-01T01:00:00Z" }, both)).toMatchObject({
      token: { lifetimeInMs: 600_000 },
    });
    expect(parse({ ...good, expires_in: 6000, at: "2030-01-01T01:00:00Z" }, both)).toMatchObject({
      token: { lifetimeInMs: 3_600_000 },
    });
  });

  it.for(["bearer", "BEARER", "Bearer", undefined])("E11 the token type %j is taken as Bearer", async (tokenType) => {
    const { client } = connectOnce();
    ground.fake.onToken = () => {
      ground.fake.admit("granted-CANARY");
      return { body: { ...good, token_type: tokenType } };
    };
    expect((await client.GET("/things")).status).toBe(200);
    expect(ground.fake.apiRequests[0]?.headers.authorization).toBe("Bearer granted-CANARY");
  });

  it.for(["mac", "DPoP", 7, "Bearer\r\nX: y"])("E11 a token of the type %j is refused", async (tokenType) => {
    const error = await signInAnswered(() => ({ body: { ...good, token_type: tokenType } }));
    expect(error).toMatchObject({
      outcome: "configuration",
      message: expect.stringContaining("the token type is not one of Bearer"),
    });
  });

  it.for([undefined, "", 42, {}, null, ["granted-CANARY"]])(
    "E12 an access token that is %j is an error, and the refresh token beside it is kept all the same",
    async (accessToken) => {
      ground.fake.rotating = true;
      const { client, clock } = connectOnce();
      await client.GET("/things");
      ground.fake.onToken = (_, count, _response) =>
        count === 2
          ? { body: { access_token: accessToken, refresh_token: "rotated-CANARY", expires_in: 3600 } }
          : undefined;
      clock.advance(3_601_000);
      expect(await rejection(client.GET("/things"))).toMatchObject({ name: "AuthError", outcome: "transient" });
      clock.advance(2_000);
      await client.GET("/things").catch(() => {});
      expect(ground.fake.tokenRequests[2]?.body).toContain("rotated-CANARY");
    },
  );

  it("E13 a body of 300 MiB is left at the cap", async () => {
    const chunk = Buffer.alloc(64 * 1024, " ");
    let written = 0;
    let closed = Promise.resolve();
    const error = await signInAnswered(async (_received, _count, response): Promise<"hang"> => {
      closed = once(response, "close").then(() => {});
      response.writeHead(200, { "content-type": "application/json" });
      while (written < 300 * 1024 * 1024 && !response.destroyed) {
        written += chunk.length;
        if (!response.write(chunk)) await Promise.race([once(response, "drain"), closed]);
      }
      return "hang";
    });
    await closed;
    expect(error).toMatchObject({ outcome: "transient", kind: "unavailable" });
    expect(written, "what the sockets' buffers took").toBeLessThan(32 * 1024 * 1024);
  });

  it.for<[string, Handler]>([
    ["that never sends headers", () => "hang"],
    [
      "that sends its body a byte at a time",
      (_received, _count, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write("{");
        return "hang";
      },
    ],
  ])("E14 a token endpoint %s is left at the deadline, with a timeout of its own kind", async ([, answer]) => {
    const { client, clock } = connectOnce();
    ground.fake.onToken = answer;
    const call = rejection(client.GET("/things"));
    await until(() => ground.fake.tokenRequests.length === 1);
    clock.advance(9_999);
    expect(client.auth.status()).toMatchObject([{ state: "signed_out" }]);
    clock.advance(1);
    expect(await call).toMatchObject({ name: "AuthError", outcome: "timed_out", kind: "unavailable" });
  });

  it("E14 a server that accepts connections and says nothing is left at the deadline", async () => {
    let connections = 0;
    const server = createServer(() => {
      connections += 1;
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    const { client, clock } = connectOnce({ server: { url } });
    const call = rejection(client.GET("/things"));
    await until(() => connections === 1);
    clock.advance(10_000);
    expect(await call).toMatchObject({ name: "AuthError", outcome: "timed_out" });
    server.close();
  });

  it("E15 a few bytes that unfold to 64 MiB are left at the cap", async () => {
    let unfolded = 0;
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, " "));
    ground.fake.onToken = raw(200, { "content-type": "application/json", "content-encoding": "gzip" }, bomb);
    const { client } = connectOnce({
      async fetch(request) {
        const response = await fetch(request);
        const counted = new TransformStream<Uint8Array, Uint8Array>({
          transform(chunk, controller) {
            unfolded += chunk.byteLength;
            controller.enqueue(chunk);
          },
        });
        return new Response(response.body?.pipeThrough(counted) ?? null, response);
      },
    });
    expect(await rejection(client.GET("/things"))).toMatchObject({ name: "AuthError", outcome: "transient" });
    expect(bomb.length).toBeLessThan(256 * 1024);
    expect(unfolded).toBeLessThan(2 * 1024 * 1024);
  });

  it.for(["text/plain", "text/html; charset=utf-8", "application/octet-stream"])(
    "E16 sound JSON is taken under %s",
    async (type) => {
      const { client } = connectOnce();
      ground.fake.onToken = () => {
        ground.fake.admit("granted-CANARY");
        return { body: JSON.stringify(good), headers: { "content-type": type } };
      };
      expect((await client.GET("/things")).status).toBe(200);
    },
  );

  it("E16 a form-encoded token response is refused: RFC 6749 §5.1 has JSON", async () => {
    const error = await signInAnswered(() => ({
      body: "access_token=granted-CANARY&token_type=bearer&expires_in=3600",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    }));
    expect(error).toMatchObject({ outcome: "transient", kind: "unexpected" });
  });

  it.for([
    { data: { access_token: "nested-CANARY" } },
    { token: "other-CANARY", accessToken: "camel-CANARY", id_token: "id-CANARY" },
    [{ access_token: "listed-CANARY" }],
  ])("E17 nothing but the declared place is read: %#", async (body) => {
    expect(await signInAnswered(() => ({ body }))).toMatchObject({ outcome: "transient" });
  });

  it("E17 of a key that is there twice the last one counts, as for every JSON parser", async () => {
    const { client } = connectOnce();
    ground.fake.onToken = () => {
      ground.fake.admit("second-CANARY");
      return {
        body: '{"access_token":"first-CANARY","expires_in":1,"access_token":"second-CANARY","expires_in":3600}',
      };
    };
    expect((await client.GET("/things")).status).toBe(200);
    expect(ground.fake.apiRequests[0]?.headers.authorization).toBe("Bearer second-CANARY");
  });

  it("E18 __proto__, constructor and toString in a token response are keys like others", async () => {
    const error = await signInAnswered(() => ({
      body: '{"__proto__":{"access_token":"proto-CANARY","polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":"x"}',
    }));
    expect(error).toMatchObject({ outcome: "transient" });
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    expect(parse({}, undefined).ok).toBe(false);
  });

  it.for([301, 302, 303, 307, 308])(
    "E19 a %d from the token endpoint is refused, whether it leads elsewhere or not",
    async (status) => {
      const other = await startFakeVendor();
      const targets = [`${other.url}/token`, `${ground.fake.url}/token/new`, "/token/new"];
      for (const location of targets) {
        const before = ground.fake.tokenRequests.length;
        const { client } = connectOnce();
        ground.fake.onToken = () => ({ status, headers: { location } });
        expect(await rejection(client.GET("/things"))).toMatchObject({ name: "AuthError", outcome: "security" });
        expect(ground.fake.tokenRequests).toHaveLength(before + 1);
      }
      expect([...other.tokenRequests, ...other.apiRequests]).toEqual([]);
      await other.close();
    },
  );

  it("E20 a 401 with a Basic challenge means that the credentials are refused; no other way to send them is tried", async () => {
    const { client } = connectOnce();
    ground.fake.onToken = () => ({ status: 401, headers: { "www-authenticate": 'Basic realm="acme"' } });
    const error = await rejection(client.GET("/things"));
    expect(error).toMatchObject({ outcome: "configuration", kind: "invalid_credentials", status: 401 });
    expect(sharedError(await rejection(client.GET("/things")))).toBe(sharedError(error));
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("E20 a one-time refresh token is sent once, whatever the challenge", async () => {
    ground.fake.rotating = true;
    const { client, clock } = connectOnce();
    await client.GET("/things");
    ground.fake.onToken = () => ({
      status: 401,
      headers: { "www-authenticate": 'Basic realm="acme", Bearer error="invalid_client"' },
      body: { error: "invalid_client" },
    });
    clock.advance(3_601_000);
    for (let call = 0; call < 5; call += 1) await rejection(client.GET("/things"));
    expect(ground.fake.tokenRequests.filter(({ body }) => body.includes("refresh-1-CANARY"))).toHaveLength(1);
  });

  it.for(["self-signed", "expired", "wrong-host"] as const)(
    "E21 a %s certificate gives a typed error, and nothing is sent",
    async (fault) => {
      const vendor = await startTlsVendor(fault);
      const { client } = connectOnce({ server: { url: vendor.url } });
      const error = await rejection(client.GET("/things"));
      expect(error).toMatchObject({ name: "AuthError", outcome: "transient", kind: "unavailable", code: vendor.code });
      expect(vendor.requests).toBe(0);
      expect(vendor.connections).toBe(1);
      await vendor.close();
    },
  );

  it("E22 the deadline covers the connection, which here is never made", async () => {
    let isAsked = false;
    const { client, clock } = connectOnce({
      fetch: () => {
        isAsked = true;
        return new Promise(() => {});
      },
    });
    const call = rejection(client.GET("/things"));
    await until(() => isAsked);
    clock.advance(10_000);
    expect(await call).toMatchObject({ name: "AuthError", outcome: "timed_out" });
  });

  it.for(["ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"])(
    "E22 after %s a one-time refresh token counts as not sent",
    async (code) => {
      ground.fake.rotating = true;
      let isDown = false;
      const { client, clock, events } = connectOnce({
        fetch: async (request) => {
          if (isDown) throw new TypeError("fetch failed", { cause: Object.assign(new Error(), { code }) });
          return fetch(request);
        },
      });
      await client.GET("/things");
      clock.advance(3_601_000);
      isDown = true;
      expect(await rejection(client.GET("/things"))).toMatchObject({ outcome: "transient", code });
      isDown = false;
      clock.advance(2_000);
      expect((await client.GET("/things")).status).toBe(200);
      expect(events.filter((event) => event.type === "refresh" && event.inDoubtAttempt)).toEqual([]);
      expect(ground.fake.reuses).toBe(0);
    },
  );

  it("E23 informational answers and trailers are passed over", async () => {
    const { client } = connectOnce();
    ground.fake.onToken = (_received, _count, response) => {
      ground.fake.admit("granted-CANARY");
      response.writeProcessing();
      response.writeEarlyHints({ link: "</style.css>; rel=preload" });
      response.writeHead(200, { "content-type": "application/json", trailer: "x-token" });
      response.write(JSON.stringify(good));
      response.addTrailers({ "x-token": "trailer" });
      response.end();
      return "hang";
    };
    expect((await client.GET("/things")).status).toBe(200);
  });

  it("E23 a connection that ends after a refresh was sent leaves it in doubt: it is used once more, marked", async () => {
    ground.fake.rotating = true;
    const { client, clock, events } = connectOnce();
    await client.GET("/things");
    clock.advance(3_601_000);
    ground.fake.onToken = (_, count) => (count === 2 ? "drop" : undefined);
    expect(await rejection(client.GET("/things"))).toMatchObject({ outcome: "in_doubt" });
    clock.advance(2_000);
    expect((await client.GET("/things")).status).toBe(200);
    expect(refreshes(ground.fake)).toEqual(["refresh-1-CANARY", "refresh-1-CANARY"]);
    expect(events.filter((event) => event.type === "refresh").map((event) => event.inDoubtAttempt)).toEqual([
      false,
      false,
      true,
    ]);
  });
});

const refreshes = (fake: FakeVendor): string[] =>
  fake.tokenRequests.flatMap(({ body }) => new URLSearchParams(body).get("refresh_token") ?? []);
