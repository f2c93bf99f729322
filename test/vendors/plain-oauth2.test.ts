import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CallInit, Refusal, Rest, Success, Undocumented } from "../../src/client/call-types.ts";
import { type Client, connect, createMemoryStore, toVendorError, type LatchkeyEvent } from "../../src/index.ts";
import type { Vendor } from "../../src/vendor.ts";
import { type AuthorizationServer, startAuthorizationServer } from "../support/authorization-server.ts";
import { caught } from "../support/caught.ts";
import { evaluate, generateText, textOf } from "../support/generated.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";

const document = (flow: string) => `openapi: 3.1.0
info: { title: Acme, version: "1" }
servers: [{ url: https://acme.example }]
security: [{ oauth: [things] }]
paths:
  /things:
    get:
      operationId: listThings
      responses:
        "200":
          description: All things.
          content: { application/json: { schema: { type: array, items: { type: object, properties: { id: { type: string } } } } } }
components:
  securitySchemes:
    oauth: { type: oauth2, flows: { clientCredentials: { ${flow}, scopes: { things: Read things. } } } }
`;
const lifetimeInSeconds = 300;

let server: AuthorizationServer;
let clock: ManualClock;
/** Both sides' time: ours is handed in, the provider asks the platform. */
const advance = (ms: number) => {
  clock.advance(ms);
  vi.setSystemTime(clock.now());
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  clock = createManualClock();
  // Development advice of the provider's.
  vi.spyOn(console, "info").mockImplementation(() => {});
  vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(async () => {
  await server.close();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** The vendor that the generator makes of the document, run. */
async function vendorOf(flow: string): Promise<Vendor> {
  const files = await generateText(document(flow));
  return Object(evaluate(textOf(files, "vendor.ts")).acme);
}

interface ThingsTypes {
  paths: {
    "/things": { GET(init?: CallInit): Promise<Success<200, { id: string }[]> | Refusal<Rest, Undocumented>> };
  };
  methods: { GET: "/things" };
  credentials: { clientId: string; clientSecret: string; scope?: string };
  actors: never;
  servers: "default";
  hosts: never;
  codes: never;
  items: Record<never, never>;
  batches: Record<never, never>;
}

function open(vendor: Vendor, store = createMemoryStore({ clock }), credentials: object = server.credentials) {
  const events: LatchkeyEvent[] = [];
  const client: Client<ThingsTypes> = connect<ThingsTypes>(Object(vendor), {
    credentials: Object(credentials),
    server: { url: server.url },
    clock,
    store,
    onEvent: (event) => events.push(event),
  });
  return { client, events };
}

describe("a vendor generated from a plain oauth2 document, none of our extensions in it", () => {
  beforeEach(async () => {
    server = await startAuthorizationServer({ lifetimeInSeconds, refreshTokens: false });
  });

  it("signs in to a real authorization server, whose API asks about the token, and calls it", async () => {
    const { client } = open(await vendorOf("tokenUrl: /token"));
    const { data, status } = await client.GET("/things");
    expect(status).toBe(200);
    expect(data).toEqual([{ id: "one" }, { id: "two" }]);
    expect(client.auth.status()).toMatchObject([{ state: "signed_in", scope: "things", tokenType: "Bearer" }]);
    expect(server.log).toEqual(["POST /token 200", "GET /things 200"]);
  });

  it("stays signed in for an hour of tokens of five minutes, with twenty callers at a time", async () => {
    const { client } = open(await vendorOf("tokenUrl: /token"));
    for (let minute = 0; minute < 60; minute++) {
      const results = await Promise.all(Array.from({ length: 20 }, () => client.GET("/things")));
      expect(new Set(results.map(({ status }) => status))).toEqual(new Set([200]));
      while (clock.timers > 0) await new Promise((resolve) => setImmediate(resolve));
      advance(60_000);
    }
    expect(server.log.filter((line) => line === "GET /things 200")).toHaveLength(1200);
    expect(server.log.filter((line) => line === "GET /things 401")).toHaveLength(0);
    expect(server.log.filter((line) => line === "POST /token 200").length).toBeLessThanOrEqual(16);
  });

  it("tells wrong credentials after one request", async () => {
    const { client } = open(await vendorOf("tokenUrl: /token"), undefined, {
      ...server.credentials,
      clientSecret: "wrong-secret",
    });
    const error = await caught(client.GET("/things"));
    expect(error).toMatchObject({
      name: "AuthError",
      kind: "invalid_credentials",
      code: "invalid_client",
      status: 401,
    });
    expect(Object(await caught(client.GET("/things"))).cause).toBe(Object(error).cause);
    expect(server.log).toEqual(["POST /token 401"]);
  });

  it("tells a scope that the token lacks by the challenge of an answer without a body, and asks for no new token", async () => {
    const vendor = await vendorOf("tokenUrl: /token");
    const oauth = vendor.schemes.oauth;
    const { scope: _, ...credentials } = oauth?.credentials ?? {};
    // As if the document named no scope to ask for.
    const { client } = open({
      ...vendor,
      schemes: {
        oauth: Object({ ...oauth, credentials: { ...credentials, scope: { secret: false, optional: true } } }),
      },
    });
    const result = await client.GET("/things");
    expect(result.status).toBe(403);
    expect(toVendorError(result)).toMatchObject({ kind: "permission_denied", code: "insufficient_scope" });
    expect(server.log).toEqual(["POST /token 200", "GET /things 403"]);
  });
});

describe("refresh tokens that may be spent once, at a server that ends the grant when one is spent twice", () => {
  beforeEach(async () => {
    server = await startAuthorizationServer({ lifetimeInSeconds, refreshTokens: true });
  });

  it.each([
    ["as plain oauth2 has them", false],
    ["said to rotate", true],
  ])("%s serve three clients of one credential for an hour, and none is reused", async (_, rotates) => {
    const plain = await vendorOf("tokenUrl: /token, refreshUrl: /token");
    const { oauth } = plain.schemes;
    const vendor: Vendor = rotates
      ? { ...plain, schemes: { oauth: Object({ ...oauth, lifecycle: { ...oauth?.lifecycle, rotates } }) } }
      : plain;
    const store = createMemoryStore({ clock });
    const clients = Array.from({ length: 3 }, () => open(vendor, store));
    for (let minute = 0; minute < 60; minute++) {
      const calls = clients.flatMap(({ client }) => Array.from({ length: 5 }, () => client.GET("/things")));
      expect(new Set((await Promise.all(calls)).map(({ status }) => status))).toEqual(new Set([200]));
      while (clock.timers > 0) await new Promise((resolve) => setImmediate(resolve));
      // Now and then past the end of a token's life.
      advance(minute % 7 === 6 ? 400_000 : 60_000);
    }
    expect(server.failures).toEqual([]);
    const grants = clients.flatMap(({ events }) =>
      events.flatMap((event) => (event.type === "refresh" ? [event.grant] : [])),
    );
    expect(grants.filter((grant) => grant === "client_credentials")).toHaveLength(1);
    // Two in every seven rounds: one before the long pause, one after it.
    expect(grants.length).toBeGreaterThanOrEqual(16);
    expect(server.log.filter((line) => line === "POST /token 200")).toHaveLength(grants.length);
  });

  it("are told apart from spent ones by this server: it refuses the second use, and what came of the first", async () => {
    const ask = async (fields: Record<string, string>) => {
      const text = (one: string) => new URLSearchParams([["", one]]).toString().slice(1);
      const { clientId, clientSecret } = server.credentials;
      const response = await fetch(`${server.url}/token`, {
        method: "POST",
        headers: { authorization: `Basic ${btoa(`${text(clientId)}:${text(clientSecret)}`)}` },
        body: new URLSearchParams(fields),
      });
      return { status: response.status, token: Object(await response.json()).refresh_token };
    };
    const spend = (token: string) => ask({ grant_type: "refresh_token", refresh_token: token });
    const granted = await ask({ grant_type: "client_credentials", scope: "things" });
    const rotated = await spend(granted.token);
    expect([rotated.status, rotated.token === granted.token]).toEqual([200, false]);
    expect((await spend(granted.token)).status).toBe(400);
    expect((await spend(rotated.token)).status).toBe(400);
    expect(server.failures).toHaveLength(2);
  });

  it("ended by the server are replaced by one sign-in", async () => {
    const { client, events } = open(await vendorOf("tokenUrl: /token, refreshUrl: /token"));
    await client.GET("/things");
    // A day later nothing of the grant is left.
    advance(90_000_000);
    const results = await Promise.all(Array.from({ length: 10 }, () => client.GET("/things")));
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set([200]));
    expect(events.flatMap((event) => (event.type === "refresh" ? [`${event.grant} ${event.outcome}`] : []))).toEqual([
      "client_credentials ok",
      "refresh_token invalid_grant",
      "client_credentials ok",
    ]);
  });
});
