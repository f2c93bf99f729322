import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../../../src/index.ts";
import type { StoredToken, TokenRecord } from "../../../src/store/token-record.ts";
import { createRecordStore, type RecordStore } from "../../../src/store/record-store.ts";
import { acquireLease } from "../../../src/store/lease.ts";
import { createCommitRetry, type UnsavedGrant } from "../../../src/auth/token/commit-retry.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

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
const grant: UnsavedGrant = { record: recordOf(2), base: tokenOf(1), key: "key", fence: 7, isReported: true };

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
  const told = { saved: 0, leases: 0 };
  const unsaved = createCommitRetry({
    store,
    clock,
    worker: { owner: "worker", jitter: 0 },
    closing: closing.signal,
    onSaved: () => {
      told.saved += 1;
    },
    takeAnotherLease: async () => {
      told.leases += 1;
    },
  });
  const lease = () => acquireLease(store, { key: "key", owner: "worker", deadlineInMs: 1_000, clock });
  return { clock, unsaved, commits, closing, told, lease };
}

const failed = new Error("full");

describe("a grant that the store would not take", () => {
  it("is there until it is saved, or dropped", () => {
    const { unsaved } = open();
    expect(unsaved.grant).toBeUndefined();
    unsaved.add(grant);
    expect(unsaved.grant).toBe(grant);
    unsaved.discard();
    expect(unsaved.grant).toBeUndefined();
  });

  it("is given up where another worker has gone on meanwhile", () => {
    const { unsaved } = open();
    expect(unsaved.isStillPending("key", recordOf(1))).toBe(false);
    unsaved.add(grant);
    expect(unsaved.isStillPending("key", undefined)).toBe(true);
    expect(unsaved.isStillPending("key", { format: 1, fingerprint: "mine" })).toBe(true);
    expect(unsaved.isStillPending("key", recordOf(1))).toBe(true);
    expect(unsaved.isStillPending("another", undefined)).toBe(false);
    expect(unsaved.isStillPending("another", recordOf(3))).toBe(false);
    expect(unsaved.grant).toBe(grant);
    expect(unsaved.isStillPending("key", recordOf(3))).toBe(false);
    expect(unsaved.grant).toBeUndefined();
  });

  it("is written under a new lease, and told of once", async () => {
    const { unsaved, lease, told } = open(true);
    unsaved.add(grant);
    const held = (await lease()) ?? expect.fail("the lease is there");
    await unsaved.commitUnder(held);
    expect([unsaved.grant, told.saved]).toEqual([undefined, 1]);
    await unsaved.commitUnder(held);
    expect(told.saved).toBe(1);
  });

  it("is not told of where nobody was told that it was not taken", async () => {
    const { unsaved, lease, told } = open(true);
    unsaved.add({ ...grant, isReported: false });
    await unsaved.commitUnder((await lease()) ?? expect.fail("the lease is there"));
    expect([unsaved.grant, told.saved]).toEqual([undefined, 0]);
  });

  it("stays where the new lease was lost", async () => {
    const { unsaved, lease, told } = open(false);
    unsaved.add(grant);
    await unsaved.commitUnder((await lease()) ?? expect.fail("the lease is there"));
    expect([unsaved.grant, told.saved]).toEqual([grant, 0]);
  });

  it("is tried again under its own fence, less and less often, until it is kept", async () => {
    const { unsaved, clock, commits, told } = open(failed, failed, true);
    unsaved.add(grant);
    const persisting = unsaved.retry();
    for (const [index, delay] of [1_000, 2_000, 4_000].entries()) {
      clock.advance(delay - 1);
      await turn();
      expect(commits).toHaveLength(index);
      clock.advance(1);
      await turn();
      expect(commits).toHaveLength(index + 1);
    }
    await persisting;
    expect(commits[0]).toEqual(["key", 7, grant.record, { release: true, now: expect.any(Number) }]);
    expect([unsaved.grant, told]).toEqual([undefined, { saved: 1, leases: 0 }]);
    expect(clock.timers).toBe(0);
  });

  it("is tried eight times by itself", async () => {
    const { unsaved, clock, commits } = open(failed);
    unsaved.add(grant);
    const persisting = unsaved.retry();
    for (let count = 0; count < 10; count += 1) {
      clock.advance(60_000);
      await turn();
    }
    await persisting;
    expect(commits).toHaveLength(8);
    expect(unsaved.grant).toBe(grant);
  });

  it("is taken to a new lease where its own is over", async () => {
    const { unsaved, clock, told } = open(false);
    unsaved.add(grant);
    const persisting = unsaved.retry();
    clock.advance(1_000);
    await persisting;
    expect([unsaved.grant, told]).toEqual([grant, { saved: 0, leases: 1 }]);
  });

  it("is left by whoever tries when another one has taken its place", async () => {
    const { unsaved, clock, commits } = open(true);
    unsaved.add(grant);
    const persisting = unsaved.retry();
    unsaved.add({ ...grant, fence: 8 });
    clock.advance(1_000);
    await persisting;
    expect(commits).toEqual([]);
  });

  it("that is none is not tried", async () => {
    const { unsaved, clock, commits } = open(true);
    await unsaved.retry();
    await unsaved.flush();
    expect([commits, clock.timers]).toEqual([[], 0]);
  });

  it("is tried no more by a client that closes, but once at its end", async () => {
    const { unsaved, clock, closing, commits, told } = open(true);
    unsaved.add(grant);
    const persisting = unsaved.retry();
    closing.abort("closed");
    await expect(persisting).rejects.toBe("closed");
    expect(clock.timers).toBe(0);
    await unsaved.flush();
    expect(commits).toHaveLength(1);
    expect([unsaved.grant, told.saved]).toEqual([undefined, 1]);
  });

  it("that was dropped while it was being saved is not told of", async () => {
    const { unsaved, told } = open(true);
    unsaved.add(grant);
    const saving = unsaved.flush();
    unsaved.discard();
    await saving;
    expect(told.saved).toBe(0);
  });
});
