import { describe, expect, it, vi } from "vitest";
import { AuthError, createMemoryStore } from "../../src/index.ts";
import { createSingleFlight } from "../../src/util/single-flight.ts";
import type { Received } from "../support/fake-vendor.ts";
import { startFakeVendor } from "../support/fake-vendor.ts";
import { createTokenManagerHarness } from "../support/token-manager-harness.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { connectTo, createTestVendor, testCredentials } from "../support/test-vendor.ts";
import { answerHere, createBarrier, layGround, rejection, turn, until, sharedError } from "./support/fault-harness.ts";
import { connectPathTenant, connectTenant, type PathTenant, type Tenant } from "./support/tenants.ts";

const ground = layGround();

/** Clients with one store and clock, each for a tenant of its own; the server's token names whom it was given to. */
function connectTenants(tenants: readonly { readonly tenant: Tenant; readonly constants?: Record<string, string> }[]) {
  const clock = createManualClock();
  const shared = { clock, store: createMemoryStore({ clock }) };
  ground.fake.onToken = ({ body }) => ({ body: { access_token: nameOf(body), expires_in: 3600 } });
  ground.fake.onApi = () => ({ body: { ok: true } });
  const clients = tenants.map(({ tenant, constants }) => connectTenant(ground.fake, shared, tenant, constants));
  for (const client of clients) ground.watch(client, clock);
  return clients;
}

const nameOf = (body: string): string => {
  const form = new URLSearchParams(body);
  form.delete("client_secret");
  return Buffer.from(form.toString()).toString("hex");
};

const tokensOf = (requests: readonly Received[]): string[] =>
  requests.map(({ headers }) => String(headers.authorization).replace("Bearer ", ""));

/** Each tenant calls at once with the others, and twice: each is to get a token that was asked for by itself. */
async function expectOwnTokens(clients: ReturnType<typeof connectTenants>): Promise<void> {
  await Promise.all([...clients, ...clients].map((client) => client.GET("/things")));
  const asked = ground.fake.tokenRequests.map(({ body }) => nameOf(body));
  expect(new Set(asked).size).toBe(clients.length);
  expect(asked).toHaveLength(clients.length);
  expect(tokensOf(ground.fake.apiRequests).sort()).toEqual([...asked, ...asked].sort());
}

/** Clients of one credential at once, and twice: each request is to carry a token that its own client asked for. */
async function expectTokensByPath(tenants: readonly Partial<PathTenant>[]): Promise<void> {
  const clock = createManualClock();
  const store = createMemoryStore({ clock });
  const asked: string[] = [];
  ground.fake.onToken = ({ path }, count) => {
    asked.push(path);
    return { body: { access_token: `${count}`, expires_in: 3600 } };
  };
  ground.fake.onApi = () => ({ body: { ok: true } });
  const all = tenants.map((more) => ({ login: "common", api: "common", files: "common", ...more }));
  const clients = all.map((tenant) => connectPathTenant(ground.fake, { clock, store }, tenant));
  for (const client of clients) ground.watch(client, clock);
  await Promise.all([...clients, ...clients].map((client) => client.GET("/things")));
  expect(asked.sort()).toEqual(all.map(({ login }) => `/token/${encodeURIComponent(login)}/token`).sort());
  const carried = ground.fake.apiRequests.map(
    ({ path }, index) => `${path} ${tokensOf(ground.fake.apiRequests)[index]}`,
  );
  expect(new Set(tokensOf(ground.fake.apiRequests)).size).toBe(tenants.length);
  expect(new Set(carried).size).toBe(tenants.length);
}

describe("one process: caching and single flight", () => {
  it("A01 ten thousand callers of a cold manager in one tick cost one sign-in and get one token", async () => {
    const clock = createManualClock();
    let asked = 0;
    const answer = async () => Response.json({ access_token: `token-${++asked}`, expires_in: 3600 });
    const { manager } = createTokenManagerHarness({ clock, store: createMemoryStore({ clock }), answer });
    ground.watch(manager, clock);
    const tokens = await Promise.all(Array.from({ length: 10_000 }, () => manager.getToken()));
    expect(new Set(tokens).size).toBe(1);
    expect(asked).toBe(1);
  });

  it("A01 a thousand calls of a cold client in one tick cost one sign-in and carry one token", async () => {
    const { client } = ground.connect();
    const { seen, fetch } = answerHere();
    const results = await Promise.all(Array.from({ length: 1_000 }, () => client.GET("/things", { fetch })));
    expect(results.every(({ status }) => status === 200)).toBe(true);
    expect(seen).toHaveLength(1_000);
    expect(new Set(seen)).toEqual(new Set(["Bearer access-1-CANARY"]));
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("A02 tenants asked for at once get a token each", async () => {
    await expectOwnTokens(connectTenants([{ tenant: { tenant: "a" } }, { tenant: { tenant: "b" } }]));
  });

  it("A02 tenants that are a path of the address where they sign in get a token each", async () => {
    await expectTokensByPath(["a", "b", "A", "%61", "a/b", "a%2Fb"].map((login) => ({ login })));
  });

  it("A03 clients that share an identifier but not the path of the server keep apart", async () => {
    await expectTokensByPath(["a", "b", "A", "%61", "a/b", "a%2Fb"].map((api) => ({ api })));
  });

  it("A05 clients that share all but the path of another host keep apart", async () => {
    await expectTokensByPath(["a", "b", "A"].map((files) => ({ files })));
  });

  it("A03 clients that share an identifier but not the address keep apart", async () => {
    const other = await startFakeVendor();
    try {
      const clock = createManualClock();
      const store = createMemoryStore({ clock });
      const one = connectTo(ground.fake, { clock, store });
      const two = connectTo(other, { clock, store });
      ground.watch(one.client, clock);
      ground.watch(two.client, clock);
      const answers = await Promise.all([one.client.GET("/things"), two.client.GET("/things")]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect([ground.fake.tokenRequests.length, other.tokenRequests.length]).toEqual([1, 1]);
    } finally {
      await other.close();
    }
  });

  it("A03 clients that share a tenant but not the client keep apart", async () => {
    const tenant = "the same";
    await expectOwnTokens(
      connectTenants([{ tenant: { tenant, clientId: "app-a" } }, { tenant: { tenant, clientId: "app-b" } }]),
    );
  });

  it("A04 a token for one scope is never given to somebody who asked for another", async () => {
    await expectOwnTokens(
      connectTenants([{ tenant: { scope: "read" } }, { tenant: { scope: "read admin" } }, { tenant: {} }]),
    );
  });

  it("A04 a scope that the document asks for sets tokens apart, too", async () => {
    await expectOwnTokens(
      connectTenants([
        { tenant: {}, constants: { scope: "read" } },
        { tenant: {}, constants: { scope: "admin" } },
      ]),
    );
  });

  it("A05 another audience is another token with a flight of its own", async () => {
    const barrier = createBarrier();
    const clients = connectTenants([{ tenant: { audience: "https://a" } }, { tenant: { audience: "https://b" } }]);
    const answer = ground.fake.onToken;
    ground.fake.onToken = async (...args) => {
      await barrier.wait();
      return answer?.(...args);
    };
    const calls = expectOwnTokens(clients);
    await until(() => barrier.size === 2);
    barrier.release();
    await calls;
  });

  it("A06 separators, case and Unicode in identifiers never make two credentials one", async () => {
    await expectOwnTokens(
      connectTenants(
        [
          ["a|b", "c"],
          ["a", "b|c"],
          ['a","b', "c"],
          ["a", 'b","c'],
          ["A", "b|c"],
          ["\u00e9", "x"],
          ["e\u0301", "x"],
          ["a b", "c"],
          ["a", "b c"],
          ["a\u0000b", "c"],
        ].map(([tenant = "", audience = ""]) => ({ tenant: { tenant, audience } })),
      ),
    );
  });

  it("A07 a forced refresh is satisfied by the flight that is under way when it brings another token", async () => {
    const { client, clock } = ground.connect();
    const barrier = createBarrier();
    await client.GET("/things");
    ground.fake.onToken = async () => void (await barrier.wait());
    clock.advance(3_400_000);
    await client.GET("/things");
    await until(() => barrier.size === 1);
    const forced = client.auth.refresh();
    barrier.release();
    await forced;
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it("A07 a forced refresh is not satisfied by a flight that brings the old token again", async () => {
    const { client, clock } = ground.connect();
    const barrier = createBarrier();
    await client.GET("/things");
    ground.fake.onToken = async (_, count) => {
      await barrier.wait();
      return count === 2 ? { body: { access_token: "access-1-CANARY", expires_in: 3600 } } : undefined;
    };
    clock.advance(3_400_000);
    await client.GET("/things");
    await until(() => barrier.size === 1);
    const forced = client.auth.refresh();
    barrier.release();
    await until(() => barrier.size === 1);
    barrier.release();
    await forced;
    await client.GET("/things");
    expect(ground.fake.tokenRequests).toHaveLength(3);
    expect(tokensOf(ground.fake.apiRequests).at(-1)).toBe("access-2-CANARY");
  });

  it("A07 a forced refresh does not fail with a flight that began before it", async () => {
    const { client, clock } = ground.connect();
    const barrier = createBarrier();
    await client.GET("/things");
    ground.fake.onToken = async (_, count) => {
      if (count > 2) return undefined;
      await barrier.wait();
      return { status: 503 };
    };
    clock.advance(3_400_000);
    await client.GET("/things");
    await until(() => barrier.size === 1);
    const forced = client.auth.refresh();
    barrier.release();
    await forced;
    expect(ground.fake.tokenRequests).toHaveLength(3);
  });

  it("A07 a forced refresh of a client that has no token yet replaces the one in the store", async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const first = ground.connect({ clock, store });
    const second = ground.connect({ clock, store });
    await first.client.GET("/things");
    await second.client.auth.refresh();
    expect(ground.fake.tokenRequests).toHaveLength(2);
    await second.client.GET("/things");
    expect(tokensOf(ground.fake.apiRequests)).toEqual(["access-1-CANARY", "access-2-CANARY"]);
  });

  it("A07 a forced refresh that fails tells so, though the old token is good", async () => {
    const { client } = ground.connect({ retries: false });
    await client.GET("/things");
    ground.fake.onToken = () => ({ status: 503 });
    expect(await rejection(client.auth.refresh())).toMatchObject({ name: "AuthError", outcome: "transient" });
    expect((await client.GET("/things")).status).toBe(200);
  });

  it("A08 a flight that ends clears itself and no other that began in the same moment", async () => {
    const flight = createSingleFlight<number>();
    let second: Promise<number> | undefined;
    const first = flight.join(async () => 1);
    first.then(() => {
      second = flight.join(() => new Promise(() => {}));
    });
    await first;
    await turn();
    expect(second).toBeDefined();
    expect(flight.running).toBe(second);
    expect(flight.join(async () => 3)).toBe(second);
  });

  it("A08 a flight that failed is over for the next one", async () => {
    const flight = createSingleFlight<number>();
    const failing = flight.join(() => {
      throw new Error("at once");
    });
    expect(await rejection(failing)).toMatchObject({ message: "at once" });
    expect(flight.running).toBeUndefined();
    expect(await flight.join(async () => 2)).toBe(2);
  });

  it("A09 a credentials function that throws at once gives a typed error, and a later call works", async () => {
    let asked = 0;
    const { client, clock } = ground.connect({
      retries: false,
      credentials: () => {
        asked += 1;
        if (asked === 1) throw new Error("secret-CANARY is not to be quoted");
        return testCredentials;
      },
    });
    const error = await rejection(client.GET("/things"));
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({ outcome: "transient" });
    expect(String(error)).not.toContain("CANARY");
    expect(sharedError(await rejection(client.GET("/things")))).toBe(sharedError(error));
    expect(asked).toBe(1);
    clock.advance(2_000);
    expect((await client.GET("/things")).status).toBe(200);
    expect(asked).toBe(2);
  });

  it("A10 fifty 401s of one old token, one after another, cost one refresh", async () => {
    const { client, clock, events } = ground.connect();
    await client.GET("/things");
    ground.fake.revoke();
    const barrier = createBarrier();
    ground.fake.onApi = async ({ headers }) => {
      if (headers.authorization === "Bearer access-1-CANARY") await barrier.wait();
      return undefined;
    };
    const calls = Array.from({ length: 50 }, () => client.GET("/things"));
    await until(() => barrier.size === 50);
    const answered: number[] = [];
    for (const call of calls) call.then(({ status }) => answered.push(status));
    for (let count = 1; count <= 50; count += 1) {
      barrier.release(1);
      await until(() => answered.length === count);
      clock.advance(100);
    }
    expect(new Set(answered)).toEqual(new Set([200]));
    expect(ground.fake.tokenRequests).toHaveLength(2);
    expect(events.filter(({ type }) => type === "invalidation")).toHaveLength(1);
    expect(events.filter(({ type }) => type === "replay")).toHaveLength(50);
  });

  it("A11 401s at the same moment cost one refresh, and every call succeeds", async () => {
    const { client } = ground.connect();
    await client.GET("/things");
    ground.fake.revoke();
    const barrier = createBarrier();
    ground.fake.onApi = async ({ headers }) => {
      if (headers.authorization === "Bearer access-1-CANARY") await barrier.wait();
      return undefined;
    };
    const calls = Array.from({ length: 10 }, () => client.GET("/things"));
    await until(() => barrier.size === 10);
    barrier.release();
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it("A12 a refresh ahead of expiry and one after a 401 are one request", async () => {
    const { client, clock } = ground.connect();
    await client.GET("/things");
    const barrier = createBarrier();
    ground.fake.onToken = async () => void (await barrier.wait());
    ground.fake.revoke();
    clock.advance(3_400_000);
    const call = client.GET("/things");
    await until(() => barrier.size === 1);
    await until(() => ground.fake.apiRequests.length === 2);
    for (let turns = 0; turns < 20; turns += 1) await turn();
    barrier.release();
    expect((await call).status).toBe(200);
    expect(ground.fake.tokenRequests).toHaveLength(2);
  });

  it("A13 two copies of the module in one process share a token and a flight", async () => {
    vi.resetModules();
    const one = await import("../../src/index.ts");
    vi.resetModules();
    const two = await import("../../src/index.ts");
    expect(one.connect).not.toBe(two.connect);
    const barrier = createBarrier();
    ground.fake.onToken = async () => void (await barrier.wait());
    const options = { credentials: testCredentials, server: { url: ground.fake.url } };
    const clients = [one.connect(createTestVendor(), options), two.connect(createTestVendor(), options)];
    for (const client of clients) ground.watch(client);
    const calls = Promise.all(clients.map((client) => client.GET("/things")));
    await until(() => barrier.size === 1);
    for (let turns = 0; turns < 20; turns += 1) await turn();
    barrier.release();
    expect((await calls).map(({ status }) => status)).toEqual([200, 200]);
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("A15 the memory store drops what was unused longest, and a tenant whose record went signs in again", async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock, maxRecords: 10 });
    ground.fake.rotating = true;
    const connectOne = (tenant: string) => {
      const client = connectTenant(ground.fake, { clock, store }, { tenant });
      ground.watch(client, clock);
      return client;
    };
    for (let index = 0; index < 50; index += 1) await connectOne(`tenant-${index}`).GET("/things");
    expect(ground.fake.tokenRequests).toHaveLength(50);
    await connectOne("tenant-49").GET("/things");
    expect(ground.fake.tokenRequests).toHaveLength(50);
    await connectOne("tenant-0").GET("/things");
    expect(ground.fake.tokenRequests).toHaveLength(51);
    expect(ground.fake.reuses).toBe(0);
  });

  it("A15 the memory store never drops what is leased, and a record that comes back has a newer fence", async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock, maxRecords: 2 });
    const ask = (key: string) => store.acquire(key, { owner: "worker", ttlInMs: 60_000 });
    const leased = await ask("leased");
    for (let index = 0; index < 100; index += 1) {
      const lease = await ask(`other-${index}`);
      await store.release(`other-${index}`, lease?.fence ?? 0);
    }
    expect(await ask("leased")).toBeUndefined();
    clock.advance(60_001);
    for (let index = 0; index < 10; index += 1) await store.release("", (await ask(`more-${index}`))?.fence ?? 0);
    const later = await ask("leased");
    expect(later?.fence).toBeGreaterThan(leased?.fence ?? Number.POSITIVE_INFINITY);
    expect(later?.version).toBeGreaterThanOrEqual(leased?.version ?? Number.POSITIVE_INFINITY);
  });

  it("A16 a listener that calls the client for the same token gets an answer", async () => {
    const inner: Promise<unknown>[] = [];
    const { client } = ground.connect({
      onEvent: (event) => {
        if (event.type === "refresh") inner.push(client.GET("/things"));
      },
    });
    expect((await client.GET("/things")).status).toBe(200);
    expect(inner).toHaveLength(1);
    expect(await inner[0]).toMatchObject({ status: 200 });
    expect(ground.fake.tokenRequests).toHaveLength(1);
  });

  it("A16 a store that waits for the client it serves does not hang it", async () => {
    const clock = createManualClock();
    const engine = createMemoryStore({ clock });
    let isCaught = false;
    const { client } = ground.connect({
      retries: false,
      clock,
      store: {
        ...engine,
        async read(key) {
          if (!isCaught) {
            isCaught = true;
            await client.GET("/things");
          }
          return engine.read(key);
        },
      },
    });
    const refused = rejection(client.GET("/things"));
    await until(() => isCaught && clock.timers > 0);
    clock.advance(10_000);
    expect(await refused).toMatchObject({ name: "AuthError", outcome: "transient" });
    clock.advance(2_000);
    expect((await client.GET("/things")).status).toBe(200);
  });
});
