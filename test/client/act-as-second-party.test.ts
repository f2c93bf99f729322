import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ConnectOptions, connect, createMemoryStore, type LatchkeyEvent } from "../../src/index.ts";
import type { Vendor } from "../../src/vendor.ts";
import { type FakeVendor, startFakeVendor } from "../support/fake-vendor.ts";
import { passing } from "../faults/support/fault-harness.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createTestVendor, type TestTypes, testCredentials, testLifecycle } from "../support/test-vendor.ts";

interface ShopTypes extends Omit<TestTypes, "actors"> {
  actors: { email: string; password: string };
}

/** Creates a vendor whose customers sign in with the client's token and then have a token of their own. */
function createShop(): Vendor<ShopTypes> {
  const { "~types": _types, ...base } = createTestVendor();
  const [obtain] = testLifecycle.obtain;
  const { refresh } = testLifecycle;
  if (!obtain || !refresh) throw new Error("the test vendor signs in and refreshes");
  const security = [{ bearer: [] }];
  return {
    ...base,
    schemes: {
      ...base.schemes,
      customer: {
        actor: "customer",
        send: { in: "header", name: "X-Customer-Token" },
        credentials: { email: { secret: false }, password: { secret: true } },
        lifecycle: {
          ...testLifecycle,
          obtain: [
            {
              ...obtain,
              path: "/token/customer",
              clientAuthentication: "none",
              security,
              request: { email: "$credentials.email", password: "$credentials.password" },
            },
          ],
          refresh: { ...refresh, path: "/token/customer", security },
        },
      },
    },
    security: [{ bearer: [], customer: [] }, { bearer: [] }],
  };
}

let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

function open(
  credentials: ConnectOptions<ShopTypes>["credentials"] = testCredentials,
  onEvent: ConnectOptions<ShopTypes>["onEvent"] = undefined,
) {
  const clock = createManualClock();
  const client = connect(createShop(), {
    credentials,
    server: { url: fake.url },
    clock,
    store: createMemoryStore({ clock }),
    onEvent,
  });
  return { client, clock };
}

const refreshKeysOf = (events: readonly LatchkeyEvent[], scheme: string) =>
  events.flatMap((event) => (event.type === "refresh" && event.scheme === scheme ? [event.key] : []));

const customer = { email: "a@shop.invalid", password: "password-CANARY" };

describe("the sign-in of a second party, which needs the client's own token", () => {
  it("fails with the client's own error if the client cannot sign in", async () => {
    const { client } = open({ ...testCredentials, clientSecret: "wrong-CANARY" });
    const error = await client.as(customer).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: "AuthError",
      kind: "invalid_credentials",
      outcome: "configuration",
      scheme: "bearer",
    });
    expect(fake.tokenRequests.map(({ path }) => path)).toEqual(["/token"]);
  });

  it("takes no slot at the client's token endpoint, however many customers wait for the client's token", async () => {
    let isHeld = false;
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const { client, clock } = open(async () => {
      if (isHeld) await held;
      return testCredentials;
    });
    fake.onToken = ({ path }) => (path === "/token" ? undefined : { body: { access_token: "customer" } });
    await client.as(customer);
    clock.advance(3_600_000);
    isHeld = true;
    const all = Promise.all(
      Array.from({ length: 40 }, (_, at) => client.as({ ...customer, email: `${at}@a.invalid` })),
    );
    // All customers that have a slot wait for the client's token, whose credentials are not there yet.
    for (let round = 0; round < 20; round += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      await crypto.subtle.digest("SHA-256", new Uint8Array());
    }
    expect(fake.tokenRequests).toHaveLength(2);
    release();
    await all;
    expect(fake.tokenRequests.filter(({ path }) => path === "/token")).toHaveLength(2);
    expect(fake.tokenRequests).toHaveLength(43);
  });

  it("belongs to the client that it was made with: a customer of another client has another key", async () => {
    let clientId = "client";
    const events: LatchkeyEvent[] = [];
    const { client } = open(
      () => ({ ...testCredentials, clientId }),
      (event) => events.push(event),
    );
    fake.onToken = ({ path }, count) =>
      path === "/token" ? undefined : { body: { access_token: `customer-${count}` } };
    const shopper = await client.as(customer);
    await shopper.auth.refresh();
    clientId = "other";
    await client.auth.refresh();
    await shopper.auth.refresh();
    const keys = refreshKeysOf(events, "customer");
    expect(keys).toHaveLength(3);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it("waits while the token endpoint fails for the moment, for the client's own token and for its own", async () => {
    const failing = [503, 200, 503, 503];
    fake.onToken = ({ path }) => {
      const status = failing.shift() ?? 200;
      if (status !== 200) return { status };
      return path === "/token" ? undefined : { body: { access_token: "customer-1", expires_in: 3600 } };
    };
    fake.onApi = () => ({ body: { ok: true } });
    const { client, clock } = open();
    const shopper = await passing([clock], client.as(customer), 500);
    expect((await shopper.GET("/things")).status).toBe(200);
    expect(fake.tokenRequests.map(({ path }) => path)).toEqual([
      "/token",
      "/token",
      "/token/customer",
      "/token/customer",
      "/token/customer",
    ]);
  });

  it("keeps its refresh token while the client has no token, and uses it once", async () => {
    fake.rotating = true;
    let isDown = false;
    let customers = 0;
    fake.onToken = ({ path }) => {
      if (path === "/token") return isDown ? { status: 503 } : undefined;
      customers += 1;
      return {
        body: {
          access_token: `customer-${customers}`,
          expires_in: 3600,
          refresh_token: `customer-refresh-${customers}`,
        },
      };
    };
    fake.onApi = () => ({ body: { ok: true } });
    const { client, clock } = open();
    const shopper = await client.as(customer);
    await shopper.GET("/things");
    isDown = true;
    for (let count = 0; count < 4; count += 1) {
      clock.advance(3_600_000);
      const error = await shopper.GET("/things", { retries: false }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: "AuthError", scheme: "bearer", outcome: "transient" });
    }
    isDown = false;
    clock.advance(75_000);
    await shopper.GET("/things");
    expect(fake.apiRequests.at(-1)?.headers["x-customer-token"]).toBe("customer-2");
    const signIns = fake.tokenRequests.filter(({ path }) => path === "/token/customer").map(({ body }) => body);
    expect(signIns).toEqual([
      expect.stringContaining("email="),
      "grant_type=refresh_token&refresh_token=customer-refresh-1",
    ]);
  });
});
