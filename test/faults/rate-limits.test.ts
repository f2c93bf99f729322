import { describe, expect, it } from "vitest";
import { type LatchkeyEvent, toVendorError, unwrap } from "../../src/index.ts";
import { readQuotas } from "../../src/http/rate-limit/rate-limit-headers.ts";
import { maxRetryAfterInMs } from "../../src/util/retry-after.ts";
import type { Received, Reply } from "../support/fake-vendor.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { layGround, passing, rejection, turn, until } from "./support/fault-harness.ts";

const ground = layGround();

/** Two operations that may count towards different buckets: `GET /things` and `GET /public`. */
const isThings = ({ path }: Received) => path.startsWith("/things");
const asked = (path: string) => ground.fake.apiRequests.filter((one) => one.path === path).length;
const settle = async () => {
  for (let round = 0; round < 50; round += 1) await turn();
};
const waits = (events: readonly LatchkeyEvent[]) =>
  events.flatMap((event) => (event.type === "rate_limit" ? [event] : []));

/** An answer with these headers where the call was `GET /things`, and with others for `GET /public`. */
const answering =
  (things: Record<string, string>, others: Record<string, string>) =>
  (received: Received): Reply => ({
    headers: isThings(received) ? things : others,
    body: { ok: true },
  });

describe("a vendor with several buckets", () => {
  const families: readonly (readonly [string, Record<string, string>, Record<string, string>])[] = [
    [
      "policies of the RateLimit field",
      { ratelimit: '"search";r=0;t=30', "ratelimit-policy": '"search";q=10;w=60' },
      { ratelimit: '"core";r=99;t=3600' },
    ],
    [
      "policies whose reset is their window",
      { ratelimit: '"search";r=0', "ratelimit-policy": '"burst";q=5;w=1, "search";q=10;w=30' },
      { ratelimit: '"core";r=99', "ratelimit-policy": '"core";q=5000;w=3600' },
    ],
    [
      "partitions of one policy",
      { ratelimit: '"user";r=0;t=30;pk=:YQ==:' },
      { ratelimit: '"user";r=9;t=30;pk=:Yg==:' },
    ],
    [
      "an earlier draft",
      { ratelimit: "limit=10, remaining=0, reset=30" },
      { ratelimit: "limit=5000, remaining=99, reset=3600" },
    ],
    [
      "a named resource",
      { "x-ratelimit-resource": "search", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "30" },
      { "x-ratelimit-resource": "core", "x-ratelimit-remaining": "99", "x-ratelimit-reset": "60" },
    ],
    [
      "limits of different height",
      { "x-ratelimit-limit": "10", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "30" },
      { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "99", "x-ratelimit-reset": "30" },
    ],
    [
      "families of headers",
      { "x-ratelimit-remaining-search": "0", "x-ratelimit-reset-search": "30s" },
      { "x-ratelimit-remaining-core": "99", "x-ratelimit-reset-core": "6m0s" },
    ],
  ];

  it.each(families)("L17 by %s makes only the calls of the empty one wait", async (_, things, others) => {
    ground.fake.onApi = answering(things, others);
    const { client, clock, events } = ground.connect();
    await Promise.all([client.GET("/things"), client.GET("/public")]);
    const held = client.GET("/things");
    for (let count = 0; count < 5; count += 1) expect((await client.GET("/public")).status).toBe(200);
    await settle();
    expect(asked("/things")).toBe(1);
    expect(waits(events)).toMatchObject([
      { operation: "GET /things", reason: "vendor_quota", vendor: "acme", waitInMs: 30_000 },
    ]);
    clock.advance(30_001);
    expect((await held).status).toBe(200);
  });

  it("L17 counts a call towards every bucket that its answers named", async () => {
    let left = 2;
    ground.fake.onApi = ({ path }) => {
      left -= 1;
      const own = path.startsWith("/things") ? '"search";r=50;t=10' : '"core";r=50;t=10';
      return { headers: { ratelimit: `${own}, "all";r=${Math.max(0, left)};t=30` }, body: { ok: true } };
    };
    const { client, clock } = ground.connect();
    await client.GET("/public");
    await client.GET("/things");
    const held = [client.GET("/public"), client.GET("/things")];
    await settle();
    expect(ground.fake.apiRequests).toHaveLength(2);
    clock.advance(30_001);
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200]);
  });

  it("L17 is noticed at the first answer of any operation that names one", async () => {
    ground.fake.onApi = answering({ ratelimit: '"search";r=0;t=30' }, {});
    const { client, clock } = ground.connect();
    await client.GET("/public");
    await client.GET("/things");
    const held = client.GET("/things");
    await settle();
    expect(asked("/things")).toBe(1);
    clock.advance(30_001);
    await held;
  });

  it.each([
    [
      { ratelimit: '"a";r=1;t=5, b;t=9;r=2, "c d";r=0;t=1;x="q,;r=5"' },
      [
        ["a", 1, 5_000],
        ["b", 2, 9_000],
        ["c d", 0, 1_000],
      ],
    ],
    [{ ratelimit: '"day";r=0;t=36000, "second";r=0;t=1' }, [["second", 0, 1_000]]],
    [{ ratelimit: '"a";r=-1;t=5, "b";r=1;t=x, ;;,, "c' }, []],
    [{ "x-ratelimit-remaining-tokens": "149984", "x-ratelimit-reset-tokens": "1m2.5s" }, [["tokens", 149_984, 62_500]]],
    [{ "x-rate-limit-remaining": "3", "x-rate-limit-reset": "120ms" }, [[undefined, 3, 120]]],
    [{ "x-rate-limit-remaining": "3", "x-rate-limit-limit": "9", "x-rate-limit-reset": "9" }, [["limit 9", 3, 9_000]]],
    [{ "ratelimit-remaining": "5", "ratelimit-reset": "7" }, [[undefined, 5, 7_000]]],
  ])("L17 reads %j", (headers, expected) => {
    const quotas = readQuotas(new Headers(Object(headers)), Date.now());
    expect(quotas.map(({ name, remaining, resetInMs }) => [name, remaining, resetInMs])).toEqual(expected);
  });

  it("L17 reads a hostile header in little time, and a bounded number of buckets", () => {
    const started = performance.now();
    for (const text of [
      "a;b=".padEnd(65_000, " "),
      '"'.repeat(65_000),
      ',"\\'.repeat(20_000),
      "a;r=1;t=1,".repeat(6_000),
    ])
      expect(readQuotas(new Headers({ ratelimit: text }), 0).length).toBeLessThanOrEqual(16);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe("a 429 on one operation", () => {
  const refused: Reply = { status: 429, headers: { "retry-after": "20" } };

  it("L17 makes the calls of that operation wait, and no others", async () => {
    ground.fake.onApi = (received) => (isThings(received) && asked("/things") === 1 ? refused : { body: { ok: true } });
    const { client, clock, events } = ground.connect();
    const first = client.GET("/things");
    await until(() => events.some(({ type }) => type === "throttle"));
    await settle();
    const second = client.GET("/things");
    for (let count = 0; count < 5; count += 1) expect((await client.GET("/public")).status).toBe(200);
    await settle();
    expect(asked("/things")).toBe(1);
    expect(waits(events)).toMatchObject([{ operation: "GET /things", reason: "throttled" }]);
    expect(waits(events)[0]?.waitInMs).toBeGreaterThan(19_000);
    await passing([clock], Promise.all([first, second]));
  });

  it("L17 makes the calls of the bucket that it names as empty wait", async () => {
    const named: Reply = {
      ...refused,
      headers: { ...refused.headers, ratelimit: '"search";r=0;t=900, "core";r=9;t=9' },
    };
    let isRefused = true;
    ground.fake.onApi = (received) =>
      isThings(received) && isRefused ? named : { headers: { ratelimit: '"search";r=9;t=9' }, body: { ok: true } };
    const { client, clock, events } = ground.connect();
    await client.GET("/public");
    const first = client.GET("/things");
    await until(() => events.some(({ type }) => type === "throttle"));
    await settle();
    isRefused = false;
    const held = client.GET("/public");
    await settle();
    expect(asked("/public")).toBe(1);
    await passing([clock], Promise.all([first, held]));
  });

  it("L17 makes all calls wait that one documented limit counts", async () => {
    ground.fake.onApi = (received) => (isThings(received) && asked("/things") === 1 ? refused : { body: { ok: true } });
    const { client, clock, events } = ground.connect({ rateLimit: [{ requests: 100, perSeconds: 1 }] });
    const first = client.GET("/things");
    await until(() => events.some(({ type }) => type === "throttle"));
    await settle();
    const held = client.GET("/public");
    await settle();
    expect(asked("/public")).toBe(0);
    await passing([clock], Promise.all([first, held]));
  });
});

describe("a wait for a documented limit", () => {
  it("L17 has an event with its reason and length where it takes more than a second", async () => {
    ground.fake.onApi = () => ({ body: { ok: true } });
    const limits = [
      [10, "documented_limit"],
      [0.5, undefined],
    ] as const;
    for (const [perSeconds, reason] of limits) {
      const clock = createManualClock();
      const rateLimit = [{ requests: 1, perSeconds, operations: ["GET /public"] }];
      const { client, events } = ground.connect({ clock, rateLimit });
      await client.GET("/public");
      const held = client.GET("/public");
      await settle();
      expect(waits(events).map((event) => event.reason)).toEqual(reason ? [reason] : []);
      if (reason) expect(waits(events)[0]?.waitInMs).toBeGreaterThan(9_000);
      await passing([clock], held);
    }
  });

  it("L17 has its event at its end where nobody could know its length", async () => {
    ground.fake.onApi = () => ({ body: { ok: true } });
    const rateLimit = [{ requests: 1, perSeconds: 0.9, operations: ["GET /public"] }];
    const { client, clock, events } = ground.connect({ rateLimit });
    await client.GET("/public");
    const held = [client.GET("/public"), client.GET("/public"), client.GET("/public")];
    await passing([clock], Promise.all(held));
    expect(waits(events).length).toBeGreaterThan(0);
    for (const { waitInMs } of waits(events)) expect(waitInMs).toBeGreaterThan(1_000);
  });
});

describe("a Retry-After beyond the maximum", () => {
  const hours = ["3601", "7200", "86400", "999999999", "99999999999999999999"];

  it.each(hours.flatMap((value) => [429, 503].map((status) => [value, status] as const)))(
    "B10 L18 of %s seconds with a %i comes back at once, with retryAt",
    async (value, status) => {
      ground.fake.onApi = () => ({ status, headers: { "retry-after": value }, body: { error: "later" } });
      const { client, clock, events } = ground.connect();
      const result = await client.GET("/things");
      const error = toVendorError(result);
      const waitInMs = Math.min(Number(value) * 1000, 100 * 365 * 86_400_000);
      expect(error).toMatchObject({ status, retryAt: clock.now() + waitInMs });
      expect(Number.isNaN(new Date(error?.retryAt ?? Number.NaN).getTime())).toBe(false);
      expect(await rejection(unwrap(client.GET("/things")))).toMatchObject({ status, isRetryable: true });
      expect(events.filter(({ type }) => type === "throttle" || type === "retry" || type === "rate_limit")).toEqual([]);
      expect([asked("/things"), clock.timers]).toEqual([2, 0]);
    },
  );

  it("L18 as a date comes back at once", async () => {
    const { client, clock } = ground.connect();
    const at = Math.ceil(clock.now() / 1000) * 1000 + 8 * 3_600_000;
    ground.fake.onApi = () => ({
      status: 503,
      headers: { "retry-after": new Date(at).toUTCString(), date: new Date(clock.now()).toUTCString() },
    });
    const error = toVendorError(await client.GET("/things"));
    expect(Math.abs((error?.retryAt ?? 0) - at)).toBeLessThan(2_000);
    expect(clock.timers).toBe(0);
  });

  it("L18 of exactly the maximum is waited for", async () => {
    ground.fake.onApi = () =>
      asked("/things") === 1
        ? { status: 429, headers: { "retry-after": String(maxRetryAfterInMs / 1000) } }
        : { body: { ok: true } };
    const { client, clock, events } = ground.connect();
    const before = clock.now();
    const call = client.GET("/things");
    await until(() => events.some(({ type }) => type === "throttle"));
    expect((await passing([clock], call)).status).toBe(200);
    expect(clock.now() - before).toBeGreaterThanOrEqual(maxRetryAfterInMs);
  });

  it("L18 lets one call at a time ask again, until one succeeds", async () => {
    const refused: Reply = { status: 429, headers: { "retry-after": "86400" } };
    ground.fake.onApi = () => refused;
    const { client, clock } = ground.connect();
    await client.GET("/things");
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    ground.fake.onApi = async () => {
      await held;
      return refused;
    };
    const calls = Array.from({ length: 5 }, () => client.GET("/things"));
    await settle();
    expect(asked("/things")).toBe(2);
    release();
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([429, 429, 429, 429, 429]);
    expect(clock.timers).toBe(0);
    ground.fake.onApi = () => ({ body: { ok: true } });
    await client.GET("/things");
    expect((await Promise.all(Array.from({ length: 5 }, () => client.GET("/things")))).length).toBe(5);
  });

  it.each([429, 503])("L18 at the token endpoint with a %i comes back at once, with retryAt", async (status) => {
    ground.fake.onToken = () => ({ status, headers: { "retry-after": "7200" }, body: { error: "later" } });
    const { client, clock } = ground.connect();
    const calls = Array.from({ length: 10 }, () => rejection(client.GET("/things")));
    for (const error of await Promise.all(calls)) {
      expect(error).toMatchObject({ name: "AuthError", phase: "obtain" });
      expect(Object(error).retryAt - clock.now()).toBeGreaterThanOrEqual(maxRetryAfterInMs);
    }
    expect([ground.fake.tokenRequests.length, asked("/things"), clock.timers]).toEqual([1, 0, 0]);
    clock.advance(maxRetryAfterInMs + 1);
    ground.fake.onToken = undefined;
    ground.fake.onApi = () => ({ body: { ok: true } });
    expect((await client.GET("/things")).status).toBe(200);
  });

  it("L18 of a rate limit's reset holds no call", async () => {
    ground.fake.onApi = () => ({ headers: { ratelimit: '"day";r=0;t=36000' }, body: { ok: true } });
    const { client, clock } = ground.connect();
    for (let count = 0; count < 3; count += 1) expect((await client.GET("/things")).status).toBe(200);
    expect(clock.timers).toBe(0);
  });
});
