import { describe, expect, it } from "vitest";
import { AuthError, createMemoryStore, type TokenStore } from "../../../src/index.ts";
import { createTokenManagerHarness, type TokenManagerHarnessOptions } from "../../support/token-manager-harness.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { testLifecycle } from "../../support/test-vendor.ts";

const hour = 3_600_000;
type Answer = (count: number, form: URLSearchParams) => object | Promise<object>;
type Commit = TokenStore["commit"];

const rejection = { operation: "GET /things", reason: "invalid_token" } as const;
const refusedBy = (error: string) => ({ access_token: undefined, refresh_token: undefined, error });
const tick = () => new Promise((resolve) => setImmediate(resolve));
const failure = (promise: unknown) =>
  Promise.resolve(promise).then(
    () => expect.fail("it should have been rejected"),
    (error: unknown) => error,
  );

interface More extends Partial<TokenManagerHarnessOptions> {
  /** In place of the store's own, by the number of the commit, from 1. */
  readonly onCommit?: (count: number, commit: () => ReturnType<Commit>) => ReturnType<Commit>;
}

function open(answer: Answer = () => ({}), { onCommit = (_, commit) => commit(), ...more }: More = {}) {
  const clock = createManualClock();
  const engine = createMemoryStore({ clock });
  const tokenRequests: URLSearchParams[] = [];
  const steps: string[] = [];
  const records: string[] = [];
  const store: TokenStore = {
    ...engine,
    read(key) {
      steps.push("read");
      return engine.read(key);
    },
    commit(key, fence, record, options) {
      records.push(record);
      return onCommit(records.length, () => engine.commit(key, fence, record, options));
    },
  };
  const harness = createTokenManagerHarness({
    clock,
    store,
    async answer(form) {
      tokenRequests.push(form);
      const count = tokenRequests.length;
      const grant = { access_token: `access-${count}`, refresh_token: `refresh-${count}`, expires_in: 3600 };
      return Response.json({ ...grant, ...(await answer(count, form)) });
    },
    ...more,
  });
  /** Waits until background work is done: every store operation has a timer, and each hash takes a tick. */
  const quiet = async () => {
    for (let still = 0; still < 5; still += 1) {
      await tick();
      await crypto.subtle.digest("SHA-256", new Uint8Array());
      if (clock.timers > 0) still = 0;
    }
  };
  const triggers = () => harness.events.flatMap((event) => (event.type === "refresh" ? [event.trigger] : []));
  return { ...harness, clock, engine, tokenRequests, steps, records, quiet, triggers };
}

describe("a token manager", () => {
  it("starts its advisory window at the buffer of the vendor's document", async () => {
    const { manager, clock, tokenRequests, quiet } = open(undefined, { lifecycle: { bufferInSeconds: 60 } });
    await manager.getToken();
    clock.advance(hour - 61_000);
    await manager.getToken();
    await quiet();
    expect(tokenRequests).toHaveLength(1);
    clock.advance(1_000);
    await manager.getToken();
    await expect.poll(() => tokenRequests.length, { interval: 1 }).toBe(2);
    await quiet();
  });

  it("does not use a refresh token in doubt in the background, and reads the store again only after a pause", async () => {
    const { manager, clock, tokenRequests, steps, quiet, events } = open((count) => {
      if (count === 2) throw Object.assign(new Error("lost"), { code: "ECONNRESET" });
      return {};
    });
    await manager.getToken();
    clock.advance(hour - 200_000);
    await manager.getToken();
    await expect.poll(() => events.at(-1), { interval: 1 }).toMatchObject({ type: "refresh", outcome: "in_doubt" });
    await quiet();
    clock.advance(2_000);
    await manager.getToken();
    await quiet();
    const looked = steps.length;
    for (let second = 0; second < 30; second += 1) {
      clock.advance(1_000);
      await manager.getToken();
      await quiet();
    }
    expect([tokenRequests.length, steps.length]).toEqual([2, looked]);
    // In the mandatory window callers wait for the one more attempt, marked.
    clock.advance(150_000);
    expect((await manager.getToken()).token.accessToken).toBe("access-3");
    expect(events.at(-1)).toMatchObject({ type: "refresh", inDoubtAttempt: true, outcome: "ok" });
  });

  it("keeps a refresh token that was not sent because the request's own token could not be obtained", async () => {
    const missing = new AuthError("acme", "no", { outcome: "transient", kind: "unavailable" });
    const { manager, clock, tokenRequests, records, events } = open((count) => {
      if (count === 2) throw missing;
      return {};
    });
    await manager.getToken();
    clock.advance(hour);
    await expect(manager.getToken()).rejects.toBe(missing);
    expect(records.at(-1)).toContain("refresh-1");
    expect(records.at(-1)).not.toContain("intent");
    clock.advance(hour);
    await manager.getToken();
    expect(tokenRequests.at(-1)?.get("refresh_token")).toBe("refresh-1");
    expect(events.at(-1)).toMatchObject({ inDoubtAttempt: false });
  });

  it("discovers the token endpoint once", async () => {
    const [obtain] = testLifecycle.obtain;
    if (!obtain) throw new Error("the test vendor signs in");
    const path = "/.well-known/openid-configuration";
    const found = { issuer: "https://acme.invalid", token_endpoint: "https://acme.invalid/token" };
    const { manager, tokenRequests } = open((count) => (count === 1 ? found : {}), {
      lifecycle: { obtain: [{ ...obtain, path, discovery: true }] },
    });
    expect((await manager.getToken()).token.accessToken).toBe("access-2");
    await manager.refresh();
    expect(tokenRequests.map((form) => form.get("grant_type"))).toEqual([null, "client_credentials", "refresh_token"]);
  });

  it("reports the trigger and the duration of an adoption", async () => {
    const { manager, clock } = open();
    expect(manager.isShared).toBe(false);
    const store = createMemoryStore({ clock });
    const answer = async () => Response.json({ access_token: "theirs", expires_in: 3600 });
    const theirs = createTokenManagerHarness({ clock, store, answer });
    await theirs.manager.getToken();
    const mine = createTokenManagerHarness({ clock, store, answer });
    await mine.manager.getToken();
    expect(mine.events).toMatchObject([{ type: "adoption", scheme: "bearer", trigger: "cold", waitedInMs: 0 }]);
  });
});

describe("a caller", () => {
  it("causes a refresh event with its trigger", async () => {
    const { manager, clock, triggers } = open();
    expect(manager.key).toBe("");
    await manager.getToken();
    expect(manager.key).toBe((await manager.identity()).key);
    clock.advance(hour);
    await manager.getToken();
    manager.markAccepted("access-2");
    await manager.replaceRejected("access-2", rejection);
    await manager.refresh();
    expect(triggers()).toEqual(["cold", "expired", "rejected", "forced"]);
  });

  it("gets the cached token where the refresh fails, even in the mandatory window", async () => {
    const { manager, clock, tokenRequests } = open((count) =>
      count === 2 ? refusedBy("temporarily_unavailable") : {},
    );
    await manager.getToken();
    clock.advance(hour - 20_000);
    expect((await manager.getToken()).token.accessToken).toBe("access-1");
    expect(tokenRequests).toHaveLength(2);
  });

  it("gets an active failure without a read of the store, and no background refresh runs", async () => {
    const refused = open(() => refusedBy("invalid_client"));
    const error = await failure(refused.manager.getToken());
    const { length } = refused.steps;
    expect(await failure(refused.manager.getToken())).toBe(error);
    expect(refused.steps).toHaveLength(length);
    const ahead = open((count) => (count === 2 ? refusedBy("temporarily_unavailable") : {}));
    await ahead.manager.getToken();
    ahead.clock.advance(hour - 200_000);
    await ahead.manager.getToken();
    await ahead.quiet();
    expect(ahead.manager.failure?.error).toBeInstanceOf(AuthError);
    const looked = ahead.steps.length;
    await ahead.manager.getToken();
    await ahead.quiet();
    expect(ahead.steps).toHaveLength(looked);
  });

  it("of a closed client gets the closed error, whatever failed before", async () => {
    const { manager } = open(() => refusedBy("invalid_client"));
    await failure(manager.getToken());
    await manager.close();
    expect(await failure(manager.getToken())).toMatchObject({ outcome: "closed" });
  });

  it("does not get a token that expired before it was stored", async () => {
    let pass = () => {};
    const { manager, clock, tokenRequests } = open(() => ({ expires_in: tokenRequests.length === 1 ? 5 : 3600 }), {
      onCommit(count, commit) {
        if (count === 1) pass();
        return commit();
      },
    });
    pass = () => clock.advance(5_000);
    expect((await manager.getToken()).token.accessToken).toBe("access-2");
    expect(tokenRequests).toHaveLength(2);
  });
});

describe("a forced refresh", () => {
  it("runs without a cached token, and despite an active failure", async () => {
    const { manager, tokenRequests } = open((count) => (count === 2 ? refusedBy("invalid_client") : {}));
    expect((await manager.refresh()).token.accessToken).toBe("access-1");
    expect(await failure(manager.refresh())).toMatchObject({ kind: "invalid_credentials" });
    expect((await manager.refresh()).token.accessToken).toBe("access-3");
    expect(tokenRequests).toHaveLength(3);
  });

  it("that fails rejects once, although the cached token is good", async () => {
    const { manager, tokenRequests } = open((count) => (count === 2 ? refusedBy("temporarily_unavailable") : {}));
    await manager.getToken();
    expect(await failure(manager.refresh())).toMatchObject({ kind: "unavailable" });
    expect(tokenRequests).toHaveLength(2);
    expect(manager.cachedToken?.token.accessToken).toBe("access-1");
  });

  it("that joins a failing refresh runs once more, and then rejects", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const { manager, clock, tokenRequests } = open(async (count) => {
      if (count === 1) return {};
      if (count === 2) await held;
      return refusedBy("temporarily_unavailable");
    });
    await manager.getToken();
    clock.advance(hour - 200_000);
    await manager.getToken();
    await expect.poll(() => tokenRequests.length, { interval: 1 }).toBe(2);
    const forced = failure(manager.refresh());
    release();
    expect(await forced).toMatchObject({ kind: "unavailable" });
    expect(tokenRequests).toHaveLength(3);
  });

  it("that joins a refresh which adopts the same token runs once more", async () => {
    const { manager, clock, tokenRequests, quiet } = open((count) => {
      if (count === 2) throw Object.assign(new Error("lost"), { code: "ECONNRESET" });
      return {};
    });
    await manager.getToken();
    clock.advance(hour - 200_000);
    await manager.getToken();
    await expect.poll(() => tokenRequests.length, { interval: 1 }).toBe(2);
    await quiet();
    clock.advance(2_000);
    // In doubt, the background leaves the refresh token alone.
    await manager.getToken();
    expect((await manager.refresh()).token.accessToken).toBe("access-3");
    expect(tokenRequests).toHaveLength(3);
  });

  it("accepts the same token from the vendor the second time", async () => {
    const { manager, tokenRequests } = open(() => ({ access_token: "same" }));
    await manager.getToken();
    expect((await manager.refresh()).token.accessToken).toBe("same");
    expect(tokenRequests).toHaveLength(3);
  });
});

describe("a rejected access token", () => {
  it("in its propagation window that was never accepted is replayed after a delay, and stays valid", async () => {
    const { manager, clock, tokenRequests, events } = open();
    await manager.getToken();
    clock.advance(4_999);
    let isTried = false;
    const again = manager.replaceRejected("access-1", rejection).then((token) => {
      isTried = true;
      return token;
    });
    clock.advance(1_999);
    await tick();
    expect(isTried).toBe(false);
    clock.advance(1);
    expect((await again)?.token.accessToken).toBe("access-1");
    expect(tokenRequests).toHaveLength(1);
    expect(events.map(({ type }) => type)).toEqual(["refresh"]);
  });

  it("is not delayed for a caller that aborts, or a client that is closed", async () => {
    const { manager, clock } = open();
    await manager.getToken();
    const controller = new AbortController();
    const left = failure(manager.replaceRejected("access-1", rejection, controller.signal));
    controller.abort("gone");
    expect(await left).toBe("gone");
    const staying = failure(manager.replaceRejected("access-1", rejection, new AbortController().signal));
    const silent = failure(manager.replaceRejected("access-1", rejection));
    await manager.close();
    expect([await staying, await silent]).toMatchObject([{ outcome: "closed" }, { outcome: "closed" }]);
    expect(clock.timers).toBe(0);
  });

  it("that is five seconds old, or was accepted before, is replaced at once", async () => {
    const { manager, clock, events } = open();
    manager.markAccepted("access-1");
    await manager.getToken();
    clock.advance(5_000);
    expect((await manager.replaceRejected("access-1", rejection))?.token.accessToken).toBe("access-2");
    expect(events).toContainEqual({
      type: "invalidation",
      vendor: "acme",
      scheme: "bearer",
      key: manager.key,
      ...rejection,
      ageInMs: 5_000,
    });
    manager.markAccepted("access-2");
    expect((await manager.replaceRejected("access-2", rejection))?.token.accessToken).toBe("access-3");
    manager.markAccepted("access-2");
    const again = manager.replaceRejected("access-3", rejection);
    await tick();
    clock.advance(2_000);
    expect((await again)?.token.accessToken).toBe("access-3");
  });

  it("that was replaced since gets the cached token, without a read of the store", async () => {
    const { manager, clock, tokenRequests, steps } = open();
    await manager.getToken();
    clock.advance(6_000);
    await manager.replaceRejected("access-1", rejection);
    const { length } = steps;
    expect((await manager.replaceRejected("access-1", rejection))?.token.accessToken).toBe("access-2");
    expect(steps).toHaveLength(length);
    clock.advance(hour);
    expect((await manager.replaceRejected("access-1", rejection))?.token.accessToken).toBe("access-3");
    expect(tokenRequests).toHaveLength(3);
  });
});

describe("a grant that the store did not take at first", () => {
  const full = () => Promise.reject(new Error("full"));

  it("is reported, and so is the commit that succeeds", async () => {
    const { manager, clock, events } = open(undefined, {
      onCommit: (count, commit) => (count === 1 ? full() : commit()),
    });
    await manager.getToken();
    const storeEvent = { type: "store", vendor: "acme", scheme: "bearer", key: manager.key, action: "commit" };
    expect(events.at(-1)).toEqual({ ...storeEvent, reason: "failed", isUndurable: true });
    expect(manager.hasUnsavedToken).toBe(true);
    await tick();
    clock.advance(1_000);
    await expect
      .poll(() => events.at(-1), { interval: 1 })
      .toEqual({ ...storeEvent, reason: undefined, isUndurable: false });
    expect(manager.hasUnsavedToken).toBe(false);
  });

  const lost: More = {
    onCommit: (count, commit) => (count === 1 ? full() : count === 2 ? Promise.resolve(false) : commit()),
  };

  it("is written under a new lease where its own was lost meanwhile", async () => {
    const { manager, clock, tokenRequests, records } = open(undefined, lost);
    await manager.getToken();
    await tick();
    clock.advance(60_000);
    await expect.poll(() => manager.hasUnsavedToken, { interval: 1 }).toBe(false);
    expect(records).toHaveLength(3);
    expect(tokenRequests).toHaveLength(1);
  });

  it("is written first, and then refreshed, where it is due by then", async () => {
    const { manager, clock, records, triggers } = open(undefined, lost);
    await manager.getToken();
    await tick();
    clock.advance(hour - 200_000);
    await expect.poll(() => manager.cachedToken?.token.accessToken, { interval: 1 }).toBe("access-2");
    expect(triggers()).toEqual(["cold", "advisory"]);
    expect(records[2]).toContain("access-1");
  });
});

describe("a session that ended", () => {
  it("is dropped from the store with its refresh token, even without a cached token", async () => {
    const { manager, clock, tokenRequests, records } = open();
    await manager.getToken();
    await manager.invalidateSession();
    expect(records.at(-1)).not.toContain("-1");
    expect((await manager.getToken()).token.accessToken).toBe("access-2");
    clock.advance(hour);
    manager.clearLocalToken();
    await manager.invalidateSession();
    await manager.getToken();
    expect(tokenRequests.map((form) => form.get("grant_type"))).toEqual(
      Array.from({ length: 3 }, () => "client_credentials"),
    );
  });

  it("is not adopted again where the store did not drop it", async () => {
    let isDown = false;
    const { manager, clock } = open(undefined, {
      onCommit: (_, commit) => (isDown ? Promise.reject(new Error("down")) : commit()),
    });
    await manager.getToken();
    isDown = true;
    await manager.invalidateSession();
    isDown = false;
    // The lease that it was to be dropped under ends first.
    clock.advance(60_000);
    expect((await manager.getToken()).token.accessToken).toBe("access-2");
  });

  it("is not written again by a pending commit", async () => {
    let isDown = true;
    const { manager, clock, records } = open(undefined, {
      onCommit: (_, commit) => (isDown ? Promise.reject(new Error("down")) : commit()),
    });
    await manager.getToken();
    await manager.invalidateSession();
    isDown = false;
    const { length } = records;
    await tick();
    clock.advance(60_000);
    await tick();
    expect(manager.hasUnsavedToken).toBe(false);
    expect(records).toHaveLength(length);
  });

  it("leaves another worker's newer session in the store", async () => {
    const { manager, clock, engine, events } = open();
    await manager.getToken();
    const answer = async () => Response.json({ access_token: "theirs", expires_in: 3600 });
    const theirs = createTokenManagerHarness({ clock, store: engine, answer });
    await theirs.manager.refresh();
    await manager.invalidateSession();
    expect((await manager.getToken()).token.accessToken).toBe("theirs");
    expect(events.at(-1)).toMatchObject({ type: "adoption" });
  });
});
