import { describe, expect, it } from "vitest";
import { connect, createMemoryStore, type LatchkeyEvent } from "../../src/index.ts";
import type { TokenStore } from "../../src/store/token-store.ts";
import type { ErrorRules } from "../../src/vendor.ts";
import type { Received, Reply } from "../support/fake-vendor.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";
import { createTestVendor, testCredentials, testLifecycle } from "../support/test-vendor.ts";
import { answerHere, createBarrier, layGround, rejection, turn, until, sharedError } from "./support/fault-harness.ts";

const ground = layGround();

const hour = 3_600_000;
const spent = ({ body }: Received) => new URLSearchParams(body).get("refresh_token");
const isSignIn = ({ body }: Received) => body.includes("client_credentials");
const refused = (error: string, status = 400): Reply => ({ status, body: { error } });

/** Answers refreshes only; sign-ins are the default's. */
function onRefresh(answer: (received: Received, count: number) => Reply | undefined): void {
  let count = 0;
  ground.fake.onToken = (received) => {
    if (spent(received) === null) return undefined;
    count += 1;
    return answer(received, count);
  };
}

/** A client of a vendor that says by a code of its own when a person must sign in, and that says so. */
function connectWithConsent(shared: { readonly clock?: ManualClock; readonly store?: TokenStore } = {}) {
  const errors: ErrorRules = {
    envelopes: [],
    table: [{ code: "consent_withdrawn", on: ["obtain"], kind: "invalid_grant" }],
  };
  ground.fake.onToken ??= () => refused("consent_withdrawn", 403);
  const clock = shared.clock ?? createManualClock();
  const events: LatchkeyEvent[] = [];
  const client = connect(
    { ...createTestVendor(), errors },
    {
      credentials: testCredentials,
      server: { url: ground.fake.url },
      clock,
      retries: false,
      store: shared.store ?? createMemoryStore({ clock }),
      onEvent: (event) => events.push(event),
    },
  );
  ground.watch(client, clock);
  return { client, clock, events };
}

describe("the life of a refresh token", () => {
  it("D01 a response without a refresh token leaves the one at hand in use", async () => {
    ground.fake.rotating = true;
    onRefresh((_, count) => ({ body: { access_token: `refreshed-${count}`, expires_in: 3600 } }));
    const { client, clock } = ground.connect();
    const { fetch } = answerHere();
    for (let count = 0; count < 4; count += 1) {
      await client.GET("/things", { fetch });
      clock.advance(hour);
    }
    expect(ground.fake.tokenRequests.map(spent)).toEqual([
      null,
      "refresh-1-CANARY",
      "refresh-1-CANARY",
      "refresh-1-CANARY",
    ]);
  });

  it("D02 a refresh token that rotates is used in its newest form only", async () => {
    ground.fake.rotating = true;
    const { client, clock } = ground.connect();
    for (let count = 0; count < 4; count += 1) {
      await client.GET("/things");
      clock.advance(hour);
    }
    expect(ground.fake.tokenRequests.map(spent)).toEqual([
      null,
      "refresh-1-CANARY",
      "refresh-2-CANARY",
      "refresh-3-CANARY",
    ]);
    expect(ground.fake.reuses).toBe(0);
  });

  it.each(["", null])("D03 a refresh token that is %j counts as none", async (empty) => {
    ground.fake.rotating = true;
    onRefresh((_, count) => ({
      body: { access_token: `refreshed-${count}`, expires_in: 3600, refresh_token: empty },
    }));
    const { client, clock } = ground.connect();
    const { fetch } = answerHere();
    for (let count = 0; count < 3; count += 1) {
      await client.GET("/things", { fetch });
      clock.advance(hour);
    }
    expect(ground.fake.tokenRequests.map(spent)).toEqual([null, "refresh-1-CANARY", "refresh-1-CANARY"]);
  });

  it("D04 a refused refresh token leads to one sign-in for all callers", async () => {
    ground.fake.rotating = true;
    onRefresh(() => refused("invalid_grant"));
    const { client, clock } = ground.connect();
    await client.GET("/things");
    clock.advance(hour);
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.GET("/things")));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(ground.fake.tokenRequests.map(isSignIn)).toEqual([true, false, true]);
  });

  it("D04 where the sign-in is refused with the session, everybody gets the one error that says so", async () => {
    const { client } = connectWithConsent();
    const errors = await Promise.all(Array.from({ length: 20 }, () => rejection(client.GET("/things"))));
    errors.push(await rejection(client.GET("/things")));
    expect(new Set(errors.map(sharedError)).size).toBe(1);
    expect(errors[0]).toMatchObject({ outcome: "reauthentication_required", kind: "invalid_grant" });
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("D05 a token endpoint that fails for the moment costs neither the refresh token nor a sign-in", async () => {
    ground.fake.rotating = true;
    onRefresh((_, count) => (count <= 3 ? { status: 503 } : undefined));
    const { client, clock } = ground.connect({ retries: false });
    await client.GET("/things");
    clock.advance(hour);
    for (let count = 0; count < 3; count += 1) {
      expect(await rejection(client.GET("/things"))).toMatchObject({ outcome: "transient", phase: "refresh" });
      clock.advance(10_000);
    }
    expect((await client.GET("/things")).status).toBe(200);
    expect(ground.fake.tokenRequests.map(spent)).toEqual([null, ...Array(4).fill("refresh-1-CANARY")]);
    expect(ground.fake.reuses).toBe(0);
  });

  it("D05 a refresh that got no answer is tried once more, marked, and then signed in for", async () => {
    ground.fake.rotating = true;
    const { client, clock, events } = ground.connect({ retries: false });
    await client.GET("/things");
    ground.fake.onToken = (received) => (spent(received) === null ? undefined : "drop");
    clock.advance(hour);
    expect(await rejection(client.GET("/things"))).toMatchObject({ outcome: "in_doubt", phase: "refresh" });
    clock.advance(10_000);
    expect(await rejection(client.GET("/things"))).toMatchObject({ outcome: "in_doubt", phase: "refresh" });
    clock.advance(10_000);
    expect((await client.GET("/things")).status).toBe(200);
    expect(ground.fake.tokenRequests.map(spent)).toEqual([null, "refresh-1-CANARY", "refresh-1-CANARY", null]);
    expect(
      events.flatMap((event) => (event.type === "refresh" ? [[event.outcome, event.inDoubtAttempt]] : [])),
    ).toEqual([
      ["ok", false],
      ["in_doubt", false],
      ["in_doubt", true],
      ["ok", false],
    ]);
  });

  it("D05 a refresh token that never reached the server stays as good as before", async () => {
    ground.fake.rotating = true;
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const { client } = ground.connect({ clock, store });
    await client.GET("/things");
    const away = ground.connect({
      clock,
      store,
      retries: false,
      fetch: () => Promise.reject(Object.assign(new Error(), { code: "ECONNREFUSED" })),
    });
    clock.advance(hour);
    for (let count = 0; count < 5; count += 1) {
      expect(await rejection(away.client.GET("/things"))).toMatchObject({ outcome: "transient", code: "ECONNREFUSED" });
      clock.advance(75_000);
    }
    expect((await client.GET("/things")).status).toBe(200);
    expect(ground.fake.tokenRequests.map(spent)).toEqual([null, "refresh-1-CANARY"]);
  });

  it("D06 a refresh token that is over by its own expiry is not sent; the client signs in", async () => {
    ground.fake.rotating = true;
    ground.fake.onToken = () => ({
      body: { access_token: "a-CANARY", expires_in: 3600, refresh_token: "r-CANARY", refresh_expires_in: 7200 },
    });
    const { client, clock } = ground.connect();
    const { fetch } = answerHere();
    await client.GET("/things", { fetch });
    clock.advance(2 * hour - 10_000);
    await client.GET("/things", { fetch });
    clock.advance(2 * hour + 10_000);
    await client.GET("/things", { fetch });
    expect(ground.fake.tokenRequests.map(spent)).toEqual([null, "r-CANARY", null]);
  });

  it("D06 a documented lifetime stands in where the response names none", async () => {
    ground.fake.rotating = true;
    const { client, clock } = ground.connect({ lifecycle: { refreshLifetimeInSeconds: 7200 } });
    await client.GET("/things");
    expect(client.auth.status()[0]?.refreshExpiresAt).toBeCloseTo(clock.now() + 2 * hour, -3);
    clock.advance(2 * hour);
    await client.GET("/things");
    expect(ground.fake.tokenRequests.map(spent)).toEqual([null, null]);
  });

  it("D06 an event warns when the refresh token will be over before its next use", async () => {
    ground.fake.rotating = true;
    const left = [86_400, 3_000];
    ground.fake.onToken = (_, count) => ({
      body: {
        access_token: `a-${count}-CANARY`,
        expires_in: 3600,
        refresh_token: `r-${count}-CANARY`,
        refresh_expires_in: left[count - 1],
      },
    });
    const { client, clock, events } = ground.connect();
    const { fetch } = answerHere();
    const warnings = () => events.filter(({ type }) => type === "refresh_token_expiring");
    await client.GET("/things", { fetch });
    expect(warnings()).toEqual([]);
    clock.advance(hour);
    await client.GET("/things", { fetch });
    expect(warnings()).toMatchObject([{ vendor: "acme", scheme: "bearer", key: expect.any(String) }]);
    const [warning] = warnings();
    expect(Object(warning).endsAt).toBeGreaterThan(clock.now() + 2_990_000);
    expect(Object(warning).endsAt).toBeLessThanOrEqual(clock.now() + 3_000_000);
  });

  it("D07 a narrower scope is recorded, and a call that lacks it is refused once, with no refresh", async () => {
    ground.fake.onToken = (_, count) => ({
      body: { access_token: `a-${count}-CANARY`, expires_in: 3600, scope: count === 1 ? "read write" : "read" },
    });
    const { client, clock } = ground.connect();
    const { fetch } = answerHere();
    await client.GET("/things", { fetch });
    expect(client.auth.status()[0]?.scope).toBe("read write");
    clock.advance(hour);
    await client.GET("/things", { fetch });
    expect(client.auth.status()[0]?.scope).toBe("read");
    ground.fake.onApi = () => ({
      status: 403,
      headers: { "www-authenticate": 'Bearer error="insufficient_scope", scope="write"' },
      body: { error: "insufficient_scope" },
    });
    expect((await client.POST("/things", { body: {} })).status).toBe(403);
    expect(ground.fake.apiRequests).toHaveLength(1);
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it("D07 a scope that the refresh does not name is the one that was granted before", async () => {
    ground.fake.rotating = true;
    onRefresh(() => ({ body: { access_token: "refreshed-CANARY", expires_in: 3600 } }));
    const signIn = ground.fake.onToken;
    ground.fake.onToken = (received, ...rest) =>
      isSignIn(received)
        ? { body: { access_token: "first-CANARY", expires_in: 3600, refresh_token: "r-CANARY", scope: "read" } }
        : signIn?.(received, ...rest);
    const { client, clock } = ground.connect();
    const { fetch } = answerHere();
    await client.GET("/things", { fetch });
    clock.advance(hour);
    await client.GET("/things", { fetch });
    expect(client.auth.status()[0]?.scope).toBe("read");
  });

  it("D08 refused credentials of a function are asked for once more, and what it gives then is used", async () => {
    const given = ["old-CANARY", testCredentials.clientSecret];
    const { client } = ground.connect({
      credentials: () => ({ clientId: "client", clientSecret: given.shift() ?? "none-CANARY" }),
    });
    expect((await client.GET("/things")).status).toBe(200);
    expect(given).toEqual([]);
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it("D08 credentials that are refused and stay the same are sent once", async () => {
    let asked = 0;
    const { client } = ground.connect({
      credentials: () => {
        asked += 1;
        return { clientId: "client", clientSecret: "wrong-CANARY" };
      },
    });
    const errors = await Promise.all(Array.from({ length: 10 }, () => rejection(client.GET("/things"))));
    expect(new Set(errors.map(sharedError)).size).toBe(1);
    expect(errors[0]).toMatchObject({ outcome: "configuration", kind: "invalid_credentials" });
    expect(asked).toBe(2);
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("D08 credentials that are refused a second time, changed, are not asked for a third", async () => {
    let asked = 0;
    const { client } = ground.connect({
      credentials: () => {
        asked += 1;
        return { clientId: "client", clientSecret: `wrong-${asked}-CANARY` };
      },
    });
    expect(await rejection(client.GET("/things"))).toMatchObject({ kind: "invalid_credentials" });
    expect(asked).toBe(2);
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it("D08 a function that names another client when asked again leaves the refusal of the first standing", async () => {
    let asked = 0;
    const { client } = ground.connect({
      credentials: () => {
        asked += 1;
        return { clientId: `client-${asked}`, clientSecret: "wrong-CANARY" };
      },
    });
    expect(await rejection(client.GET("/things"))).toMatchObject({ kind: "invalid_credentials" });
    expect(asked).toBe(2);
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("D08 a function that fails when asked again leaves the refusal standing", async () => {
    let asked = 0;
    const { client } = ground.connect({
      credentials: () => {
        asked += 1;
        if (asked > 1) throw new Error("down");
        return { clientId: "client", clientSecret: "wrong-CANARY" };
      },
    });
    const error = await rejection(client.GET("/things"));
    expect(error).toMatchObject({ kind: "invalid_credentials" });
    expect(sharedError(await rejection(client.GET("/things")))).toBe(sharedError(error));
    expect(asked).toBe(2);
  });

  it("D08 a secret that was changed between two refreshes is heard of before the refresh token is given up", async () => {
    ground.fake.rotating = true;
    const [obtain] = testLifecycle.obtain;
    if (!obtain || !testLifecycle.refresh) throw new Error("the test vendor signs in and refreshes");
    const secret = { client_id: "$credentials.clientId", client_secret: "$credentials.clientSecret" };
    const lifecycle = {
      refresh: { ...testLifecycle.refresh, request: { ...Object(testLifecycle.refresh.request), ...secret } },
    };
    const given = ["old-CANARY", "old-CANARY", testCredentials.clientSecret];
    let good = "old-CANARY";
    ground.fake.onToken = ({ body }, count) => {
      const isGood = new URLSearchParams(body).get("client_secret") === good;
      if (!isGood) return refused("invalid_client", 401);
      return {
        body: { access_token: `a-${count}-CANARY`, expires_in: 3600, refresh_token: `r-${count}-CANARY` },
      };
    };
    const { client, clock } = ground.connect({
      lifecycle,
      credentials: () => ({ clientId: "client", clientSecret: given.shift() ?? "none-CANARY" }),
    });
    const { fetch } = answerHere();
    await client.GET("/things", { fetch });
    clock.advance(hour);
    good = testCredentials.clientSecret;
    expect((await client.GET("/things", { fetch })).status).toBe(200);
    expect(given).toEqual([]);
    expect(ground.fake.tokenRequests.map(spent)).toEqual([null, "r-1-CANARY", null]);
  });

  it("D08 a credentials function is cancelled with the sign-in that asks", async () => {
    let signal: AbortSignal | undefined;
    const { client } = ground.connect({
      credentials: (context) => {
        signal = context.signal;
        return new Promise(() => {});
      },
    });
    const closed = rejection(client.GET("/things"));
    await until(() => signal !== undefined);
    expect(signal?.aborted).toBe(false);
    await client.close();
    expect(signal?.aborted).toBe(true);
    expect(await closed).toMatchObject({ outcome: "closed" });
  });

  it("D08 one caller that leaves does not cancel the credentials function for the others", async () => {
    const barrier = createBarrier();
    let isCancelled = false;
    const { client } = ground.connect({
      credentials: async ({ signal }) => {
        signal.addEventListener("abort", () => {
          isCancelled = true;
        });
        await barrier.wait();
        return testCredentials;
      },
    });
    const leaving = new AbortController();
    const left = rejection(client.GET("/things", { signal: leaving.signal }));
    const stays = client.GET("/things");
    await until(() => barrier.size === 1);
    leaving.abort(new Error("enough"));
    expect(await left).toMatchObject({ message: "enough" });
    barrier.release();
    expect((await stays).status).toBe(200);
    expect(isCancelled).toBe(false);
  });

  it("D10 consent withdrawn gives one transition to re-authentication, which other clients read", async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const benches = Array.from({ length: 5 }, () => connectWithConsent({ clock, store }));
    for (const { client } of benches) {
      expect(await rejection(client.GET("/things"))).toMatchObject({ outcome: "reauthentication_required" });
    }
    clock.advance(300_000 - 1);
    for (const { client } of benches) {
      expect(await rejection(client.GET("/things"))).toMatchObject({ outcome: "reauthentication_required" });
    }
    expect(ground.fake.tokenRequests).toHaveLength(1);
    expect(benches.flatMap(({ events }) => events).filter(({ type }) => type === "refresh")).toHaveLength(1);
  });

  it("D11 a 429 before a dead grant is waited out, probed once, and ends", async () => {
    ground.fake.rotating = true;
    ground.fake.onToken = () => undefined;
    const { client, clock } = connectWithConsent();
    await client.GET("/things");
    ground.fake.onToken = (_, count) =>
      count === 2
        ? { status: 429, headers: { "retry-after": "300" } }
        : refused(count === 3 ? "invalid_grant" : "consent_withdrawn");
    clock.advance(hour);
    for (let count = 0; count < 10; count += 1) {
      expect(await rejection(client.GET("/things"))).toMatchObject({ outcome: "throttled" });
      clock.advance(30_000);
    }
    const ended = await rejection(client.GET("/things"));
    expect(ended).toMatchObject({ outcome: "reauthentication_required" });
    clock.advance(300_000 - 1);
    expect(sharedError(await rejection(client.GET("/things")))).toBe(sharedError(ended));
    await turn();
    // The refresh that was throttled, one probe of it, and the sign-in that it falls back to.
    expect(ground.fake.tokenRequests.map(spent)).toEqual([null, "refresh-1-CANARY", "refresh-1-CANARY", null]);
  });
});
