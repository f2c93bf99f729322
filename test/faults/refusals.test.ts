/** Refusals at the token endpoint: which are one, for how long they are remembered, and tokens that a resource refuses. */
import { describe, expect, it } from "vitest";
import { createMemoryStore, type TokenStore } from "../../src/index.ts";
import type { ErrorRule } from "../../src/vendor.ts";
import type { Received, Reply } from "../support/fake-vendor.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";
import { testCredentials } from "../support/test-vendor.ts";
import { layGround, passing, rejection, turn } from "./support/fault-harness.ts";

const ground = layGround();

const minute = 60_000;
const hour = 60 * minute;
const spent = ({ body }: Received) => new URLSearchParams(body).get("refresh_token");
const refused = (error: string, status = 400): Reply => ({ status, body: { error } });
const page = (status: number, headers = {}): Reply => ({
  status,
  body: "<html><h1>Forbidden</h1></html>",
  headers: { "content-type": "text/html", ...headers },
});
const live = <T>(clock: ManualClock, promise: Promise<T>): Promise<T> => passing([clock], promise, 100);

describe("a refresh that is refused for its grant", () => {
  it.each([
    ["unauthorized_client", 400],
    ["unauthorized_client", 401],
    ["unsupported_grant_type", 400],
    ["invalid_scope", 403],
  ])("L03 with %s (%d) leads to a sign-in, each time", async (error, status) => {
    ground.fake.rotating = true;
    ground.fake.onToken = (received) => (spent(received) === null ? undefined : refused(error, status));
    const { client, clock } = ground.connect();
    for (let round = 0; round < 3; round += 1) {
      expect((await client.GET("/things")).status).toBe(200);
      clock.advance(hour);
    }
    expect(ground.fake.tokenRequests.map(spent)).toEqual([null, "refresh-1-CANARY", null, "refresh-2-CANARY", null]);
  });

  it("L03 leads to a sign-in even where the document counts its code among refused credentials", async () => {
    ground.fake.rotating = true;
    ground.fake.onToken = (received) => (spent(received) === null ? undefined : refused("unauthorized_client"));
    const table: ErrorRule[] = [{ code: "unauthorized_client", kind: "invalid_credentials" }];
    const { client, clock } = ground.connect({ errors: { envelopes: [], table } });
    await client.GET("/things");
    clock.advance(hour);
    expect((await client.GET("/things")).status).toBe(200);
  });
});

describe("a refusal of the credentials", () => {
  const shared = () => {
    const clock = createManualClock();
    return { clock, store: createMemoryStore({ clock }) };
  };

  it.each([
    ["invalid_client", undefined, "configuration"],
    ["consent_withdrawn", "invalid_grant" as const, "reauthentication_required"],
  ])(
    "L04 with %s is remembered for 5 minutes, 15 minutes and 1 hour, in every process",
    async (code, kind, outcome) => {
      const { clock, store } = shared();
      const errors = { envelopes: [], table: kind === undefined ? [] : [{ code, kind }] };
      const clients = [1, 2, 3, 4].map(() => ground.connect({ clock, store, errors }).client);
      ground.fake.onToken = () => refused(code, 401);
      for (const [index, minutes] of [5, 15, 60, 60].entries()) {
        for (const client of clients) expect(await rejection(client.GET("/things"))).toMatchObject({ outcome });
        clock.advance(minutes * minute - 1);
        for (const client of clients) await rejection(client.GET("/things"));
        expect(ground.fake.tokenRequests).toHaveLength(index + 1);
        clock.advance(1);
      }
      ground.fake.onToken = undefined;
      for (const client of clients) expect((await client.GET("/things")).status).toBe(200);
      expect(ground.fake.tokenRequests).toHaveLength(5);
    },
  );

  it("L04 is asked for again only when a call asks", async () => {
    const { client, clock } = ground.connect();
    ground.fake.onToken = () => refused("invalid_client", 401);
    await rejection(client.GET("/things"));
    expect(clock.timers).toBe(0);
    clock.advance(24 * hour);
    for (let turns = 0; turns < 20; turns += 1) await turn();
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("L04 holds after a restart, with the message that it had, and for as long as was left", async () => {
    const { clock, store } = shared();
    ground.fake.onToken = (_, count) => (count === 1 ? refused("invalid_client", 401) : undefined);
    const since = new Date(clock.now()).toISOString();
    const before = ground.connect({ clock, store }).client;
    const first = await rejection(before.GET("/things"));
    await before.close();
    clock.advance(2 * minute);
    const { client } = ground.connect({ clock, store });
    const error = await rejection(client.GET("/things"));
    expect(error).toMatchObject({ message: Object(first).message, retryAt: clock.now() + 3 * minute });
    expect(error).toHaveProperty("message", expect.stringContaining(`remembered since ${since}, until `));
    expect(error).toHaveProperty("message", expect.stringContaining("Call client.auth.refresh() to try now"));
    expect(client.auth.status()).toMatchObject([{ state: "refused" }]);
    clock.advance(3 * minute);
    expect((await client.GET("/things")).status).toBe(200);
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it.each(["refresh", "verify"] as const)(
    "L04 is lifted in every process within a minute of auth.%s()",
    async (name) => {
      const { clock, store } = shared();
      const [one, two] = [ground.connect({ clock, store }).client, ground.connect({ clock, store }).client];
      ground.fake.onToken = () => refused("invalid_client", 401);
      for (const client of [one, two]) await rejection(client.GET("/things"));
      ground.fake.onToken = undefined;
      await one.auth[name]();
      expect((await one.GET("/things")).status).toBe(200);
      clock.advance(minute - 1);
      await rejection(two.GET("/things"));
      clock.advance(1);
      expect((await two.GET("/things")).status).toBe(200);
      expect(ground.fake.tokenRequests).toHaveLength(name === "verify" ? 3 : 2);
    },
  );

  it("L04 is not waited for, however patient the call", async () => {
    const { client, clock } = ground.connect({ timeoutInMs: Number.POSITIVE_INFINITY, retries: 10 });
    ground.fake.onToken = () => refused("invalid_client", 401);
    await rejection(client.GET("/things"));
    await rejection(client.GET("/things"));
    expect(clock.timers).toBe(0);
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("L04 is over when the credentials change", async () => {
    const { clock, store } = shared();
    const wrong = { ...testCredentials, clientSecret: "wrong-CANARY" };
    await rejection(ground.connect({ clock, store, credentials: wrong }).client.GET("/things"));
    expect((await ground.connect({ clock, store }).client.GET("/things")).status).toBe(200);
  });

  it("L04 is remembered without a store, too, and a function's new credentials are tried", async () => {
    const clock = createManualClock();
    const fails = async () => {
      throw new Error("down");
    };
    const store: TokenStore = { ...createMemoryStore({ clock }), read: fails, acquire: fails };
    let clientSecret = "wrong-CANARY";
    const { client } = ground.connect({
      clock,
      store,
      lifecycle: { rotates: false },
      credentials: () => ({ clientId: "client", clientSecret }),
    });
    await rejection(client.GET("/things"));
    clock.advance(5 * minute - 1);
    await rejection(client.GET("/things"));
    expect(ground.fake.tokenRequests).toHaveLength(1);
    clock.advance(1);
    await rejection(client.GET("/things"));
    expect(ground.fake.tokenRequests).toHaveLength(2);
    clientSecret = testCredentials.clientSecret;
    clock.advance(minute);
    expect((await client.GET("/things")).status).toBe(200);
  });
});

describe("a gateway in front of the token endpoint", () => {
  it.each([400, 401, 403, 404, 405])("L05 whose page has status %d is waited out", async (status) => {
    const { client, clock } = ground.connect();
    ground.fake.onToken = (_, count) => (count === 1 ? page(status) : undefined);
    expect((await live(clock, client.GET("/things"))).status).toBe(200);
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it.each([400, 401, 403])("L05 whose page has status %d costs no refresh token", async (status) => {
    ground.fake.rotating = true;
    const { client, clock } = ground.connect();
    await client.GET("/things");
    clock.advance(hour);
    ground.fake.onToken = (_, count) => (count === 2 ? page(status) : undefined);
    expect((await live(clock, client.GET("/things"))).status).toBe(200);
    expect(ground.fake.tokenRequests.map(spent)).toEqual([null, "refresh-1-CANARY", "refresh-1-CANARY"]);
    expect(ground.fake.reuses).toBe(0);
  });

  it.each([
    [404, "text/html"],
    [200, "text/html"],
    [200, "text/plain"],
  ])("L05 that answers %d with %s is named with the URL", async (status, type) => {
    const { client } = ground.connect({ retries: false });
    ground.fake.onToken = () => ({ status, body: "welcome", headers: { "content-type": type } });
    expect(await rejection(client.GET("/things"))).toMatchObject({
      outcome: "transient",
      kind: "unexpected",
      status,
      message: expect.stringContaining(`the token endpoint ${ground.fake.url}/token answered ${status} with ${type}`),
    });
  });

  it.each<[string, Reply, ErrorRule[]]>([
    ["with a challenge", page(401, { "www-authenticate": "Basic" }), []],
    [
      "whose status the document names for the sign-in",
      page(401),
      [{ status: 401, on: ["obtain"], kind: "invalid_credentials" }],
    ],
    ["with an OAuth error in its body", refused("invalid_client", 401), []],
  ])("L05 an answer %s is a refusal all the same", async (_, answer, table) => {
    const { client } = ground.connect({ errors: { envelopes: [], table } });
    ground.fake.onToken = () => answer;
    expect(await rejection(client.GET("/things"))).toMatchObject({
      outcome: "configuration",
      kind: "invalid_credentials",
      status: 401,
    });
    await rejection(client.GET("/things"));
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });
});

describe("a token that was adopted from the store", () => {
  /** One process obtained a token; another adopts it, and the vendor drops it. */
  async function adopt() {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const one = ground.connect({ clock, store });
    const two = ground.connect({ clock, store });
    await one.client.GET("/things");
    ground.fake.revoke();
    return { clock, store, one, two };
  }

  it.each([1, 3, 6])(
    "L10 and is refused %d s after it was obtained is replaced by the next call at the latest",
    async (age) => {
      const { clock, two } = await adopt();
      clock.advance(age * 1_000);
      await live(clock, two.client.GET("/things"));
      const next = await live(clock, two.client.GET("/things"));
      expect(next.status).toBe(200);
      expect(ground.fake.tokenRequests).toHaveLength(2);
      expect(two.events.filter(({ type }) => type === "invalidation")).toHaveLength(1);
    },
  );

  it("L10 and is refused by many calls at once costs one new token, and each of them works by its next call", async () => {
    const { clock, two } = await adopt();
    const calls = () => Promise.all(Array.from({ length: 10 }, () => two.client.GET("/things")));
    await live(clock, calls());
    expect((await live(clock, calls())).map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it("L10 by a vendor that refuses every token does not lead to a storm", async () => {
    const { clock, store, two } = await adopt();
    ground.fake.onApi = () => ({ status: 401, body: { error: "invalid_token" } });
    const others = [1, 2, 3].map(() => ground.connect({ clock, store }));
    for (let round = 0; round < 10; round += 1)
      for (const { client } of [two, ...others]) await live(clock, client.GET("/things"));
    // Each process obtains one at once, and then one a slot that doubles.
    expect(ground.fake.tokenRequests.length).toBeLessThanOrEqual(20);
  });
});

describe("the type of a token", () => {
  it.each([null, "", undefined])("L11 that is %j counts as Bearer", async (tokenType) => {
    const { client } = ground.connect();
    ground.fake.onToken = () => {
      ground.fake.admit("granted-CANARY");
      return { body: { access_token: "granted-CANARY", token_type: tokenType, expires_in: 3600 } };
    };
    expect((await client.GET("/things")).status).toBe(200);
    expect(ground.fake.apiRequests[0]?.headers.authorization).toBe("Bearer granted-CANARY");
  });

  it("L11 that is unknown is a matter of configuration, which names the type and the setting", async () => {
    const { client, clock } = ground.connect();
    ground.fake.onToken = () => ({ body: { access_token: "granted-CANARY", token_type: "mac", expires_in: 3600 } });
    expect(await rejection(client.GET("/things"))).toMatchObject({
      name: "AuthError",
      outcome: "configuration",
      message: expect.stringMatching(/"mac".*tokenTypes of x-latchkey-lifecycle/u),
    });
    expect(clock.timers).toBe(0);
  });
});
