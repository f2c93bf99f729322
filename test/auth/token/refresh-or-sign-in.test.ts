import { describe, expect, it } from "vitest";
import { AuthError, createMemoryStore, type TokenStore } from "../../../src/index.ts";
import { sha256, storeKeyOf } from "../../../src/auth/credentials/token-identity.ts";
import {
  createTokenManagerHarness,
  type TokenManagerHarness,
  type TokenManagerHarnessOptions,
} from "../../support/token-manager-harness.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const hour = 3_600_000;

type Answer = (form: URLSearchParams, count: number) => object | Promise<object>;

/** A manager with a store whose writes are recorded. */
function open(answer: Answer, change: (engine: TokenStore) => Partial<TokenStore> = () => ({})) {
  const clock = createManualClock();
  const engine = createMemoryStore({ clock });
  const written: string[] = [];
  const counted: TokenStore = {
    ...engine,
    commit(key, fence, record, options) {
      written.push(record);
      return engine.commit(key, fence, record, options);
    },
  };
  const store = { ...counted, ...change(counted) };
  const tokenRequests: URLSearchParams[] = [];
  const reply = async (form: URLSearchParams): Promise<Response> => {
    tokenRequests.push(form);
    const body = await answer(form, tokenRequests.length);
    return Response.json(body, { status: "error" in body ? 400 : 200 });
  };
  const harness = (more: Partial<TokenManagerHarnessOptions> = {}): TokenManagerHarness =>
    createTokenManagerHarness({ clock, store, answer: reply, ...more });
  return { ...harness(), harness, clock, engine, tokenRequests, written };
}

const pair = (serial: number) => ({
  access_token: `access-${serial}`,
  expires_in: 3600,
  refresh_token: `refresh-${serial}`,
});
const spent = (form: URLSearchParams | undefined) => form?.get("refresh_token") ?? null;

describe("a record that is written under the lease", () => {
  it("is written once for a cold sign-in, with the grant", async () => {
    const { manager, written } = open((_, count) => pair(count));
    await manager.getToken();
    expect(written).toHaveLength(1);
    expect(written[0]).toContain("refresh-1");
    expect(written[0]).not.toContain("intent");
  });

  it("holds the intent before a one-time refresh token is sent, and no intent after it", async () => {
    const seen: boolean[] = [];
    const { manager, clock, written } = open((_, count) => {
      seen.push(written.at(-1)?.includes("intent") ?? false);
      return pair(count);
    });
    await manager.getToken();
    clock.advance(hour);
    await manager.getToken();
    expect(seen).toEqual([false, true]);
    expect(written).toHaveLength(3);
    expect(written[2]).not.toContain("intent");
  });

  it("loses a refused refresh token before the sign-in that follows", async () => {
    const { manager, clock, tokenRequests, written } = open((_, count) => {
      if (count === 3) expect(written.at(-1)).not.toContain("refresh-1");
      return count === 2 ? { error: "invalid_grant" } : pair(count);
    });
    await manager.getToken();
    clock.advance(hour);
    await manager.getToken();
    expect(tokenRequests.map(spent)).toEqual([null, "refresh-1", null]);
  });

  it("holds no intent where a refresh token may be used again", async () => {
    const { harness, clock, written } = open((_, count) => pair(count));
    const { manager } = harness({ lifecycle: { rotates: false } });
    await manager.getToken();
    clock.advance(hour);
    await manager.getToken();
    expect(written).toHaveLength(2);
  });

  it("is not written where such a refresh token was not sent", async () => {
    const missing = new AuthError("acme", "no", { outcome: "transient", kind: "unavailable" });
    const { harness, clock, written } = open((_, count) => {
      if (count === 2) throw missing;
      return pair(count);
    });
    const { manager } = harness({ lifecycle: { rotates: false } });
    await manager.getToken();
    clock.advance(hour);
    await expect(manager.getToken()).rejects.toBe(missing);
    expect(written).toHaveLength(1);
  });

  it("holds no token where a sign-in was refused", async () => {
    const { manager, written } = open(() => ({ error: "temporarily_unavailable" }));
    await expect(manager.getToken()).rejects.toMatchObject({ phase: "obtain" });
    expect(written).toHaveLength(1);
    expect(written[0]).toContain("hold");
    expect(written[0]).not.toContain("accessToken");
  });

  it("keeps a refresh token that came without an access token, and it is used next", async () => {
    const { manager, clock, tokenRequests } = open((_, count) =>
      count === 1 ? { refresh_token: "kept" } : pair(count),
    );
    await expect(manager.getToken()).rejects.toMatchObject({ outcome: "transient" });
    clock.advance(10_000);
    await manager.getToken();
    expect(tokenRequests.map(spent)).toEqual([null, "kept"]);
  });

  it("keeps a new refresh token besides an access token that is still good", async () => {
    const { manager, clock, tokenRequests, harness } = open((_, count) =>
      count === 2 ? { refresh_token: "kept" } : pair(count),
    );
    await manager.getToken();
    clock.advance(hour - 200_000);
    await manager.getToken();
    await expect.poll(() => tokenRequests.length === 2 && clock.timers === 0, { interval: 1 }).toBe(true);
    const other = await harness().manager.getToken();
    expect(other.token).toMatchObject({ accessToken: "access-1", refreshToken: "kept" });
  });
});

describe("a request under the lease", () => {
  it("is not sent once the lease has expired, and the next holder's attempt is marked as in doubt", async () => {
    const { manager, clock, tokenRequests, events } = open(
      (_, count) => pair(count),
      (counted) => {
        let isLate = false;
        return {
          async commit(key, fence, record, options) {
            const isKept = await counted.commit(key, fence, record, options);
            // The machine sleeps between the intent and the request.
            if (!isLate && record.includes("intent")) {
              isLate = true;
              clock.sleepMachine(35_000);
            }
            return isKept;
          },
        };
      },
    );
    await manager.getToken();
    clock.advance(hour);
    await manager.getToken();
    expect(tokenRequests.map(spent)).toEqual([null, "refresh-1"]);
    expect(events.filter(({ type }) => type === "refresh")).toMatchObject([
      { inDoubtAttempt: false },
      { inDoubtAttempt: true },
    ]);
  });

  it("is not sent as a sign-in, either, once the lease has expired", async () => {
    let isLate = true;
    const { manager, harness, clock, tokenRequests } = open(
      (_, count) => pair(count),
      (counted) => ({
        async acquire(key, options) {
          const lease = await counted.acquire(key, options);
          if (isLate) {
            isLate = false;
            clock.sleepMachine(35_000);
            await harness().manager.getToken();
          }
          return lease;
        },
      }),
    );
    expect((await manager.getToken()).token.accessToken).toBe("access-1");
    expect(tokenRequests).toHaveLength(1);
  });

  it("carries a refresh token until it expires", async () => {
    for (const [lateInMs, expected] of [
      [0, null],
      [-1, "refresh-1"],
    ] as const) {
      const { manager, clock, tokenRequests } = open((_, count) => ({ ...pair(count), refresh_expires_in: 7_200 }));
      await manager.getToken();
      clock.advance(2 * hour + lateInMs);
      await manager.getToken();
      expect(tokenRequests.map(spent)).toEqual([null, expected]);
    }
  });

  it("carries a refresh token in doubt twice at most, and is a sign-in after that", async () => {
    const { manager, clock, tokenRequests } = open((_, count) => {
      if (count === 2 || count === 3) throw Object.assign(new Error("lost"), { code: "ECONNRESET" });
      return pair(count);
    });
    await manager.getToken();
    clock.advance(hour);
    for (let count = 0; count < 2; count += 1) {
      await expect(manager.getToken()).rejects.toMatchObject({ outcome: "in_doubt", phase: "refresh" });
      clock.advance(10_000);
    }
    await manager.getToken();
    expect(tokenRequests.map(spent)).toEqual([null, "refresh-1", "refresh-1", null]);
  });

  it.each([
    ["refresh-1", true],
    ["another", false],
  ])("is marked where the record's intent is for %s: %s", async (refreshToken, inDoubtAttempt) => {
    const { manager, events, clock, engine } = open((_, count) => pair(count));
    await manager.getToken();
    const key = storeKeyOf(await manager.identity());
    const { fence, record } =
      (await engine.acquire(key, { owner: "another", ttlInMs: 1 })) ?? expect.fail("nobody has the lease");
    const intent = { refreshTokenHash: await sha256([refreshToken]), attempts: 1 };
    const text = JSON.stringify({ ...JSON.parse(record ?? ""), intent });
    await engine.commit(key, fence, text, { release: true, keepForInMs: hour });
    clock.advance(hour);
    await manager.getToken();
    expect(events.at(-1)).toMatchObject({ type: "refresh", inDoubtAttempt });
  });
});

describe("a credentials function", () => {
  const refused = { error: "invalid_client" };

  /** Gives a secret at a time, and the last one again and again. */
  function openWith(answer: Answer, ...secrets: (string | Error)[]) {
    const setup = open(answer);
    const calls: string[] = [];
    const { manager } = setup.harness({
      credentials: () => {
        const next = secrets.length > 1 ? secrets.shift() : secrets[0];
        calls.push(String(next));
        if (next instanceof Error) throw next;
        const [clientSecret = "", clientId = "client"] = (next ?? "").split(" of ");
        return { clientId, clientSecret };
      },
    });
    return { ...setup, manager, calls, sent: () => setup.tokenRequests.map((form) => form.get("client_secret")) };
  }

  it("is called once where its credentials are accepted, or are not the cause of a failure", async () => {
    const good = openWith((_, count) => pair(count), "one", "two");
    await good.manager.getToken();
    expect(good.calls).toEqual(["one"]);
    const down = openWith(() => ({ error: "temporarily_unavailable" }), "one", "two");
    await expect(down.manager.getToken()).rejects.toMatchObject({ kind: "unavailable" });
    expect(down.calls).toEqual(["one"]);
  });

  it("is called once more where its credentials are refused, whatever the vendor's code", async () => {
    for (const error of ["invalid_client", "invalid_grant"]) {
      const { manager, sent } = openWith((_, count) => (count === 1 ? { error } : pair(count)), "one", "two");
      expect((await manager.getToken()).token.accessToken).toBe("access-2");
      expect(sent()).toEqual(["one", "two"]);
    }
  });

  it("is never called a third time", async () => {
    const { manager, sent } = openWith(() => refused, "one", "two", "three");
    await expect(manager.getToken()).rejects.toMatchObject({ kind: "invalid_credentials", phase: "obtain" });
    expect(sent()).toEqual(["one", "two"]);
  });

  it.each(["one", "two of another", new Error("no")])(
    "with nothing new (%s) returns the vendor's error",
    async (next) => {
      const { manager, sent, calls } = openWith(() => refused, "one", next);
      await expect(manager.getToken()).rejects.toMatchObject({ kind: "invalid_credentials" });
      expect(sent()).toEqual(["one"]);
      expect(calls).toHaveLength(2);
    },
  );
});
