import { describe, expect, it } from "vitest";
import type { TokenStore } from "../../src/index.ts";
import { createMemoryStore } from "../../src/index.ts";
import { createManagerBench, type ManagerBench } from "../support/manager-bench.ts";
import { createManualClock } from "../support/manual-clock.ts";

const hour = 3_600_000;

type Answer = (form: URLSearchParams, count: number) => object | Promise<object>;

/** A manager whose store can be looked into while the token endpoint is asked. */
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
  const asked: URLSearchParams[] = [];
  const reply = async (form: URLSearchParams): Promise<Response> => {
    asked.push(form);
    const body = await answer(form, asked.length);
    return Response.json(body, { status: "error" in body ? 400 : 200 });
  };
  const bench = (): ManagerBench => createManagerBench({ clock, store, answer: reply });
  return { ...bench(), bench, clock, asked, written };
}

const pair = (serial: number) => ({
  access_token: `access-${serial}`,
  expires_in: 3600,
  refresh_token: `refresh-${serial}`,
});
const spent = (form: URLSearchParams | undefined) => form?.get("refresh_token") ?? null;

describe("what is written under the lease", () => {
  it("is one record for a cold sign-in: the grant", async () => {
    const { manager, written } = open((_, count) => pair(count));
    await manager.token();
    expect(written).toHaveLength(1);
    expect(written[0]).toContain("refresh-1");
    expect(written[0]).not.toContain("intent");
  });

  it("is the intent before a one-time refresh token is sent, and no intent after it", async () => {
    const seen: boolean[] = [];
    const { manager, clock, written } = open((_, count) => {
      seen.push(written.at(-1)?.includes("intent") ?? false);
      return pair(count);
    });
    await manager.token();
    clock.advance(hour);
    await manager.token();
    expect(seen).toEqual([false, true]);
    expect(written).toHaveLength(3);
    expect(written[2]).not.toContain("intent");
  });

  it("is the record without its refresh token before the sign-in that follows its refusal", async () => {
    const { manager, clock, asked, written } = open((_, count) => {
      if (count === 3) expect(written.at(-1)).not.toContain("refresh-1");
      return count === 2 ? { error: "invalid_grant" } : pair(count);
    });
    await manager.token();
    clock.advance(hour);
    await manager.token();
    expect(asked.map(spent)).toEqual([null, "refresh-1", null]);
  });

  it("is the refresh token that came without an access token, which is then spent", async () => {
    const { manager, clock, asked } = open((_, count) => (count === 1 ? { refresh_token: "kept" } : pair(count)));
    await expect(manager.token()).rejects.toMatchObject({ outcome: "transient" });
    clock.advance(10_000);
    await manager.token();
    expect(asked.map(spent)).toEqual([null, "kept"]);
  });

  it("is the new refresh token beside the access token that is still good", async () => {
    const { manager, clock, asked, bench } = open((_, count) =>
      count === 2 ? { refresh_token: "kept" } : pair(count),
    );
    await manager.token();
    clock.advance(hour - 200_000);
    await manager.token();
    await expect.poll(() => asked.length === 2 && clock.timers === 0, { interval: 1 }).toBe(true);
    const other = await bench().manager.token();
    expect(other.token).toMatchObject({ accessToken: "access-1", refreshToken: "kept" });
  });
});

describe("what is sent under the lease", () => {
  it("is nothing once the lease is over, and the next holder's attempt is marked", async () => {
    const { manager, clock, asked, events } = open(
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
    await manager.token();
    clock.advance(hour);
    await manager.token();
    expect(asked.map(spent)).toEqual([null, "refresh-1"]);
    expect(events.filter(({ type }) => type === "refresh")).toMatchObject([
      { inDoubtAttempt: false },
      { inDoubtAttempt: true },
    ]);
  });
});
