import { afterEach, describe, expect, it } from "vitest";
import { createMemoryStore } from "../../src/index.ts";
import { parseTokenResponse } from "../../src/auth/token-endpoint/token-response.ts";
import { clockSkewInMs } from "../../src/auth/token-endpoint/clock-skew.ts";
import type { ExpiryRule, Lifecycle } from "../../src/vendor.ts";
import type { Handler } from "../support/fake-vendor.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { testLifecycle } from "../support/test-vendor.ts";
import { layGround } from "./support/fault-harness.ts";

const ground = layGround();

const minute = 60_000;
const hour = 3_600_000;
const expiry = (rules: readonly ExpiryRule[], more: Partial<Lifecycle> = {}): Partial<Lifecycle> => ({
  ...more,
  response: testLifecycle.response.map((one) => ({ ...one, expiry: rules })),
});
const absolute = expiry([{ from: "$response.body#/expires_at", as: "epoch-seconds" }]);

/** Tokens that live an hour by the server's clock, which is the real one. @param headers beside or in place of its `Date`. */
const grantingUntil =
  (headers: Record<string, string | undefined> = {}, lifeInMs = hour): Handler =>
  (_received, count, response) => {
    const accessToken = `granted-${count}-CANARY`;
    ground.fake.admit(accessToken);
    response.sendDate = !("date" in headers);
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(
      JSON.stringify({
        access_token: accessToken,
        expires_at: Math.floor((Date.now() + lifeInMs) / 1000),
        expires_in: headers["x-expires-in"] === undefined ? undefined : Number(headers["x-expires-in"]),
      }),
    );
    return "hang";
  };

/** A client whose wall clock is off by so much from the start. */
function connectOff(offsetInMs: number, lifecycle: Partial<Lifecycle> = {}) {
  const clock = createManualClock();
  clock.stepWall(offsetInMs);
  return ground.connect({ clock, store: createMemoryStore({ clock }), lifecycle });
}

describe("clocks", () => {
  it("H01 a wall clock set back does not prolong a token's life", async () => {
    const { client, clock } = ground.connect();
    await client.GET("/things");
    clock.stepWall(-hour);
    clock.advance(hour - 1_000);
    await client.GET("/things");
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it("H02 a wall clock set forward and back costs one refresh at most", async () => {
    const { client, clock } = ground.connect();
    await client.GET("/things");
    clock.stepWall(hour);
    for (let call = 0; call < 10; call += 1) await client.GET("/things");
    expect(ground.fake.tokenRequests).toHaveLength(2);
    clock.stepWall(-hour);
    for (let call = 0; call < 10; call += 1) await client.GET("/things");
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it("H02 a token had while the clock was ahead lives no longer for those who find it afterwards", async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const first = ground.connect({ clock, store });
    clock.stepWall(hour);
    await first.client.GET("/things");
    clock.stepWall(-hour);
    const second = ground.connect({ clock, store });
    await second.client.GET("/things");
    const [status] = second.client.auth.status();
    expect((status?.expiresAt ?? 0) - clock.now()).toBeLessThanOrEqual(hour);
    clock.advance(hour + 1_000);
    await second.client.GET("/things");
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it("H03 a machine that slept finds its token over", async () => {
    const { client, clock } = ground.connect();
    await client.GET("/things");
    clock.sleepMachine(2 * hour);
    await client.GET("/things");
    expect(ground.fake.tokenRequests).toHaveLength(2);
    expect(ground.fake.apiRequests.at(-1)?.headers.authorization).toBe("Bearer access-2-CANARY");
  });

  it("H03 a machine that slept between a token request and its answer counts the sleep as the token's age", async () => {
    const { client, clock } = ground.connect();
    ground.fake.onToken = () => {
      clock.sleepMachine(50 * minute);
      return undefined;
    };
    await client.GET("/things");
    const [status] = client.auth.status();
    expect((status?.expiresAt ?? 0) - clock.now()).toBeLessThanOrEqual(10 * minute);
  });

  it.for([-10 * minute, 10 * minute, -20 * hour])(
    "H04 an absolute expiry is read by the server's Date, with this clock off by %d ms",
    async (offset) => {
      const { client, clock } = connectOff(offset, absolute);
      ground.fake.onToken = grantingUntil();
      await client.GET("/things");
      const [status] = client.auth.status();
      expect(status?.estimated).toBe(false);
      expect(Math.abs((status?.expiresAt ?? 0) - clock.now() - hour)).toBeLessThan(4_000);
    },
  );

  const at = Date.parse("2030-01-01T00:00:00Z");
  const date = (offset: number) => new Date(at + offset).toUTCString();
  it.for<[string, Record<string, string>, number, number | undefined]>([
    ["ahead", { date: date(10 * minute) }, 0, 10 * minute],
    ["behind", { date: date(-10 * minute) }, 0, -10 * minute],
    ["within a Date's resolution", { date: date(1_000) }, 0, 0],
    ["halfway through a round trip of 20 s", { date: date(-10_000) }, 20_000, 0],
    ["told by a cache that is fresh", { date: date(10 * minute), age: "0" }, 0, 10 * minute],
    ["told by a cache that is old", { date: date(-10 * minute), age: "600" }, 0, undefined],
    ["told after a round trip of a minute", { date: date(10 * minute) }, minute, undefined],
    ["not told", {}, 0, undefined],
    ["told as 1970", { date: "Thu, 01 Jan 1970 00:00:00 GMT" }, 0, undefined],
    ["told as 9999", { date: "Fri, 31 Dec 9999 23:59:59 GMT" }, 0, undefined],
    ["told as an epoch", { date: "1893456000" }, 0, undefined],
    ["told as nonsense", { date: "yesterday" }, 0, undefined],
  ])("H05 a server's time that is %s counts as far as it can be believed", ([, headers, roundTrip, want]) => {
    expect(clockSkewInMs(new Headers(headers), at, roundTrip)).toBe(want);
  });

  it.for<[string, Record<string, string | undefined>]>([
    ["absent", { date: undefined }],
    ["from a cache", { date: new Date(Date.now() - hour).toUTCString(), age: "3600" }],
    ["hostile", { date: "Thu, 01 Jan 1970 00:00:00 GMT" }],
  ])("H05 with a Date that is %s, expires_in beside an absolute expiry still bounds it", async ([, headers]) => {
    const both = expiry([
      { from: "$response.body#/expires_at", as: "epoch-seconds" },
      { from: "$response.body#/expires_in", as: "seconds" },
    ]);
    const { client, clock } = connectOff(-10 * minute, both);
    ground.fake.onToken = grantingUntil({ ...headers, "x-expires-in": "1800" });
    await client.GET("/things");
    expect(client.auth.status()).toMatchObject([{ expiresAt: expect.closeTo(clock.now() + 1_800_000, -3) }]);
  });

  it("H05 without the server's time, an instant that looks past gives way to the documented lifetime", async () => {
    const { client, clock } = connectOff(2 * hour, { ...absolute, lifetimeInSeconds: 1800 });
    ground.fake.onToken = grantingUntil({ date: undefined });
    await client.GET("/things");
    expect(client.auth.status()).toMatchObject([
      { estimated: true, expiresAt: expect.closeTo(clock.now() + 1_800_000, -3) },
    ]);
  });

  const jwt = (payload: unknown) =>
    ["{}", typeof payload === "string" ? payload : JSON.stringify(payload), "signature"]
      .map((part) => Buffer.from(part).toString("base64url"))
      .join(".");
  const parse = (accessToken: string, rules: readonly ExpiryRule[]) =>
    parseTokenResponse(
      { ...testLifecycle, ...expiry(rules) },
      {
        headers: new Headers(),
        body: { access_token: accessToken, expires_in: 3600 },
        now: at,
        offsetInMs: 0,
        credentials: {},
      },
    );
  const seconds: ExpiryRule = { from: "$response.body#/expires_in", as: "seconds" };
  const exp: ExpiryRule = { from: "$response.body#/access_token", as: "jwt-exp" };

  it.for([
    [600, 600_000],
    [7200, hour],
  ])(
    "H06 where the document says that the token is a JWT, the earlier of its exp (in %d s) and expires_in wins",
    ([after = 0, want]) => {
      const token = jwt({ exp: at / 1000 + after, name: "Zoë" });
      expect(parse(token, [seconds, exp])).toMatchObject({ token: { lifetimeInMs: want, estimated: false } });
    },
  );

  it.for(["opaque", "a.b.c", "..", jwt("no JSON"), jwt({}), jwt({ exp: "soon" }), jwt([1]), jwt({ exp: null })])(
    "H06 a token that has no exp after all (%s) is as good as without the rule",
    (token) => {
      expect(parse(token, [seconds, exp])).toMatchObject({ token: { lifetimeInMs: hour, estimated: false } });
    },
  );

  it("H06 where the document does not say so, tokens are opaque (RFC 6749 §1.4)", () => {
    expect(parse(jwt({ exp: at / 1000 + 1 }), [seconds])).toMatchObject({ token: { lifetimeInMs: hour } });
  });

  it.for([-10 * minute, 10 * minute])(
    "H07 a token in the store ends at the same moment for a worker whose clock is off by %d ms",
    async (offset) => {
      const storeClock = createManualClock();
      const store = createMemoryStore({ clock: storeClock });
      const right = ground.connect({ clock: createManualClock(), store });
      const wrongClock = createManualClock();
      wrongClock.stepWall(offset);
      const wrong = ground.connect({ clock: wrongClock, store });
      await right.client.GET("/things");
      for (const clock of [storeClock, right.clock, wrongClock]) clock.advance(30 * minute);
      await wrong.client.GET("/things");
      expect(ground.fake.tokenRequests).toHaveLength(1);
      expect(wrong.client.auth.status()).toMatchObject([
        { expiresAt: expect.closeTo(wrongClock.now() + 30 * minute, -3) },
      ]);
      for (const clock of [storeClock, right.clock, wrongClock]) clock.advance(31 * minute);
      await wrong.client.GET("/things");
      await right.client.GET("/things");
      expect(ground.fake.tokenRequests).toHaveLength(2);
    },
  );

  const zone = process.env.TZ;
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  it("H08 a change of the time zone or of daylight saving changes nothing", async () => {
    const withZoneless = expiry([{ from: "$response.body#/at", as: "date-time" }]);
    const offsets = new Set<number>();
    for (const name of ["UTC", "America/St_Johns", "Pacific/Kiritimati", "Australia/Lord_Howe"]) {
      process.env.TZ = name;
      offsets.add(new Date(0).getTimezoneOffset());
      const parsed = parseTokenResponse(
        { ...testLifecycle, ...withZoneless },
        {
          headers: new Headers(),
          body: { access_token: "a", at: "2030-01-01T01:00:00" },
          now: at,
          offsetInMs: 0,
          credentials: {},
        },
      );
      expect(parsed).toMatchObject({ token: { lifetimeInMs: hour } });
    }
    expect(offsets.size, "the zone did change").toBeGreaterThan(2);
    const { client, clock } = ground.connect();
    await client.GET("/things");
    process.env.TZ = "America/St_Johns";
    clock.advance(hour - 400_000);
    await client.GET("/things");
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });
});
