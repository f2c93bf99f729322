import { describe, expect, it } from "vitest";
import { createMemoryStore, StoreError, type TokenStore } from "../../../src/index.ts";
import { storeKeyOf } from "../../../src/auth/credentials/token-identity.ts";
import {
  createTokenManagerHarness,
  type TokenManagerHarness,
  type TokenManagerHarnessOptions,
} from "../../support/token-manager-harness.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const hour = 3_600_000;

type Answer = (count: number, form: URLSearchParams) => object | Promise<object>;

/** Workers of one credential, with one token endpoint, and one store, which may fail. */
function open(answer: Answer = () => ({}), { now = 0 } = {}) {
  const clock = createManualClock();
  const engine = createMemoryStore({ clock: { ...clock, now: () => clock.now() + now } });
  const state: { fault: Error | undefined } = { fault: undefined };
  const store: TokenStore = {
    ...engine,
    async commit(key, fence, record, options) {
      if (state.fault) throw state.fault;
      return engine.commit(key, fence, record, options);
    },
  };
  const tokenRequests: URLSearchParams[] = [];
  const worker = (more: Partial<TokenManagerHarnessOptions> = {}) =>
    createTokenManagerHarness({
      clock,
      store,
      async answer(form) {
        tokenRequests.push(form);
        const count = tokenRequests.length;
        const reply = await answer(count, form);
        const grant = { access_token: `access-${count}`, expires_in: 3600 };
        return Response.json({ ...grant, ...reply }, { status: "error" in reply ? 400 : 200 });
      },
      ...more,
    });
  const recordOf = async ({ manager }: TokenManagerHarness) => {
    const { record } = await engine.read(storeKeyOf(await manager.identity()));
    return record ?? expect.fail("the store holds a record");
  };
  return { clock, engine, state, tokenRequests, worker, recordOf };
}

const down = { error: "temporarily_unavailable" };
const eventsOf = ({ events }: TokenManagerHarness, type: string) => events.filter((event) => event.type === type);

describe("a grant", () => {
  it("clears the failure", async () => {
    const { worker } = open((count) => (count === 1 ? down : {}));
    const { manager } = worker();
    await expect(manager.getToken()).rejects.toThrow("temporarily_unavailable");
    expect(manager.failure).toBeDefined();
    await manager.refresh();
    expect(manager.failure).toBeUndefined();
  });

  it("of a rejected token makes it valid again", async () => {
    const { tokenRequests, worker } = open(() => ({ access_token: "same" }));
    const { manager } = worker();
    await manager.getToken();
    manager.markAccepted("same");
    await manager.replaceRejected("same", { operation: "GET /things", reason: "invalid_token" });
    manager.clearLocalToken();
    await manager.getToken();
    expect(tokenRequests).toHaveLength(2);
  });

  it("with credentials that were resolved again is stored under their own key", async () => {
    const { tokenRequests, worker } = open((count) => (count === 1 ? { error: "invalid_client" } : {}));
    let clientSecret = "old";
    const one = worker({
      credentials: () => {
        const given = { clientId: "client", clientSecret };
        clientSecret = "new";
        return given;
      },
    });
    expect((await one.manager.getToken()).token.accessToken).toBe("access-2");
    const two = worker({ credentials: { clientId: "client", clientSecret: "new" } });
    expect((await two.manager.getToken()).token.accessToken).toBe("access-2");
    expect(tokenRequests.map((form) => form.get("client_secret"))).toEqual(["old", "new"]);
    expect(eventsOf(one, "store")).toEqual([]);
  });

  it("that the store did not take serves, is reported, and is retried", async () => {
    const { clock, state, worker, recordOf } = open();
    state.fault = new StoreError("full", "no room");
    const one = worker();
    expect((await one.manager.getToken()).token.accessToken).toBe("access-1");
    expect(eventsOf(one, "store")).toMatchObject([{ action: "commit", reason: "full", isUndurable: true }]);
    state.fault = undefined;
    await expect.poll(() => clock.advance(100) ?? one.manager.hasUnsavedToken, { interval: 1 }).toBe(false);
    expect(eventsOf(one, "store").slice(1)).toMatchObject([
      { action: "commit", reason: undefined, isUndurable: false },
    ]);
    expect(await recordOf(one)).toContain("access-1");
  });

  it("yields to another worker's newer record", async () => {
    const { clock, tokenRequests, worker } = open(async (count) => {
      if (count > 1) return {};
      clock.sleepMachine(30_000);
      await worker().manager.getToken();
      return {};
    });
    const one = worker();
    expect((await one.manager.getToken()).token.accessToken).toBe("access-2");
    expect(tokenRequests).toHaveLength(2);
    expect([one.manager.hasUnsavedToken, eventsOf(one, "store")]).toEqual([false, []]);
  });
});

describe("a refresh token that expires before its next use", () => {
  it.each([
    [3_300, 0],
    [3_299, 1],
  ])("is reported: with %i seconds, and a token that is refreshed after 3,300, %i times", async (seconds, times) => {
    const { clock, worker } = open(() => ({ refresh_token: "refresh", refresh_expires_in: seconds }), { now: -hour });
    const one = worker();
    await one.manager.getToken();
    expect(eventsOf(one, "refresh_token_expiring")).toEqual(
      Array(times).fill({
        type: "refresh_token_expiring",
        vendor: "acme",
        scheme: "bearer",
        key: one.manager.key,
        endsAt: clock.now() + seconds * 1_000,
      }),
    );
  });

  it("is not reported where its expiry is unknown", async () => {
    const one = open(() => ({ refresh_token: "refresh" })).worker();
    await one.manager.getToken();
    expect(eventsOf(one, "refresh_token_expiring")).toEqual([]);
  });
});

describe("a failure", () => {
  it("is in the store for its back-off slot, in the store's time", async () => {
    const { clock, tokenRequests, worker, recordOf } = open(() => down, { now: -hour });
    const one = worker();
    const failedAt = clock.now();
    await expect(one.manager.getToken()).rejects.toThrow("temporarily_unavailable");
    expect(JSON.parse(await recordOf(one))).toMatchObject({ hold: { until: failedAt - hour + 1_000, failures: 1 } });
    clock.advance(999);
    await expect(worker().manager.getToken()).rejects.toMatchObject({ retryAt: failedAt + 1_000 });
    expect(tokenRequests).toHaveLength(1);
  });

  it("that the store did not take is remembered here, and reported", async () => {
    const { state, tokenRequests, worker } = open(() => down);
    state.fault = new StoreError("full", "no room");
    const one = worker();
    for (let count = 0; count < 2; count += 1) {
      await expect(one.manager.getToken()).rejects.toThrow("temporarily_unavailable");
    }
    expect(tokenRequests).toHaveLength(1);
    expect(eventsOf(one, "store")).toMatchObject([{ action: "commit", reason: "full", isUndurable: false }]);
  });

  it("is ignored where another worker obtained a token meanwhile", async () => {
    const { clock, worker } = open(async (count) => {
      if (count > 1) return {};
      clock.sleepMachine(30_000);
      await worker().manager.getToken();
      return down;
    });
    const one = worker();
    expect((await one.manager.getToken()).token.accessToken).toBe("access-2");
    expect([one.manager.failure, eventsOf(one, "store")]).toEqual([undefined, []]);
  });
});
