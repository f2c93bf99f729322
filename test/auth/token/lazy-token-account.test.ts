import { describe, expect, it } from "vitest";
import { lazyModule } from "../../../src/util/lazy-module.ts";
import { createMemoryStore, TransportError } from "../../../src/index.ts";
import { storeKeyOf } from "../../../src/auth/credentials/token-identity.ts";
import { createLazyTokenAccount } from "../../../src/auth/token/lazy-token-account.ts";
import { createAccountOptions } from "../../support/token-manager-harness.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));
const refusal = { operation: "GET /things", reason: "invalid_token" } as const;
const failure = (promise: unknown) =>
  Promise.resolve(promise).then(
    () => expect.fail("it should have been rejected"),
    (error: unknown) => error,
  );

/** A keeper whose code comes when it is let: at once, unless `isHeldBack`. */
function open({ isHeldBack = false, failures = 0 } = {}) {
  const clock = createManualClock();
  let asked = 0;
  const store = createMemoryStore({ clock });
  const options = createAccountOptions({
    clock,
    store,
    async answer() {
      asked += 1;
      return Response.json({ access_token: `access-${asked}`, expires_in: 3600 });
    },
  });
  let arrive = () => {};
  const arrival = isHeldBack ? new Promise<void>((resolve) => (arrive = resolve)) : Promise.resolve();
  let loads = 0;
  const part = lazyModule(async () => {
    loads += 1;
    await arrival;
    if (loads <= failures) throw new TypeError("Failed to fetch dynamically imported module");
    return import("../../../src/auth/token/create-token-account.ts");
  });
  return { keeper: createLazyTokenAccount(options, part), clock, store, arrive: () => arrive(), asked: () => asked };
}

describe("a token before its code is there", () => {
  it("is signed out, has no key, and is told of answers in vain", async () => {
    const { keeper } = open({ isHeldBack: true });
    expect(keeper.status()).toEqual({ scheme: "bearer", state: "signed_out" });
    expect(keeper.key).toBe("");
    keeper.markAccepted("access-1");
    keeper.markSuspect("access-1");
    await keeper.close();
    expect(keeper.status()).toEqual({ scheme: "bearer", state: "closed" });
  });

  it("comes when the code has come", async () => {
    const { keeper, arrive, asked } = open({ isHeldBack: true });
    const token = keeper.getToken();
    await turn();
    expect(asked()).toBe(0);
    arrive();
    expect((await token).token.accessToken).toBe("access-1");
  });

  it("is not waited for by a caller who is gone", async () => {
    const { keeper } = open({ isHeldBack: true });
    const controller = new AbortController();
    const token = failure(keeper.getToken(controller.signal));
    controller.abort("gone");
    expect(await token).toBe("gone");
  });

  it("is given up by whoever leaves while it is asked for", async () => {
    const { keeper } = open();
    const controller = new AbortController();
    await keeper.account();
    const token = failure(keeper.getToken(controller.signal));
    controller.abort("gone");
    expect(await token).toBe("gone");
  });

  it("is asked for by nobody once the client is closed", async () => {
    const { keeper, arrive, asked } = open({ isHeldBack: true });
    const token = failure(keeper.getToken());
    await keeper.close();
    arrive();
    expect(await token).toMatchObject({ outcome: "closed" });
    expect(await failure(keeper.getToken())).toMatchObject({ outcome: "closed" });
    expect(asked()).toBe(0);
  });

  it("whose code does not come is a network failure, and the next call tries again", async () => {
    const { keeper } = open({ failures: 1 });
    const error = await failure(keeper.getToken());
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({
      message: "acme: the code that signs in could not be loaded; the next call tries again",
      reason: "network",
      outcome: "transient",
    });
    expect((await keeper.getToken()).token.accessToken).toBe("access-1");
  });
});

describe("a token whose code is there", () => {
  it("is one account's, at once and with no promise", async () => {
    const { keeper } = open();
    const [one, two] = await Promise.all([keeper.account(), keeper.account()]);
    expect(two).toBe(one);
    await keeper.getToken();
    expect(keeper.getToken()).toMatchObject({ token: { accessToken: "access-1" } });
    expect(keeper.status()).toMatchObject({ state: "signed_in" });
    expect(keeper.key).toBe((await one.manager.identity()).key);
  });

  it("is kept in the store that is given", async () => {
    const { keeper, store } = open();
    await keeper.getToken();
    const who = await (await keeper.account()).manager.identity();
    expect((await store.read(storeKeyOf(who))).record).toContain("access-1");
  });

  it("is told which token was taken, and which was refused", async () => {
    const { keeper, clock } = open();
    await keeper.getToken();
    keeper.markAccepted("access-1");
    expect(await keeper.replaceRejected("access-1", refusal)).toMatchObject({ token: { accessToken: "access-2" } });
    clock.advance(6_000);
    keeper.markSuspect("access-2");
    expect(await keeper.replaceRejected("access-2", refusal)).toBeUndefined();
  });

  it("is over with its client", async () => {
    const { keeper } = open();
    await keeper.getToken();
    await keeper.close();
    expect(keeper.status()).toEqual({ scheme: "bearer", state: "closed" });
    expect(await failure(keeper.getToken())).toMatchObject({ outcome: "closed" });
  });
});
