import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../../src/index.ts";
import { createRecordStore, type RecordStore } from "../../src/store/record-store.ts";
import { type HeldLease, LeaseLostError, leaseDurationInMs, acquireLease } from "../../src/store/lease.ts";
import { emptyRecord } from "../../src/store/record-updates.ts";
import { createManualClock } from "../support/manual-clock.ts";

const deadlineInMs = 10_000;
const record = emptyRecord("mine");

function open() {
  const clock = createManualClock();
  const engine = createRecordStore(createMemoryStore({ clock }), clock, deadlineInMs);
  const steps: unknown[] = [];
  const store: RecordStore = {
    ...engine,
    commit(key, fence, written, options) {
      steps.push(["commit", options]);
      return engine.commit(key, fence, written, options);
    },
    release(key, fence) {
      steps.push("release");
      return engine.release(key, fence);
    },
  };
  const take = () => acquireLease(store, { key: "key", owner: "worker", deadlineInMs, clock });
  const taken = async (): Promise<HeldLease> => (await take()) ?? expect.fail("the lease is there");
  return { clock, store, steps, take, taken };
}

describe("a lease", () => {
  it("lasts three deadlines, and nobody else has it meanwhile", async () => {
    const { clock, take, taken } = open();
    expect(leaseDurationInMs(deadlineInMs)).toBe(30_000);
    await taken();
    clock.advance(29_999);
    expect(await take()).toBeUndefined();
    clock.advance(1);
    await taken();
  });

  it("is enough for a request while a deadline is left of it", async () => {
    const { clock, taken } = open();
    const lease = await taken();
    clock.advance(20_000);
    lease.assertTimeLeft();
    clock.advance(1);
    expect(() => lease.assertTimeLeft()).toThrow(LeaseLostError);
  });

  it("restarts with a record that is saved under it, and not with one that is rejected", async () => {
    const { clock, store, take, taken } = open();
    const lease = await taken();
    clock.advance(25_000);
    await lease.save(record);
    clock.advance(20_000);
    lease.assertTimeLeft();
    expect(await take()).toBeUndefined();
    expect((await store.read("key")).record).toEqual(record);
    clock.advance(10_000);
    await taken();
    await expect(lease.save(record)).rejects.toThrow(LeaseLostError);
    expect(() => lease.assertTimeLeft()).toThrow(LeaseLostError);
  });

  it("ends with a commit, and is not ended twice", async () => {
    const { store, taken } = open();
    const lease = await taken();
    expect(await lease.commit(record)).toBe(true);
    const next = await taken();
    await lease.release();
    await next.save({ ...record, fingerprint: "still mine" });
    expect((await store.read("key")).record?.fingerprint).toBe("still mine");
  });

  it("says the store's time with what it writes, and is given back once", async () => {
    const { clock, steps, taken } = open();
    const lease = await taken();
    clock.advance(5);
    await lease.save(record);
    await lease.commit(record);
    await lease.release();
    const now = lease.snapshot.now + 5;
    expect(steps).toEqual([
      ["commit", { now }],
      ["commit", { release: true, now }],
    ]);
    await (await taken()).release();
    expect(steps.slice(2)).toEqual(["release"]);
  });

  it("that was lost writes nothing", async () => {
    const { clock, taken } = open();
    const lease = await taken();
    clock.advance(30_000);
    await taken();
    expect(await lease.commit(record)).toBe(false);
  });

  it("that nothing was written under ends when it is released", async () => {
    const { taken } = open();
    const lease = await taken();
    await lease.release();
    await taken();
  });

  it("knows the store's time", async () => {
    const { clock, taken } = open();
    const lease = await taken();
    expect(lease.now()).toBe(lease.snapshot.now);
    clock.advance(5);
    expect(lease.now()).toBe(lease.snapshot.now + 5);
  });
});
