import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../../../src/index.ts";
import type { StoredToken, TokenRecord } from "../../../src/store/token-record.ts";
import { createRecordStore, type RecordStore } from "../../../src/store/record-store.ts";
import { acquireLease, CommitRefusedError } from "../../../src/store/lease.ts";
import { createCommitRetry, type UnsavedGrant } from "../../../src/auth/token/commit-retry.ts";
import { createCachedToken } from "../../../src/auth/token/token-cache.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const tick = () => new Promise((resolve) => setImmediate(resolve));

const tokenOf = (serial: number): StoredToken => ({
  accessToken: `access-${serial}`,
  refreshToken: `refresh-${serial}`,
  tokenType: "Bearer",
  estimated: false,
  attributes: {},
  obtainedAt: 0,
  expiresAt: 1_000,
});
const recordOf = (serial: number): TokenRecord => ({ format: 1, fingerprint: "mine", token: tokenOf(serial) });
const cachedToken = createCachedToken(tokenOf(2), 0, {
  clock: createManualClock(),
  bufferInMs: 0,
  worker: { owner: "worker", jitter: 0 },
});
const grant: UnsavedGrant = { record: recordOf(2), base: tokenOf(1), key: "key", fence: 7, cachedToken };

/** With a store whose commits go as planned: kept, refused, or failed. */
function open(...plan: (boolean | Error)[]) {
  const clock = createManualClock();
  const engine = createRecordStore(createMemoryStore({ clock }), clock, 10_000);
  const commits: unknown[] = [];
  const store: RecordStore = {
    ...engine,
    async commit(...given) {
      commits.push(given);
      const outcome = plan.length > 1 ? plan.shift() : plan[0];
      if (outcome instanceof Error) throw outcome;
      return outcome ?? true;
    },
  };
  const closing = new AbortController();
  const calls = { saved: 0, leases: 0 };
  const commitRetry = createCommitRetry({
    store,
    clock,
    worker: { owner: "worker", jitter: 0 },
    closing: closing.signal,
    onSaved: () => {
      calls.saved += 1;
    },
    takeAnotherLease: async () => {
      calls.leases += 1;
    },
  });
  const lease = () => acquireLease(store, { key: "key", owner: "worker", deadlineInMs: 1_000, clock });
  return { clock, commitRetry, commits, closing, calls, lease };
}

const failed = new Error("full");

describe("a grant that the store did not take", () => {
  it("is pending until it is saved or discarded", () => {
    const { commitRetry } = open();
    expect(commitRetry.grant).toBeUndefined();
    commitRetry.add(grant);
    expect(commitRetry.grant).toBe(grant);
    commitRetry.discard();
    expect(commitRetry.grant).toBeUndefined();
  });

  it("is discarded where another worker has written a newer token", () => {
    const { commitRetry } = open();
    expect(commitRetry.isStillPending("key", recordOf(1))).toBe(false);
    commitRetry.add(grant);
    expect(commitRetry.isStillPending("key", undefined)).toBe(true);
    expect(commitRetry.isStillPending("key", { format: 1, fingerprint: "mine" })).toBe(true);
    expect(commitRetry.isStillPending("key", recordOf(1))).toBe(true);
    expect(commitRetry.isStillPending("another", undefined)).toBe(false);
    expect(commitRetry.isStillPending("another", recordOf(3))).toBe(false);
    expect(commitRetry.grant).toBe(grant);
    expect(commitRetry.isStillPending("key", recordOf(3))).toBe(false);
    expect(commitRetry.grant).toBeUndefined();
  });

  it("is written under a new lease, and reported once", async () => {
    const { commitRetry, clock, lease, calls } = open(failed, true);
    commitRetry.add(grant);
    const retrying = commitRetry.retry();
    clock.advance(1_000);
    await tick();
    const newLease = (await lease()) ?? expect.fail("the lease is there");
    await commitRetry.commitUnder(newLease);
    expect([commitRetry.grant, calls.saved]).toEqual([undefined, 1]);
    await commitRetry.commitUnder(newLease);
    expect(calls.saved).toBe(1);
    clock.advance(2_000);
    await retrying;
  });

  it("is not reported as saved where its failure was not reported", async () => {
    const { commitRetry, lease, calls } = open(true);
    commitRetry.add(grant);
    await commitRetry.commitUnder((await lease()) ?? expect.fail("the lease is there"));
    expect([commitRetry.grant, calls.saved]).toEqual([undefined, 0]);
  });

  it("stays pending where the new lease was lost", async () => {
    const { commitRetry, lease, calls } = open(false);
    commitRetry.add(grant);
    const newLease = (await lease()) ?? expect.fail("the lease is there");
    await expect(commitRetry.commitUnder(newLease)).rejects.toBeInstanceOf(CommitRefusedError);
    expect([commitRetry.grant, calls.saved]).toEqual([grant, 0]);
  });

  it("is retried under its own fence, with growing delays, until it is kept", async () => {
    const { commitRetry, clock, commits, calls } = open(failed, failed, true);
    commitRetry.add(grant);
    const retrying = commitRetry.retry();
    for (const [index, delay] of [1_000, 2_000, 4_000].entries()) {
      clock.advance(delay - 1);
      await tick();
      expect(commits).toHaveLength(index);
      clock.advance(1);
      await tick();
      expect(commits).toHaveLength(index + 1);
    }
    await retrying;
    expect(commits[0]).toEqual(["key", 7, grant.record, { release: true, now: expect.any(Number) }]);
    expect([commitRetry.grant, calls]).toEqual([undefined, { saved: 1, leases: 0 }]);
    expect(clock.timers).toBe(0);
  });

  it("is retried eight times", async () => {
    const { commitRetry, clock, commits } = open(failed);
    commitRetry.add(grant);
    const retrying = commitRetry.retry();
    for (let count = 0; count < 10; count += 1) {
      clock.advance(60_000);
      await tick();
    }
    await retrying;
    expect(commits).toHaveLength(8);
    expect(commitRetry.grant).toBe(grant);
  });

  it("takes a new lease where its own has expired", async () => {
    const { commitRetry, clock, calls } = open(false);
    commitRetry.add(grant);
    const retrying = commitRetry.retry();
    clock.advance(1_000);
    await retrying;
    expect([commitRetry.grant, calls]).toEqual([grant, { saved: 0, leases: 1 }]);
  });

  it("is no longer retried when another grant has replaced it", async () => {
    const { commitRetry, clock, commits } = open(true);
    commitRetry.add(grant);
    const retrying = commitRetry.retry();
    commitRetry.add({ ...grant, fence: 8 });
    clock.advance(1_000);
    await retrying;
    expect(commits).toEqual([]);
  });

  it("that does not exist is not retried", async () => {
    const { commitRetry, clock, commits } = open(true);
    await commitRetry.retry();
    await commitRetry.flush();
    expect([commits, clock.timers]).toEqual([[], 0]);
  });

  it("is retried once more when the client closes", async () => {
    const { commitRetry, clock, closing, commits, calls } = open(true);
    commitRetry.add(grant);
    const retrying = commitRetry.retry();
    closing.abort("closed");
    await expect(retrying).rejects.toBe("closed");
    expect(clock.timers).toBe(0);
    await commitRetry.flush();
    expect(commits).toHaveLength(1);
    expect([commitRetry.grant, calls.saved]).toEqual([undefined, 1]);
  });

  it("that was discarded during its commit is not reported", async () => {
    const { commitRetry, calls } = open(true);
    commitRetry.add(grant);
    const saving = commitRetry.flush();
    commitRetry.discard();
    await saving;
    expect(calls.saved).toBe(0);
  });
});
