/** A record whose times are allowed and absurd, up to the year 9999: calls go on, without any time passing. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMemoryStore, type TokenStore } from "../../src/index.ts";
import type { StoredToken, TokenRecord } from "../../src/store/token-record.ts";
import { type FakeVendor, startFakeVendor } from "../support/fake-vendor.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { connectTo } from "../support/test-vendor.ts";

const latest = Date.UTC(9999, 11, 31);
const hour = 3_600_000;
let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

/** A store whose records are changed as they are written. */
function tamperingStore(inner: TokenStore, change: (record: TokenRecord) => TokenRecord): TokenStore {
  return {
    ...inner,
    commit: (key, fence, record, options) =>
      inner.commit(key, fence, JSON.stringify(change(JSON.parse(record))), options),
  };
}

/** What a second worker gets, after a first one has left a record. */
async function callAfter(change: (record: TokenRecord) => TokenRecord, prepare: () => void = () => {}) {
  const clock = createManualClock();
  const inner = createMemoryStore({ clock });
  prepare();
  const first = connectTo(fake, { clock, store: tamperingStore(inner, change), retries: false });
  await first.client.GET("/things").catch(() => {});
  await first.client.close();
  fake.onToken = undefined;
  const second = connectTo(fake, { clock, store: inner, retries: false });
  const before = fake.tokenRequests.length;
  const { status } = await second.client.GET("/things");
  const requests = fake.tokenRequests.length - before;
  await second.client.close();
  expect(clock.timers).toBe(0);
  return { status, requests };
}

describe("a stored failure", () => {
  const throttle = () => {
    fake.onToken = () => ({ status: 429, headers: { "retry-after": "60" }, body: { error: "slow_down" } });
  };
  const until = (change: (at: number) => number) => (record: TokenRecord) =>
    record.hold?.until === undefined
      ? record
      : { ...record, hold: { ...record.hold, until: change(record.hold.until) } };

  it.each([latest, Date.UTC(2100, 0, 1)])(
    "that lasts longer than a vendor can ask for holds no call back: until %s",
    async (at) => {
      expect(
        await callAfter(
          until(() => at),
          throttle,
        ),
      ).toEqual({ status: 200, requests: 1 });
    },
  );

  it("that lasts a minute does", async () => {
    await expect(
      callAfter(
        until((at) => at),
        throttle,
      ),
    ).rejects.toMatchObject({ name: "AuthError", outcome: "throttled" });
  });

  it("with a count beyond all does not overflow the next back-off", async () => {
    const change = (record: TokenRecord): TokenRecord =>
      record.hold ? { ...record, hold: { ...record.hold, until: 1, failures: Number.MAX_SAFE_INTEGER } } : record;
    expect(await callAfter(change, throttle)).toEqual({ status: 200, requests: 1 });
  });
});

describe("a stored token", () => {
  const token = (change: Partial<StoredToken>) => (record: TokenRecord) =>
    record.token ? { ...record, token: { ...record.token, ...change } } : record;

  it.each([
    ["expires in 9999", token({ expiresAt: latest }), 0],
    ["is to be refreshed in 9999", token({ refreshAt: latest }), 0],
    ["has a refresh token until 9999", token({ refreshToken: "r", refreshExpiresAt: latest }), 0],
    ["was obtained in 9999", token({ obtainedAt: latest, expiresAt: latest }), 1],
    ["expired in 1970", token({ obtainedAt: 0, expiresAt: 0 }), 1],
    ["was obtained after it expires", token({ obtainedAt: latest, expiresAt: hour }), 1],
  ])("that %s serves, or is replaced", async (_, change, requests) => {
    expect(await callAfter(change)).toEqual({ status: 200, requests });
  });

  it("that the vendor refuses is replaced, however long it claims to live", async () => {
    const forged = token({ accessToken: "forged", expiresAt: latest, obtainedAt: 0 });
    expect(await callAfter(forged)).toEqual({ status: 200, requests: 1 });
  });
});
