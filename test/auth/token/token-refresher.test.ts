import { describe, expect, it } from "vitest";
import { AuthError, createMemoryStore, type TokenStore } from "../../../src/index.ts";
import { storeKeyOf } from "../../../src/auth/credentials/token-identity.ts";
import { createTokenManagerHarness, type TokenManagerHarnessOptions } from "../../support/token-manager-harness.ts";
import { createManualClock, type ManualClock } from "../../support/manual-clock.ts";

const hour = 3_600_000;
const minute = 60_000;

type Change = (engine: TokenStore, clock: ManualClock) => Partial<TokenStore>;

/** Workers of one credential, with one token endpoint and one store, whose steps are counted. */
function open(answer: (count: number, form: URLSearchParams) => object = () => ({}), change: Change = () => ({})) {
  const clock = createManualClock();
  const engine = createMemoryStore({ clock });
  const store = { ...engine, ...change(engine, clock) };
  const tokenRequests: URLSearchParams[] = [];
  const steps: string[] = [];
  const counted: TokenStore = {
    read(key) {
      steps.push("read");
      return store.read(key);
    },
    acquire(key, options) {
      steps.push("acquire");
      return store.acquire(key, options);
    },
    commit(key, fence, record, options) {
      steps.push("commit");
      return store.commit(key, fence, record, options);
    },
    release(key, fence) {
      steps.push("release");
      return store.release(key, fence);
    },
    wait(key, version, timeoutInMs, signal) {
      steps.push(`wait ${timeoutInMs}`);
      return store.wait(key, version, timeoutInMs, signal);
    },
  };
  const worker = (more: Partial<TokenManagerHarnessOptions> = {}) =>
    createTokenManagerHarness({
      clock,
      store: counted,
      async answer(form) {
        tokenRequests.push(form);
        const count = tokenRequests.length;
        const body = { access_token: `access-${count}`, refresh_token: `refresh-${count}`, expires_in: 3600 };
        const reply = answer(count, form);
        return Response.json({ ...body, ...reply }, { status: "error" in reply ? 400 : 200 });
      },
      ...more,
    });
  return { clock, engine, tokenRequests, steps, worker };
}

/** Until what runs in the background is done: nothing here waits for more than promises, and digests, which other threads make. */
async function quiet() {
  for (let count = 0; count < 20; count += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    await crypto.subtle.digest("SHA-256", new Uint8Array(1));
  }
}

const spent = (form: URLSearchParams) => form.get("refresh_token");
const down = { error: "temporarily_unavailable" };
const failing = async () => {
  throw new Error("full");
};

describe("a record of another worker", () => {
  it("is adopted without a lease", async () => {
    const { tokenRequests, steps, worker } = open();
    await worker().manager.getToken();
    steps.length = 0;
    expect((await worker().manager.getToken()).token.accessToken).toBe("access-1");
    expect([tokenRequests.length, steps]).toEqual([1, ["read"]]);
  });

  it("is refreshed in its advisory window by the worker that reads it", async () => {
    const { clock, tokenRequests, worker } = open();
    await worker().manager.getToken();
    clock.advance(hour - 4 * minute);
    const { manager } = worker();
    await manager.getToken();
    expect(tokenRequests).toHaveLength(1);
    await manager.getToken();
    await quiet();
    expect(tokenRequests).toHaveLength(2);
  });

  it("with a failure holds this worker back as well", async () => {
    const { tokenRequests, worker } = open(() => ({ error: "invalid_client" }));
    await expect(worker().manager.getToken()).rejects.toThrow("invalid_client");
    await expect(worker().manager.getToken()).rejects.toThrow("invalid_client");
    expect(tokenRequests).toHaveLength(1);
  });

  it("counts the failures in a row, so that the next back-off slot is longer", async () => {
    const { clock, worker } = open(() => down);
    await expect(worker().manager.getToken()).rejects.toMatchObject({ retryAt: clock.now() + 1_000 });
    clock.advance(1_000);
    const { manager, events } = worker();
    await expect(manager.getToken()).rejects.toMatchObject({ retryAt: clock.now() + 2_000 });
    expect(events).toMatchObject([{ type: "refresh", nextAt: clock.now() + 2_000 }]);
  });

  it("with a failure and a good token is not read at every call", async () => {
    const { clock, tokenRequests, steps, worker } = open((count) => (count === 2 ? down : {}));
    const [{ manager: one }, { manager: two, events }] = [worker(), worker()];
    await one.getToken();
    await two.getToken();
    clock.advance(hour - 4 * minute);
    await one.getToken();
    await quiet();
    expect(tokenRequests).toHaveLength(2);
    await two.getToken();
    await quiet();
    const looked = steps.length;
    clock.advance(999);
    await two.getToken();
    await quiet();
    expect(steps).toHaveLength(looked);
    // The cached token is not adopted again.
    expect(events).toMatchObject([{ type: "adoption", trigger: "cold" }]);
    clock.advance(1);
    await two.getToken();
    await quiet();
    expect(tokenRequests).toHaveLength(3);
  });

  it("with a new token clears this worker's failure", async () => {
    const { clock, worker } = open((count) => (count === 2 ? down : {}));
    const [one, two] = [worker(), worker()];
    await one.manager.getToken();
    await two.manager.getToken();
    clock.advance(hour - 4 * minute);
    await one.manager.getToken();
    await quiet();
    expect(one.manager.failure).toBeDefined();
    await two.manager.refresh();
    expect((await one.manager.refresh()).token.accessToken).toBe("access-3");
    expect(one.manager.failure).toBeUndefined();
  });

  it("is read again under the lease, since it may be newer", async () => {
    const { tokenRequests, worker } = open(
      () => ({}),
      (engine) => {
        let isFirst = true;
        return {
          async acquire(key, options) {
            if (isFirst) {
              isFirst = false;
              await worker().manager.getToken();
            }
            return engine.acquire(key, options);
          },
        };
      },
    );
    expect((await worker().manager.getToken()).token.accessToken).toBe("access-1");
    expect(tokenRequests).toHaveLength(1);
  });

  it("is waited for as long as its lease can last, and no longer", async () => {
    const { steps, worker, clock } = open(
      () => ({}),
      (_, time) => ({
        acquire: async () => undefined,
        wait: async () => time.advance(10_000),
      }),
    );
    const { manager } = worker();
    const error: unknown = await Promise.resolve(manager.getToken()).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      message: "acme: another worker's refresh did not finish in time; check whether that worker hangs",

      outcome: "transient",
      kind: "unavailable",
      phase: "obtain",
      retryAt: clock.now() + 1_000,
    });
    const waits = [40_000, 30_000, 20_000, 10_000].flatMap((left) => ["read", "acquire", `wait ${left}`]);
    expect(steps).toEqual([...waits, "read", "acquire"]);
    await expect(manager.getToken()).rejects.toBe(error);
    expect(steps).toHaveLength(waits.length + 2);
  });

  it("is ignored by a worker that closes while it waits", async () => {
    const { engine, steps, worker } = open();
    const { manager } = worker();
    await engine.acquire(storeKeyOf(await manager.identity()), { owner: "another", ttlInMs: 30_000 });
    const waiting = Promise.resolve(manager.getToken()).catch((error: unknown) => error);
    await expect.poll(() => steps.at(-1), { interval: 1 }).toBe("wait 40000");
    await manager.close();
    expect(await waiting).toMatchObject({ outcome: "closed" });
    expect(steps).toEqual(["read", "acquire", "wait 40000"]);
  });
});

describe("a client that is closed before its request is sent", () => {
  it("sends nothing, and holds no lease", async () => {
    const { tokenRequests, steps, worker } = open(
      () => ({}),
      (engine) => ({
        async acquire(key, options) {
          const lease = await engine.acquire(key, options);
          closing = manager.close();
          return lease;
        },
      }),
    );
    let closing: Promise<void> | undefined;
    const { manager } = worker();
    await expect(manager.getToken()).rejects.toMatchObject({ outcome: "closed" });
    await closing;
    expect([tokenRequests.length, steps]).toEqual([0, ["read", "acquire", "release"]]);
  });
});

describe("a credentials function that fails", () => {
  it("is not called until its back-off slot is over, like a token endpoint", async () => {
    let count = 0;
    const { clock, worker } = open();
    const { manager } = worker({
      credentials: () => {
        count += 1;
        throw new Error("the vault is sealed");
      },
    });
    const error: unknown = await Promise.resolve(manager.getToken()).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "AuthError", outcome: "transient", retryAt: clock.now() + 1_000 });
    clock.advance(999);
    await expect(manager.getToken()).rejects.toBe(error);
    expect(count).toBe(1);
    clock.advance(1);
    await expect(manager.getToken()).rejects.toMatchObject({ retryAt: clock.now() + 2_000 });
  });
});

describe("a store that returns an older version", () => {
  /** The record as it was after so many commits. */
  function losing() {
    let lost: { record: string; version: number } | undefined;
    const kept: { record: string; version: number }[] = [];
    const change: Change = (engine) => ({
      async read(key) {
        return { ...(await engine.read(key)), ...lost };
      },
      async acquire(key, options) {
        const lease = await engine.acquire(key, options);
        return lease && { ...lease, ...lost };
      },
      async commit(key, fence, record, options) {
        const isKept = await engine.commit(key, fence, record, options);
        kept.push({ record, version: (await engine.read(key)).version });
        lost = undefined;
        return isKept;
      },
    });
    return { change, loseAllAfter: (count: number) => (lost = kept[count - 1]) };
  }

  it("may not know that the refresh token was used, so it is used once more at most, marked as in doubt", async () => {
    const { change, loseAllAfter } = losing();
    const { clock, tokenRequests, worker } = open(() => ({}), change);
    const { manager, events } = worker();
    await manager.getToken();
    // Seen in passing, under no lease of its own.
    await worker().manager.refresh();
    clock.advance(hour - minute);
    await manager.getToken();
    await quiet();
    loseAllAfter(1);
    clock.advance(hour);
    await manager.getToken();
    expect(tokenRequests.map(spent)).toEqual([null, "refresh-1", "refresh-1"]);
    expect(events.at(-1)).toMatchObject({ type: "refresh", inDoubtAttempt: true, outcome: "ok" });
  });

  it("may report that itself", async () => {
    const { clock, worker } = open(
      () => ({}),
      (engine) => ({
        async acquire(key, options) {
          const lease = await engine.acquire(key, options);
          return lease && { ...lease, mayBeStale: true };
        },
      }),
    );
    const { manager, events } = worker();
    await manager.getToken();
    clock.advance(hour);
    await manager.getToken();
    expect(events.at(-1)).toMatchObject({ inDoubtAttempt: true });
  });

  it("is not assumed where the record belongs to other credentials", async () => {
    let clientId = "one";
    const { clock, worker } = open();
    const { manager, events } = worker({ credentials: () => ({ clientId, clientSecret: "secret-CANARY" }) });
    await worker({ credentials: { clientId: "two", clientSecret: "secret-CANARY" } }).manager.getToken();
    for (let count = 0; count < 3; count += 1) await manager.refresh();
    clientId = "two";
    clock.advance(hour);
    await manager.getToken();
    expect(events.at(-1)).toMatchObject({ type: "refresh", grant: "refresh_token", inDoubtAttempt: false });
  });
});

describe("a grant that the store did not take", () => {
  it("keeps its lease as long as it lasts, and is written under the next one, without another use of its refresh token", async () => {
    let isFull = false;
    const { clock, engine, tokenRequests, steps, worker } = open(
      () => ({}),
      (store) => ({
        commit: (key, fence, record, options) =>
          isFull && !record.includes("intent") ? failing() : store.commit(key, fence, record, options),
      }),
    );
    const { manager } = worker();
    const key = storeKeyOf(await manager.identity());
    await manager.getToken();
    isFull = true;
    steps.length = 0;
    await manager.refresh();
    expect(manager.hasUnsavedToken).toBe(true);
    expect(steps).toEqual(["read", "acquire", "commit", "commit"]);
    expect(await engine.acquire(key, { owner: "another", ttlInMs: 1 })).toBeUndefined();
    clock.advance(30_000);
    const other = (await engine.acquire(key, { owner: "another", ttlInMs: 1 })) ?? expect.fail("the lease was over");
    await engine.release(key, other.fence);
    isFull = false;
    await expect.poll(() => clock.advance(1_000) ?? manager.hasUnsavedToken, { interval: 1 }).toBe(false);
    await quiet();
    expect(tokenRequests.map(spent)).toEqual([null, "refresh-1"]);
    expect((await manager.getToken()).token.accessToken).toBe("access-2");
    expect((await engine.read(key)).record).toContain("refresh-2");
  });

  it("alone keeps a lease: a lease without a grant is released", async () => {
    const missing = new AuthError("acme", "no", { outcome: "transient", kind: "unavailable" });
    const { steps, worker } = open(() => {
      throw missing;
    });
    await expect(worker().manager.getToken()).rejects.toBe(missing);
    expect(steps).toEqual(["read", "acquire", "release"]);
  });
});

describe("times in the store", () => {
  it("are the store's own", async () => {
    let record = "";
    const behindInMs = 10 * minute;
    const { clock, worker } = open(
      () => ({}),
      (engine) => ({
        async acquire(key, options) {
          const lease = await engine.acquire(key, options);
          return lease && { ...lease, now: lease.now - behindInMs };
        },
        commit(key, fence, text, options) {
          record = text;
          return engine.commit(key, fence, text, options);
        },
      }),
    );
    const { manager, events } = worker();
    const { token } = await manager.getToken();
    expect(token.obtainedAt).toBe(clock.now() - behindInMs);
    expect(JSON.parse(record)).toMatchObject({ token: { expiresAt: clock.now() - behindInMs + hour } });
    expect(events.at(-1)).toMatchObject({ nextAt: clock.now() + hour });
  });
});

describe("without a store", () => {
  const reusable = { rotates: false };

  it("a one-time refresh token is not used, and the store's failure is reported", async () => {
    const { tokenRequests, worker } = open(
      () => ({}),
      () => ({ read: failing }),
    );
    const { manager, events } = worker();
    await expect(manager.getToken()).rejects.toMatchObject({
      message:
        "acme: the token store failed (read: failed); a one-time refresh token is not used without the store; fix the store",
      outcome: "transient",
    });
    expect(tokenRequests).toEqual([]);
    expect(events).toMatchObject([{ type: "store", action: "read", reason: "failed" }]);
  });

  it("refused credentials are resolved once more, as with a store", async () => {
    const { tokenRequests, worker } = open(
      (count) => (count === 1 ? { error: "invalid_client" } : {}),
      () => ({ read: failing }),
    );
    let count = 0;
    const { manager } = worker({
      lifecycle: reusable,
      credentials: () => ({ clientId: "client", clientSecret: `secret-${++count}` }),
    });
    expect((await manager.getToken()).token.accessToken).toBe("access-2");
    expect(tokenRequests.map((form) => form.get("client_secret"))).toEqual(["secret-1", "secret-2"]);
  });

  it("failures are counted until a sign-in succeeds", async () => {
    const { clock, worker } = open(
      (count) => (count === 3 ? {} : down),
      () => ({ read: failing }),
    );
    const { manager } = worker({ lifecycle: reusable });
    for (const slot of [1_000, 2_000]) {
      await expect(manager.getToken()).rejects.toMatchObject({ retryAt: clock.now() + slot, phase: "obtain" });
      clock.advance(slot);
    }
    await manager.getToken();
    clock.advance(hour);
    await expect(manager.getToken()).rejects.toMatchObject({ retryAt: clock.now() + 1_000 });
  });

  it("the endpoint's slots are released", async () => {
    const { tokenRequests, worker } = open(
      () => ({}),
      () => ({ read: failing }),
    );
    const { manager } = worker({ lifecycle: reusable });
    for (let count = 0; count < 40; count += 1) await manager.refresh();
    expect(tokenRequests).toHaveLength(40);
  });
});

describe("a change of the record outside a refresh", () => {
  it("works for a worker that has not called yet", async () => {
    const { tokenRequests, worker } = open((count) => (count === 1 ? { error: "invalid_client" } : {}));
    await expect(worker().manager.getToken()).rejects.toThrow("invalid_client");
    await worker().manager.clearFailure();
    expect((await worker().manager.getToken()).token.accessToken).toBe("access-2");
    expect(tokenRequests).toHaveLength(2);
  });

  it("is skipped while another worker holds the lease, and where the store fails, which is reported", async () => {
    const { steps, worker } = open(
      () => ({}),
      () => ({ acquire: async () => undefined }),
    );
    await worker().manager.clearFailure();
    expect(steps).toEqual(["acquire"]);
    const { manager, events } = open(
      () => ({}),
      () => ({ acquire: failing }),
    ).worker();
    await manager.clearFailure();
    expect(events).toMatchObject([{ type: "store", action: "acquire", reason: "failed" }]);
  });
});
