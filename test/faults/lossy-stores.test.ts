/** Stores that lose what they acknowledged, and waits for other workers over a host's sleep. */
import { describe, expect, it } from "vitest";
import { createMemoryStore, type LatchkeyEvent, type TokenStore } from "../../src/index.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";
import { testCredentials } from "../support/test-vendor.ts";
import { layGround, passing, rejection, turn, until } from "./support/fault-harness.ts";

const ground = layGround();

const hour = 3_600_000;
const live = <T>(clock: ManualClock, promise: Promise<T>): Promise<T> => passing([clock], promise, 100);
const storeEvents = (events: readonly LatchkeyEvent[]) => events.filter(({ type }) => type === "store");

type Fault = (engine: TokenStore, clock: ManualClock) => Partial<TokenStore>;

/** A client whose store has a fault and counts its operations. */
function connectTo(fault: Fault, options: { readonly rotating?: boolean; readonly retries?: false } = {}) {
  const { rotating = false, ...more } = options;
  ground.fake.rotating = rotating;
  const clock = createManualClock();
  const engine = createMemoryStore({ clock });
  const faulty = { ...engine, ...fault(engine, clock) };
  let operations = 0;
  const counted =
    <A extends unknown[], R>(operation: (...given: A) => R) =>
    (...given: A): R => {
      operations += 1;
      return operation(...given);
    };
  const store: TokenStore = {
    read: counted(faulty.read),
    acquire: counted(faulty.acquire),
    commit: counted(faulty.commit),
    release: counted(faulty.release),
    wait: counted(faulty.wait),
  };
  const lifecycle = { rotates: rotating };
  const bench = ground.connect({ clock, store, lifecycle, ...more });
  return { ...bench, engine, count: () => operations };
}

/** Evicted between two steps: every commit finds its lease gone. */
const evicting: Fault = (engine) => ({
  async commit(key, fence) {
    await engine.release(key, fence);
    return false;
  },
});
/** Acknowledges each commit, and keeps none. */
const forgetful: Fault = (engine) => {
  const start = engine.read("");
  const empty = async () => ({ ...(await start), record: undefined, version: 0 });
  let fence = 0;
  return {
    read: empty,
    acquire: async () => ({ ...(await empty()), fence: ++fence }),
    commit: async () => true,
    release: async () => {},
  };
};

describe("a store that loses what it acknowledged", () => {
  it("L09 one that refuses every commit is noticed at the second, and the token that was granted serves", async () => {
    const { client, clock, events, count } = connectTo(evicting);
    expect((await client.GET("/things")).status).toBe(200);
    expect(storeEvents(events)).toMatchObject([{ action: "commit", reason: "lost", isUndurable: true }]);
    expect(client.auth.status()).toMatchObject([{ state: "signed_in", unsaved: true }]);
    expect(ground.fake.tokenRequests).toHaveLength(1);
    expect(count()).toBeLessThanOrEqual(8);
    await client.GET("/things");
    expect(count()).toBeLessThanOrEqual(8);
    await live(clock, client.close());
  });

  it("L09 one that refuses every intent leaves a one-time refresh token alone, some operations a slot", async () => {
    let isLosing = false;
    const { client, clock, events, count } = connectTo(
      (engine) => ({ commit: async (...given) => (isLosing ? false : engine.commit(...given)) }),
      { rotating: true },
    );
    await client.GET("/things");
    clock.advance(hour);
    isLosing = true;
    const [before, began] = [count(), clock.now()];
    const error = await live(clock, rejection(client.GET("/things")));
    expect(error).toMatchObject({ name: "AuthError", outcome: "transient" });
    expect(String(error)).toContain("the token store failed (commit: lost)");
    expect(storeEvents(events).length).toBeGreaterThan(0);
    expect(ground.fake.tokenRequests).toHaveLength(1);
    // Four attempts, in the slots of 1, 2 and 4 seconds.
    expect(clock.now() - began).toBeGreaterThanOrEqual(7_000);
    expect(count() - before).toBeLessThanOrEqual(4 * 8);
    isLosing = false;
    clock.advance(10_000);
    expect((await client.GET("/things")).status, "the refresh token is as good as before").toBe(200);
    expect(ground.fake.reuses).toBe(0);
  });

  it("L09 one that acknowledges and forgets is noticed at the second loss; the client then signs in for itself", async () => {
    const { client, clock, events, count } = connectTo(forgetful);
    await client.GET("/things");
    expect(storeEvents(events)).toEqual([]);
    clock.advance(hour);
    await client.GET("/things");
    expect(storeEvents(events), "a store may be emptied once").toEqual([]);
    clock.advance(hour);
    expect((await client.GET("/things")).status).toBe(200);
    expect(storeEvents(events)).toMatchObject([{ action: "commit", reason: "lost", isUndurable: false }]);
    expect(ground.fake.tokenRequests).toHaveLength(3);
    expect(count()).toBeLessThanOrEqual(12);
  });

  it("L09 a store that is emptied once in a while is not a faulty one", async () => {
    let emptiedAt = 0;
    const { client, clock, events } = connectTo((engine) => ({
      async read(key) {
        const snapshot = await engine.read(key);
        return snapshot.version <= emptiedAt ? { ...snapshot, record: undefined, version: 0 } : snapshot;
      },
      async acquire(...given) {
        const lease = await engine.acquire(...given);
        return lease && lease.version <= emptiedAt ? { ...lease, record: undefined, version: 0 } : lease;
      },
      async commit(...given) {
        const isKept = await engine.commit(...given);
        commits += 1;
        // Every second record is lost, and the one after it is kept.
        if (commits % 2 === 1) emptiedAt = (await engine.read(given[0])).version;
        return isKept;
      },
    }));
    let commits = 0;
    for (let round = 0; round < 8; round += 1) {
      expect((await client.GET("/things")).status).toBe(200);
      clock.advance(hour);
    }
    expect(storeEvents(events)).toEqual([]);
  });

  it("L09 one that says at once that the wait is over, and gives no lease, is asked some times a second", async () => {
    const { client, clock, count } = connectTo(() => ({ acquire: async () => undefined, wait: async () => {} }), {
      retries: false,
    });
    const began = clock.now();
    const error = await live(clock, rejection(client.GET("/things", { timeoutInMs: 120_000 })));
    expect(String(error)).toContain("another worker's refresh did not finish in time");
    const seconds = (clock.now() - began) / 1_000;
    expect(seconds).toBeGreaterThanOrEqual(40);
    expect(count()).toBeLessThanOrEqual(4 * seconds);
  });
});

describe("a host that sleeps", () => {
  it.each([0, 1])("L12 before its first sign-in has looked at the lease, goes on when it wakes: %d", async (held) => {
    let isAsleep = false;
    const { client, clock, engine } = connectTo((store) => ({
      async read(key) {
        if (!isAsleep) {
          isAsleep = true;
          clock.sleepMachine(8 * hour);
          if (held) await engine.acquire(key, { owner: "another", ttlInMs: 30_000 });
        }
        return store.read(key);
      },
    }));
    expect((await live(clock, client.GET("/things", { timeoutInMs: 120_000 }))).status).toBe(200);
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("L12 while its credentials function works, goes on when it wakes", async () => {
    const clock = createManualClock();
    const { client } = ground.connect({
      clock,
      credentials: async () => {
        await turn();
        clock.sleepMachine(8 * hour);
        return testCredentials;
      },
    });
    expect((await client.GET("/things")).status).toBe(200);
  });

  it("L12 while it waits for another worker, looks at the lease once more before it gives up", async () => {
    let isWaiting = false;
    const { client, clock, engine } = connectTo((store) => ({
      wait: async (...given) => {
        isWaiting = true;
        return store.wait(...given);
      },
      acquire: async (key, options) => {
        if (!isWaiting) await store.acquire(key, { owner: "another", ttlInMs: 30_000 });
        return store.acquire(key, options);
      },
    }));
    const call = client.GET("/things");
    await until(() => isWaiting);
    clock.sleepMachine(8 * hour);
    expect((await live(clock, call)).status).toBe(200);
    expect(engine).toBeDefined();
  });

  it("L12 while its sign-in is under way, is answered by the next attempt", async () => {
    const { client, clock } = connectTo(() => ({}));
    ground.fake.onToken = (_, count) => {
      if (count > 1) return undefined;
      clock.sleepMachine(8 * hour);
      return "drop";
    };
    expect((await live(clock, client.GET("/things"))).status).toBe(200);
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });
});
