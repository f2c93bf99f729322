import { describe, expect, it } from "vitest";
import { AuthError, createMemoryStore, type TokenStore } from "../../../src/index.ts";
import type { RevokeOperation } from "../../../src/vendor.ts";
import { createTokenPatience } from "../../../src/auth/token/token-patience.ts";
import { createTokenManagerHarness, type TokenManagerHarnessOptions } from "../../support/token-manager-harness.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const revoke: RevokeOperation = {
  method: "POST",
  path: "/revoke",
  grant: "revoke",
  contentType: "application/x-www-form-urlencoded",
  clientAuthentication: "none",
  request: { token: "$token.accessToken" },
  revokes: "token",
};

interface Plan extends Partial<TokenManagerHarnessOptions> {
  /** By the number of the request, from 1. */
  readonly reply?: (count: number, form: URLSearchParams) => object | undefined;
  readonly change?: (engine: TokenStore) => Partial<TokenStore>;
}

function open({ reply = () => undefined, change = () => ({}), ...more }: Plan = {}) {
  const clock = createManualClock();
  const engine = createMemoryStore({ clock });
  const tokenRequests: URLSearchParams[] = [];
  const harness = createTokenManagerHarness({
    clock,
    store: { ...engine, ...change(engine) },
    async answer(form) {
      tokenRequests.push(form);
      const count = tokenRequests.length;
      const body = reply(count, form) ?? { access_token: `access-${count}`, expires_in: 3600 };
      return Response.json(body, { status: "error" in body ? 400 : 200 });
    },
    ...more,
  });
  return { ...harness, clock, tokenRequests };
}

const failure = (promise: unknown) =>
  Promise.resolve(promise).then(
    () => expect.fail("it should have been rejected"),
    (error: unknown) => error,
  );

describe("a token's status", () => {
  it("is signed out before the first call, signed in after it, and closed at the end", async () => {
    const { manager, account, clock } = open({
      reply: () => ({ access_token: "a", expires_in: 3600, scope: "s", refresh_token: "r", refresh_expires_in: 7200 }),
    });
    expect(account.status()).toEqual({ scheme: "bearer", state: "signed_out" });
    await manager.getToken();
    clock.advance(600_000);
    expect(account.status()).toEqual({
      scheme: "bearer",
      state: "signed_in",
      expiresAt: clock.now() + 3_000_000,
      refreshExpiresAt: clock.now() + 6_600_000,
      tokenType: "Bearer",
      estimated: false,
      attributes: {},
      scope: "s",
    });
    await manager.close();
    expect(account.status()).toEqual({ scheme: "bearer", state: "closed" });
  });

  it("omits an unknown scope and an unknown expiry of the refresh token", async () => {
    const { manager, account } = open();
    await manager.getToken();
    expect(Object.keys(account.status()).sort()).toEqual([
      "attributes",
      "estimated",
      "expiresAt",
      "scheme",
      "state",
      "tokenType",
    ]);
  });

  it("is signed out when the token has expired", async () => {
    const { manager, account, clock } = open();
    await manager.getToken();
    clock.advance(3_600_000);
    expect(account.status().state).toBe("signed_out");
  });

  it("is waiting in a back-off slot, and refused until the credentials change", async () => {
    const waiting = open({ reply: () => ({ error: "temporarily_unavailable" }) });
    const error = await failure(waiting.manager.getToken());
    expect(waiting.account.status()).toEqual({ scheme: "bearer", state: "waiting", error });
    const refused = open({ reply: () => ({ error: "invalid_client" }) });
    await failure(refused.manager.getToken());
    expect(refused.account.status()).toMatchObject({ state: "refused", error: { kind: "invalid_credentials" } });
  });

  it("is signed in while the token is good, with the failure besides", async () => {
    const { manager, account, clock } = open({
      reply: (count) => (count === 2 ? { error: "temporarily_unavailable" } : undefined),
    });
    await manager.getToken();
    clock.advance(3_400_000);
    await manager.getToken();
    await expect.poll(() => account.status().error).toBeInstanceOf(AuthError);
    expect(account.status().state).toBe("signed_in");
  });

  it("shows that the token is unsaved", async () => {
    const { manager, account } = open({ change: () => ({ commit: () => Promise.reject(new Error("full")) }) });
    await manager.getToken();
    expect(account.status()).toMatchObject({ state: "signed_in", unsaved: true });
    await manager.close();
  });
});

describe("a verification of credentials", () => {
  it("signs in once, leaves the cached token, and emits an event", async () => {
    const { manager, account, clock, events } = open();
    const { token } = await manager.getToken();
    await account.verify();
    expect(await manager.getToken()).toMatchObject({ token });
    expect(events.at(-1)).toMatchObject({
      type: "refresh",
      trigger: "forced",
      outcome: "ok",
      waitedInMs: 0,
      inDoubtAttempt: false,
      grant: "client_credentials",
      nextAt: clock.now() + 3_600_000,
    });
  });

  it("that fails for the moment is an error with the time of the next attempt", async () => {
    const { account, clock, events } = open({ reply: () => ({ error: "temporarily_unavailable" }) });
    const error = await failure(account.verify());
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({ phase: "obtain", scheme: "bearer", retryAt: clock.now() + 1_000 });
    expect(error).toHaveProperty("message", expect.stringMatching(/^acme: sign-in was refused/u));
    expect(events.at(-1)).toMatchObject({ nextAt: clock.now() + 1_000 });
  });

  it("that is refused is an error without a next attempt, which nothing remembers", async () => {
    const { account, events } = open({ reply: () => ({ error: "invalid_client" }) });
    const error = await failure(account.verify());
    expect(error).toMatchObject({ kind: "invalid_credentials", retryAt: undefined });
    expect(String(error)).not.toContain("remembered");
    expect(account.status().state).toBe("signed_out");
    expect(events.at(-1)).toMatchObject({ nextAt: undefined });
  });

  it("waits for the next attempt as long as its patience goes", async () => {
    const { account, clock, tokenRequests } = open({
      reply: (count) => (count < 3 ? { error: "temporarily_unavailable" } : undefined),
    });
    const patience = createTokenPatience({ clock, retries: 2, timeoutInMs: 60_000 });
    const verified = account.verify(undefined, patience);
    for (const slot of [1_000, 2_000]) {
      await expect.poll(() => clock.timers, { interval: 1 }).toBe(1);
      const asked = tokenRequests.length;
      clock.advance(slot - 1);
      expect(tokenRequests).toHaveLength(asked);
      clock.advance(1);
      await expect.poll(() => tokenRequests.length, { interval: 1 }).toBe(asked + 1);
    }
    await verified;
    expect(patience.retriesLeft).toBe(0);
  });

  it("waits for a credentials function that fails for the moment, and no longer than the client lives", async () => {
    const { account, manager, clock } = open({ credentials: () => Promise.reject(new Error("no")) });
    const patience = createTokenPatience({ clock, retries: 1, timeoutInMs: 60_000 });
    const verified = failure(account.verify(undefined, patience));
    await expect.poll(() => patience.retriesLeft, { interval: 1 }).toBe(0);
    await manager.close();
    expect(await verified).toMatchObject({ outcome: "closed" });
    expect(clock.timers).toBe(0);
  });

  it("clears the active failure where it verifies the client's own credentials", async () => {
    const reply = (count: number) => (count === 1 ? { error: "invalid_client" } : undefined);
    const own = open({ reply });
    await failure(own.manager.getToken());
    await own.account.verify();
    expect(own.account.status().state).toBe("signed_out");
    await own.manager.getToken();
    const others = open({ reply });
    await failure(others.manager.getToken());
    await others.account.verify({ clientId: "other", clientSecret: "other-secret" });
    expect(others.tokenRequests.at(-1)?.get("client_id")).toBe("other");
    expect(others.account.status().state).toBe("refused");
  });
});

describe("the end of a session", () => {
  it("revokes the token at the vendor and drops it", async () => {
    const { manager, account, tokenRequests, events } = open({ lifecycle: { revoke } });
    await manager.getToken();
    expect(await account.revoke()).toEqual({ scheme: "bearer", revoked: true });
    expect(tokenRequests.at(-1)?.get("token")).toBe("access-1");
    expect(events.at(-1)).toEqual({
      type: "revocation",
      vendor: "acme",
      scheme: "bearer",
      key: (await manager.identity()).key,
      revoked: true,
      reason: undefined,
    });
    expect((await manager.getToken()).token.accessToken).toBe("access-3");
  });

  it("that the vendor does not document drops the token here", async () => {
    const { manager, account } = open();
    await manager.getToken();
    expect(await account.revoke()).toEqual({ scheme: "bearer", revoked: false, reason: "unsupported" });
    expect(account.status().state).toBe("signed_out");
  });

  it("that is refused, or has no token, reports why", async () => {
    const refused = open({
      lifecycle: { revoke },
      reply: (_, form) => (form.has("token") ? { error: "no" } : undefined),
    });
    await refused.manager.getToken();
    expect(await refused.account.revoke()).toMatchObject({
      revoked: false,
      reason: "failed",
      error: { name: "AuthError", phase: "revoke", code: "no" },
    });
    expect(refused.account.status().state).toBe("signed_out");
    const down = open({ lifecycle: { revoke }, reply: () => ({ error: "invalid_client" }) });
    expect(await down.account.revoke()).toMatchObject({
      revoked: false,
      reason: "failed",
      error: { kind: "invalid_credentials" },
    });
  });

  it("that others share through the store leaves theirs, unless it ends everywhere", async () => {
    const shared = open({ lifecycle: { revoke }, change: () => ({ isShared: true }) });
    await shared.manager.getToken();
    expect(await shared.account.revoke()).toEqual({ scheme: "bearer", revoked: false, reason: "shared" });
    expect(shared.tokenRequests).toHaveLength(1);
    expect(shared.account.status().state).toBe("signed_out");
    expect((await shared.manager.getToken()).token.accessToken).toBe("access-1");
    expect(await shared.account.revoke({ everywhere: true })).toMatchObject({ revoked: true });
  });

  it("without a known identity has an empty key", async () => {
    const { account, events } = open({ credentials: () => Promise.reject(new Error("no")) });
    expect(await account.revoke()).toMatchObject({ reason: "unsupported" });
    expect(events.at(-1)).toMatchObject({ type: "revocation", key: "" });
  });
});
