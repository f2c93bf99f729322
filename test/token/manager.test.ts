import { describe, expect, it } from "vitest";
import { AuthError, createMemoryStore, type TokenStore } from "../../src/index.ts";
import { createManagerBench, type ManagerBenchOptions } from "../support/manager-bench.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { testLifecycle } from "../support/test-vendor.ts";

const hour = 3_600_000;
type Answer = (count: number, form: URLSearchParams) => object;

function open(answer: Answer = () => ({}), more: Partial<ManagerBenchOptions> = {}) {
  const clock = createManualClock();
  const engine = createMemoryStore({ clock });
  const asked: URLSearchParams[] = [];
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
      return engine.commit(key, fence, record, options);
    },
  };
  const bench = createManagerBench({
    clock,
    store,
    async answer(form) {
      asked.push(form);
      const count = asked.length;
      const grant = { access_token: `access-${count}`, refresh_token: `refresh-${count}`, expires_in: 3600 };
      return Response.json({ ...grant, ...answer(count, form) });
    },
    ...more,
  });
  /** Until what runs in the background is done. */
  const quiet = () => expect.poll(() => clock.timers, { interval: 1 }).toBe(0);
  return { ...bench, clock, asked, steps, records, quiet };
}

describe("a manager", () => {
  it("refreshes ahead by the buffer that the vendor's document names", async () => {
    const { manager, clock, asked, quiet } = open(undefined, { lifecycle: { bufferInSeconds: 60 } });
    await manager.token();
    clock.advance(hour - 61_000);
    await manager.token();
    await quiet();
    expect(asked).toHaveLength(1);
    clock.advance(1_000);
    await manager.token();
    await expect.poll(() => asked.length, { interval: 1 }).toBe(2);
    await quiet();
  });

  it("leaves a refresh token in doubt alone in the background, and does not look again for a while", async () => {
    const { manager, clock, asked, steps, quiet, events } = open((count) => {
      if (count === 2) throw Object.assign(new Error("lost"), { code: "ECONNRESET" });
      return {};
    });
    await manager.token();
    clock.advance(hour - 200_000);
    await manager.token();
    await expect.poll(() => events.at(-1), { interval: 1 }).toMatchObject({ type: "refresh", outcome: "in_doubt" });
    await quiet();
    clock.advance(2_000);
    await manager.token();
    await quiet();
    const looked = steps.length;
    for (let second = 0; second < 30; second += 1) {
      clock.advance(1_000);
      await manager.token();
      await quiet();
    }
    expect([asked.length, steps.length]).toEqual([2, looked]);
    // In the mandatory window callers wait for the one more attempt, marked.
    clock.advance(150_000);
    expect((await manager.token()).token.accessToken).toBe("access-3");
    expect(events.at(-1)).toMatchObject({ type: "refresh", inDoubtAttempt: true, outcome: "ok" });
  });

  it("takes a refresh token that was not sent, for want of the token that goes with it, for as good as before", async () => {
    const missing = new AuthError("acme", "no", { outcome: "transient", kind: "unavailable" });
    const { manager, clock, asked, records, events } = open((count) => {
      if (count === 2) throw missing;
      return {};
    });
    await manager.token();
    clock.advance(hour);
    await expect(manager.token()).rejects.toBe(missing);
    expect(records.at(-1)).toContain("refresh-1");
    expect(records.at(-1)).not.toContain("intent");
    clock.advance(hour);
    await manager.token();
    expect(asked.at(-1)?.get("refresh_token")).toBe("refresh-1");
    expect(events.at(-1)).toMatchObject({ inDoubtAttempt: false });
  });

  it("finds a token endpoint by the discovery document, once", async () => {
    const [obtain] = testLifecycle.obtain;
    if (!obtain) throw new Error("the test vendor signs in");
    const path = "/.well-known/openid-configuration";
    const found = { issuer: "https://acme.invalid", token_endpoint: "https://acme.invalid/token" };
    const { manager, asked } = open((count) => (count === 1 ? found : {}), {
      lifecycle: { obtain: [{ ...obtain, path, discovery: true }] },
    });
    expect((await manager.token()).token.accessToken).toBe("access-2");
    await manager.refresh();
    expect(asked.map((form) => form.get("grant_type"))).toEqual([null, "client_credentials", "refresh_token"]);
  });

  it("says of an adoption why a token was wanted, and how long that took", async () => {
    const { manager, clock } = open();
    expect(manager.isShared).toBe(false);
    const store = createMemoryStore({ clock });
    const answer = async () => Response.json({ access_token: "theirs", expires_in: 3600 });
    const theirs = createManagerBench({ clock, store, answer });
    await theirs.manager.token();
    const mine = createManagerBench({ clock, store, answer });
    await mine.manager.token();
    expect(mine.events).toMatchObject([{ type: "adoption", scheme: "bearer", trigger: "cold", waitedInMs: 0 }]);
  });
});
