import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { createMemoryStore, type LatchkeyEvent, type TokenStore } from "../../src/index.ts";
import type { Lifecycle } from "../../src/vendor.ts";
import { startFakeVendor } from "../support/fake-vendor.ts";
import { createTokenManagerHarness } from "../support/token-manager-harness.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";
import { testCredentials } from "../support/test-vendor.ts";
import {
  answerHere,
  createBarrier,
  layGround,
  passing,
  rejection,
  turn,
  until,
  sharedError,
} from "./support/fault-harness.ts";

const ground = layGround();

const hour = 3_600_000;
const minute = 60_000;
/** A vendor whose refresh token, where it has one, may be used again: without its store a client goes on alone. */
const reusable: Partial<Lifecycle> = { rotates: false };
const logout: Partial<Lifecycle> = {
  revoke: {
    method: "POST",
    path: "/logout",
    grant: "revocation",
    contentType: "application/x-www-form-urlencoded",
    clientAuthentication: "none",
    request: { token: "$token.refreshToken" },
    revokes: "token",
  },
};

const refreshes = (events: readonly LatchkeyEvent[]) => events.filter((event) => event.type === "refresh");
const tokens = () => ground.fake.apiRequests.map(({ headers }) => headers.authorization);

/** What a store can do to its caller. */
const misdeeds: Readonly<Record<string, () => Promise<never>>> = {
  throws: () => {
    throw new Error("secret-CANARY");
  },
  rejects: () => Promise.reject(new Error("secret-CANARY")),
  "never settles": () => new Promise<never>(() => {}),
};
const steps = ["read", "acquire", "commit", "release", "wait"] as const;

function withFault(engine: TokenStore, step: (typeof steps)[number], fault: () => Promise<never>) {
  const state = { isBroken: true, calls: 0 };
  const store: TokenStore = {
    ...engine,
    [step]: (...args: never[]) => {
      state.calls += 1;
      if (state.isBroken) return fault();
      return Reflect.apply(engine[step], engine, args);
    },
  };
  return { store, state };
}

describe("scale, life cycle, what can be observed", () => {
  it("K01 an hour of many callers and one-minute tokens costs one request for each, and no memory", async () => {
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    const clock = createManualClock();
    let asked = 0;
    const { manager, events } = createTokenManagerHarness({
      clock,
      store: createMemoryStore({ clock }),
      answer: async () => {
        asked += 1;
        return Response.json({ access_token: `token-${asked}`, expires_in: 60 });
      },
    });
    let before = 0;
    for (let second = 0; second < 3_600; second += 1) {
      for (let caller = 0; caller < 1_000; caller += 1) {
        const got = manager.getToken();
        if (got instanceof Promise) await got;
      }
      await turn();
      clock.advance(1_000);
      if (second % 1_800 === 600) {
        events.splice(0);
        collect();
        const { heapUsed } = process.memoryUsage();
        if (before === 0) before = heapUsed;
        else expect(heapUsed - before).toBeLessThan(2_000_000);
      }
    }
    // Each token serves until the quarter of a minute that is left for its refresh.
    expect(asked).toBe(80);
    await manager.close();
  });

  it("K02 hundreds of credentials that expire together reach the endpoint a few at a time, and no caller waits", async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const benches = Array.from({ length: 150 }, (_, index) =>
      ground.connect({ clock, store, credentials: { ...testCredentials, clientId: `client-${index}` } }),
    );
    const { seen, fetch } = answerHere();
    await Promise.all(benches.map(({ client }) => client.GET("/things", { fetch })));
    const barrier = createBarrier();
    let most = 0;
    ground.fake.onToken = async () => {
      const wait = barrier.wait();
      most = Math.max(most, barrier.size);
      await wait;
      return undefined;
    };
    clock.advance(hour - 250_000);
    await Promise.all(benches.map(({ client }) => client.GET("/things", { fetch })));
    expect(seen).toHaveLength(300);
    expect(new Set(seen.slice(150))).toEqual(new Set(seen.slice(0, 150)));
    while (ground.fake.live.size < 300) {
      await turn();
      barrier.release();
    }
    expect(most).toBeGreaterThan(16);
    expect(most).toBeLessThanOrEqual(32);
    expect(ground.fake.tokenRequests).toHaveLength(300);
    await until(() => clock.timers === 0);
  });

  it("K02 whoever leaves the queue of an endpoint gives up no place but the own", async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const benches = Array.from({ length: 34 }, (_, index) =>
      ground.connect({ clock, store, credentials: { ...testCredentials, clientId: `client-${index}` } }),
    );
    const barrier = createBarrier();
    ground.fake.onToken = async () => void (await barrier.wait());
    const calls = benches.slice(0, 32).map(({ client }) => client.GET("/things"));
    await until(() => barrier.size === 32);
    const [closing, last] = benches.slice(32);
    const closed = closing && rejection(closing.client.GET("/things"));
    const waits = last?.client.GET("/things");
    for (let turns = 0; turns < 20; turns += 1) await turn();
    await closing?.client.close();
    expect(await closed).toMatchObject({ outcome: "closed" });
    expect(barrier.size).toBe(32);
    barrier.release(1);
    await until(() => barrier.size === 32);
    barrier.release();
    expect((await waits)?.status).toBe(200);
    await Promise.all(calls);
    expect(ground.fake.tokenRequests).toHaveLength(33);
  });

  it("K03 ten thousand waiters of a refresh that fails get one error object", async () => {
    const clock = createManualClock();
    const barrier = createBarrier();
    let asked = 0;
    const { manager } = createTokenManagerHarness({
      clock,
      store: createMemoryStore({ clock }),
      answer: async () => {
        asked += 1;
        await barrier.wait();
        return new Response(null, { status: 503 });
      },
    });
    ground.watch(manager, clock);
    const calls = Array.from({ length: 10_000 }, () => rejection(Promise.resolve(manager.getToken())));
    await until(() => barrier.size === 1);
    clock.advance(2_000);
    barrier.release();
    const errors = new Set(await Promise.all(calls));
    expect(errors.size).toBe(1);
    expect([...errors][0]).toMatchObject({ name: "AuthError", outcome: "transient" });
    expect(asked).toBe(1);
  });

  it("K04 closing in a flight gives waiters a closed error at once, and what was sent is stored", async () => {
    ground.fake.rotating = true;
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const { client } = ground.connect({ clock, store });
    const barrier = createBarrier();
    ground.fake.onToken = async () => void (await barrier.wait());
    const calls = Array.from({ length: 10 }, () => rejection(client.GET("/things")));
    await until(() => barrier.size === 1);
    let isClosed = false;
    const closing = client.close().then(() => {
      isClosed = true;
    });
    for (const error of await Promise.all(calls)) expect(error).toMatchObject({ outcome: "closed" });
    expect(isClosed).toBe(false);
    barrier.release();
    await closing;
    expect(clock.timers).toBe(0);
    expect(await rejection(client.GET("/things"))).toMatchObject({ outcome: "closed" });
    const next = ground.connect({ clock, store });
    expect((await next.client.GET("/things")).status).toBe(200);
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("K04 closing while another client refreshes waits for nobody", async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const one = ground.connect({ clock, store });
    const two = ground.connect({ clock, store });
    const barrier = createBarrier();
    ground.fake.onToken = async () => void (await barrier.wait());
    const call = one.client.GET("/things");
    await until(() => barrier.size === 1);
    const waits = rejection(two.client.GET("/things"));
    for (let turns = 0; turns < 20; turns += 1) await turn();
    await two.client.close();
    expect(await waits).toMatchObject({ outcome: "closed" });
    barrier.release();
    expect((await call).status).toBe(200);
  });

  it("K04 a caller that waits for a new token to spread is told of the closing at once", async () => {
    const { client, clock } = ground.connect();
    ground.fake.onApi = () => ({ status: 401, body: { error: "invalid_token" } });
    const call = rejection(client.GET("/things"));
    await until(() => ground.fake.apiRequests.length === 1 && clock.timers === 1);
    await client.close();
    expect(await call).toMatchObject({ outcome: "closed" });
    expect(clock.timers).toBe(0);
  });

  it("K05 closing does not end the session that other workers use", async () => {
    ground.fake.rotating = true;
    const { client } = ground.connect({ lifecycle: logout });
    await client.GET("/things");
    await client.close();
    expect(ground.fake.apiRequests.map(({ path }) => path)).toEqual(["/things"]);
  });

  it("K05 closing ends it where asked to, and a refused revocation is told, not thrown", async () => {
    ground.fake.rotating = true;
    ground.fake.onApi = ({ path }) => (path === "/logout" ? { status: 503 } : undefined);
    const { client, events } = ground.connect({ lifecycle: logout });
    await client.GET("/things");
    await client.close({ revoke: true });
    const last = ground.fake.apiRequests.at(-1);
    expect([last?.path, last?.body]).toEqual(["/logout", "token=refresh-1-CANARY"]);
    expect(events.filter(({ type }) => type === "revocation")).toMatchObject([{ revoked: false, reason: "failed" }]);
  });

  it("K06 a revocation that is refused is told, and the tokens are dropped", async () => {
    ground.fake.rotating = true;
    ground.fake.onApi = ({ path }) =>
      path === "/logout" ? { status: 400, body: { error: "unsupported_token_type" } } : undefined;
    const { client } = ground.connect({ lifecycle: logout });
    await client.GET("/things");
    expect(await client.auth.revoke()).toMatchObject([
      { scheme: "bearer", revoked: false, reason: "failed", error: { code: "unsupported_token_type" } },
    ]);
    expect(client.auth.status()).toMatchObject([{ state: "signed_out" }]);
    await client.GET("/things");
    expect(tokens().at(-1)).toBe("Bearer access-2-CANARY");
    expect(ground.fake.tokenRequests.at(-1)?.body).toContain("client_credentials");
  });

  it("K06 a revocation that hangs ends at its deadline, and the tokens are dropped", async () => {
    ground.fake.rotating = true;
    ground.fake.onApi = ({ path }) => (path === "/logout" ? "hang" : undefined);
    const { client, clock } = ground.connect({ lifecycle: logout });
    await client.GET("/things");
    const revoking = client.auth.revoke();
    await until(() => ground.fake.apiRequests.length === 2);
    clock.advance(10_000);
    expect(await revoking).toMatchObject([{ revoked: false, reason: "failed", error: { outcome: "timed_out" } }]);
    expect(client.auth.status()).toMatchObject([{ state: "signed_out" }]);
  });

  it("K06 where the vendor documents no revocation the tokens are dropped, and it is told", async () => {
    ground.fake.rotating = true;
    const { client, events } = ground.connect();
    await client.GET("/things");
    expect(await client.auth.revoke()).toEqual([{ scheme: "bearer", revoked: false, reason: "unsupported" }]);
    expect(client.auth.status()).toMatchObject([{ state: "signed_out" }]);
    expect(events.at(-1)).toMatchObject({ type: "revocation", revoked: false, reason: "unsupported" });
    await client.GET("/things");
    expect(ground.fake.tokenRequests.at(-1)?.body).toContain("client_credentials");
  });

  it("K06 a revocation whose store fails is bounded, and drops what is at hand", async () => {
    ground.fake.rotating = true;
    const clock = createManualClock();
    const { store, state } = withFault(createMemoryStore({ clock }), "acquire", () => new Promise<never>(() => {}));
    state.isBroken = false;
    const { client, events } = ground.connect({ clock, store });
    await client.GET("/things");
    state.isBroken = true;
    expect(await passing([clock], client.auth.revoke())).toMatchObject([{ revoked: false }]);
    expect(client.auth.status()).toMatchObject([{ state: "signed_out" }]);
    expect(events).toContainEqual(expect.objectContaining({ type: "store", action: "acquire" }));
  });

  it.each(["read", "acquire", "commit"] as const)(
    "K07 a process told to end during the store's %s leaves no lease, and no intent unless something was sent",
    async (step) => {
      ground.fake.rotating = true;
      const clock = createManualClock();
      const engine = createMemoryStore({ clock });
      const first = ground.connect({ clock, store: engine });
      await first.client.GET("/things");
      clock.advance(hour);
      let key = "";
      let closing: Promise<void> | undefined;
      const { client } = ground.connect({
        clock,
        store: {
          ...engine,
          [step]: (...args: never[]) => {
            key = String(args[0]);
            closing ??= client.close();
            return Reflect.apply(engine[step], engine, args);
          },
        },
      });
      expect(await rejection(client.GET("/things"))).toMatchObject({ outcome: "closed" });
      await closing;
      const lease = await engine.acquire(key, { owner: "next", ttlInMs: minute });
      expect(lease).toBeDefined();
      expect(String(lease?.record)).not.toContain("intent");
      // Once the intent is written the request follows, and is seen through.
      expect(ground.fake.tokenRequests).toHaveLength(step === "commit" ? 2 : 1);
      await engine.release(key, lease?.fence ?? 0);
      expect((await first.client.GET("/things")).status).toBe(200);
      expect(ground.fake.reuses).toBe(0);
    },
  );

  describe.each(Object.entries(misdeeds))("with a store that %s", (_, fault) => {
    it.each(steps)("K08 callers of its %s get a token, and it is used again when it works", async (step) => {
      const clock = createManualClock();
      const { store, state } = withFault(createMemoryStore({ clock }), step, fault);
      const { client, events } = ground.connect({ clock, store, lifecycle: reusable });
      expect((await passing([clock], client.GET("/things"))).status).toBe(200);
      expect(events.filter(({ type }) => type === "store").length).toBe(state.calls > 0 && step !== "release" ? 1 : 0);
      state.isBroken = false;
      clock.advance(hour);
      expect((await passing([clock], client.GET("/things"))).status).toBe(200);
      const other = ground.connect({ clock, store, lifecycle: reusable });
      await passing([clock], other.client.GET("/things"));
      expect(tokens().at(-1)).toBe(tokens().at(-2));
    });

    it.each(["read", "acquire"] as const)(
      "K08 a one-time refresh token is not spent without its %s, and serves when it works",
      async (step) => {
        ground.fake.rotating = true;
        const clock = createManualClock();
        const { store, state } = withFault(createMemoryStore({ clock }), step, fault);
        state.isBroken = false;
        const { client } = ground.connect({ clock, store });
        await client.GET("/things");
        state.isBroken = true;
        clock.advance(hour);
        expect(await passing([clock], rejection(client.GET("/things")))).toMatchObject({
          name: "AuthError",
          outcome: "transient",
        });
        state.isBroken = false;
        clock.advance(10_000);
        expect((await client.GET("/things")).status).toBe(200);
        expect(ground.fake.tokenRequests.at(-1)?.body).toContain("refresh-1-CANARY");
      },
    );
  });

  it.each([null, 5, {}, { version: "1", now: 0 }, { version: 1, now: Number.NaN }])(
    "K08 a store that reads %j counts as one that fails",
    async (answer) => {
      const clock = createManualClock();
      const engine = createMemoryStore({ clock });
      const read = () => Promise.resolve(JSON.parse(JSON.stringify(answer) ?? "null"));
      const { client, events } = ground.connect({ clock, store: { ...engine, read }, lifecycle: reusable });
      expect((await client.GET("/things")).status).toBe(200);
      expect(events).toContainEqual(expect.objectContaining({ type: "store", action: "read" }));
    },
  );

  const answers: Readonly<Record<string, () => Promise<never>>> = {
    ...misdeeds,
    "gives nothing": () => JSON.parse("null"),
    "gives a number": () => JSON.parse("5"),
    "gives a name that is none": () => JSON.parse('{"password":"secret-CANARY"}'),
    "gives an empty secret": () => JSON.parse('{"clientId":"client","clientSecret":""}'),
  };
  it.each(Object.entries(answers))(
    "K08 a credentials function that %s gives a typed error, and nothing is stuck",
    async (_, fault) => {
      let isBroken = true;
      const { client, clock } = ground.connect({ credentials: () => (isBroken ? fault() : testCredentials) });
      const errors = await passing([clock], Promise.all([1, 2].map(() => rejection(client.GET("/things")))));
      expect(sharedError(errors[0])).toBe(sharedError(errors[1]));
      expect(errors[0]).toMatchObject({ vendor: "acme", name: expect.stringMatching(/^(Auth|Configuration)Error$/u) });
      expect(JSON.stringify(errors)).not.toContain("secret-CANARY");
      isBroken = false;
      clock.advance(minute);
      expect((await client.GET("/things")).status).toBe(200);
    },
  );

  it("K08 a credentials function that fails reaches nobody while the token is good", async () => {
    let isBroken = false;
    let asked = 0;
    const { client, clock } = ground.connect({
      credentials: () => {
        asked += 1;
        if (isBroken) throw new Error("down");
        return testCredentials;
      },
    });
    const { fetch } = answerHere();
    await client.GET("/things", { fetch });
    isBroken = true;
    clock.advance(hour - 300_000);
    for (let second = 0; second < 299; second += 1) {
      expect((await client.GET("/things", { fetch })).status).toBe(200);
      await turn();
      clock.advance(1_000);
    }
    // Backed off like a token endpoint: 1, 2, 4, … 60 seconds.
    expect(asked).toBeLessThanOrEqual(11);
  });

  it("K09 a slow store delays nobody whose token is good", async () => {
    const clock = createManualClock();
    const engine = createMemoryStore({ clock });
    const barrier = createBarrier();
    let isSlow = false;
    let reads = 0;
    const { client } = ground.connect({
      clock,
      store: {
        ...engine,
        async read(key) {
          reads += 1;
          if (isSlow) await barrier.wait();
          return engine.read(key);
        },
      },
    });
    const { seen, fetch } = answerHere();
    await client.GET("/things", { fetch });
    const afterFirst = reads;
    isSlow = true;
    for (let count = 0; count < 50; count += 1) await client.GET("/things", { fetch });
    expect(reads).toBe(afterFirst);
    clock.advance(hour - 290_000);
    for (let count = 0; count < 50; count += 1) await client.GET("/things", { fetch });
    expect(seen).toHaveLength(101);
    expect(reads).toBe(afterFirst + 1);
    expect(barrier.size).toBe(1);
    barrier.release();
    await until(() => ground.fake.tokenRequests.length === 2 && clock.timers === 0);
  });

  it.each<[string, () => void]>([
    [
      "throws",
      () => {
        throw new Error("listener");
      },
    ],
    ["rejects later", () => Promise.reject(new Error("listener"))],
  ])("K10 a listener that %s disturbs nobody", async (_, onEvent) => {
    const { client } = ground.connect({ onEvent });
    await client.GET("/things");
    ground.fake.revoke();
    expect((await client.GET("/things")).status).toBe(200);
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it("K11 each token request gives one event: key hash, reason, grant, wait, outcome, next", async () => {
    ground.fake.rotating = true;
    const clock = createManualClock();
    const engine = createMemoryStore({ clock });
    const slow: TokenStore = {
      ...engine,
      async read(key) {
        clock.advance(3_000);
        return engine.read(key);
      },
    };
    const { client, events } = ground.connect({ clock, store: slow });
    await client.GET("/things");
    const granted = { type: "refresh", vendor: "acme", scheme: "bearer", outcome: "ok", inDoubtAttempt: false };
    expect(refreshes(events)).toMatchObject([
      {
        ...granted,
        trigger: "cold",
        grant: "client_credentials",
        waitedInMs: 3_000,
        durationInMs: 0,
        nextAt: clock.now() + hour,
        key: expect.stringMatching(/^[\w-]{43}$/u),
      },
    ]);
    clock.advance(hour);
    ground.fake.onToken = (_received, count) => (count === 2 ? { status: 503 } : undefined);
    const { retryAt } = Object(await rejection(client.GET("/things", { retries: false })));
    expect(refreshes(events).slice(1)).toMatchObject([
      { ...granted, trigger: "expired", grant: "refresh_token", outcome: "unavailable", nextAt: retryAt },
    ]);
    clock.advance(10_000);
    await client.GET("/things");
    await client.auth.refresh();
    await client.GET("/things");
    ground.fake.revoke();
    await client.GET("/things");
    clock.advance(hour - 299_000);
    await client.GET("/things");
    await until(() => refreshes(events).length === 6 && clock.timers === 0);
    expect(refreshes(events).slice(2)).toMatchObject(
      ["expired", "forced", "rejected", "advisory"].map((trigger) => ({ ...granted, trigger, grant: "refresh_token" })),
    );
    expect(new Set(refreshes(events).map((event) => Object(event).key)).size).toBe(1);
    expect(ground.fake.tokenRequests).toHaveLength(6);
  });

  it("K11 a refusal names the time until which it is remembered", async () => {
    const { client, clock, events } = ground.connect({
      credentials: { ...testCredentials, clientSecret: "wrong-CANARY" },
    });
    await rejection(client.GET("/things"));
    await rejection(client.GET("/things"));
    expect(refreshes(events)).toMatchObject([{ outcome: "invalid_credentials", nextAt: clock.now() + 300_000 }]);
  });

  it("K12 one tenant's hanging sign-in holds up no other's", async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const barrier = createBarrier();
    ground.fake.onToken = async ({ body }) => {
      if (body.includes("stuck")) await barrier.wait();
      return undefined;
    };
    const stuck = ground.connect({ clock, store, credentials: { ...testCredentials, clientId: "stuck" } });
    const free = ground.connect({ clock, store });
    const waits = stuck.client.GET("/things");
    await until(() => barrier.size === 1);
    expect((await free.client.GET("/things")).status).toBe(200);
    barrier.release();
    expect((await waits).status).toBe(200);
  });

  it("K12 an endpoint whose every place is taken holds up no other endpoint", async () => {
    const clock: ManualClock = createManualClock();
    const store = createMemoryStore({ clock });
    const barrier = createBarrier();
    ground.fake.onToken = async () => void (await barrier.wait());
    const calls = Array.from({ length: 40 }, (_, index) =>
      ground
        .connect({ clock, store, credentials: { ...testCredentials, clientId: `client-${index}` } })
        .client.GET("/things"),
    );
    await until(() => barrier.size === 32);
    const other = await startFakeVendor();
    try {
      const { client } = ground.connect({ clock, store, server: { url: other.url } });
      expect((await client.GET("/things")).status).toBe(200);
    } finally {
      await other.close();
    }
    while (ground.fake.live.size < 40) {
      barrier.release();
      await turn();
    }
    await Promise.all(calls);
  });
});
