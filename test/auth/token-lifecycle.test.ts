import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AuthError } from "../../src/index.ts";
import { type FakeVendor, startFakeVendor } from "../support/fake-vendor.ts";
import { connectTo } from "../support/test-vendor.ts";

let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

describe("a token's life", () => {
  it("makes one sign-in for a hundred cold calls", async () => {
    const { client } = connectTo(fake);
    const results = await Promise.all(Array.from({ length: 100 }, () => client.GET("/things")));
    expect(results.map((result) => result.status)).toEqual(Array.from({ length: 100 }, () => 200));
    expect(fake.tokenRequests).toHaveLength(1);
  });

  it("uses a token with more than the buffer left as it is", async () => {
    const { client, clock } = connectTo(fake);
    await client.GET("/things");
    clock.advance(3600_000 - 331_000);
    await client.GET("/things");
    expect(fake.tokenRequests).toHaveLength(1);
  });

  it("refreshes in the background inside the buffer, and the caller gets the old token", async () => {
    const { client, clock } = connectTo(fake);
    await client.GET("/things");
    clock.advance(3600_000 - 299_000);
    let release = () => {};
    fake.onToken = () => new Promise((resolve) => (release = () => resolve(undefined)));
    await client.GET("/things");
    expect(fake.apiRequests[1]?.headers.authorization).toBe("Bearer access-1-CANARY");
    await expect.poll(() => fake.tokenRequests.length).toBe(2);
    release();
    await expect.poll(() => fake.live.size).toBe(2);
    await expect
      .poll(async () => (await client.GET("/things")).response.ok && fake.apiRequests.at(-1)?.headers.authorization)
      .toBe("Bearer access-2-CANARY");
    expect(fake.tokenRequests).toHaveLength(2);
  });

  it("makes callers wait for one refresh when the token has expired", async () => {
    const { client, clock } = connectTo(fake);
    await client.GET("/things");
    clock.advance(3601_000);
    fake.revoke();
    const results = await Promise.all(Array.from({ length: 50 }, () => client.GET("/things")));
    expect(results.every((result) => result.status === 200)).toBe(true);
    expect(fake.tokenRequests).toHaveLength(2);
  });

  it("refreshes once and replays with the same body after 401s", async () => {
    const { client, events } = connectTo(fake);
    await client.GET("/things");
    fake.revoke();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => client.POST("/things", { body: { index } })),
    );
    expect(results.map((result) => JSON.parse(result.data?.echo ?? "null"))).toEqual(
      Array.from({ length: 20 }, (_, index) => ({ index })),
    );
    expect(fake.tokenRequests).toHaveLength(2);
    expect(events.filter((event) => event.type === "invalidation")).toHaveLength(1);
  });

  it("returns a second 401 as it is", async () => {
    const { client } = connectTo(fake);
    await client.GET("/things");
    fake.onApi = () => ({ status: 401, body: { error: "invalid_token" } });
    const { error, status } = await client.GET("/things");
    expect(status).toBe(401);
    expect(error).toEqual({ error: "invalid_token" });
    expect(fake.apiRequests).toHaveLength(3);
    expect(fake.tokenRequests).toHaveLength(2);
  });

  it("never refreshes after a 403", async () => {
    const { client } = connectTo(fake);
    fake.onApi = () => ({ status: 403, body: { error: "insufficient_scope" } });
    expect((await client.GET("/things")).status).toBe(403);
    expect(fake.tokenRequests).toHaveLength(1);
    expect(fake.apiRequests).toHaveLength(1);
  });

  it("sends refused credentials once, and gives every later call the same error", async () => {
    const { client } = connectTo(fake, { credentials: { clientId: "client", clientSecret: "wrong-CANARY" } });
    const errors = await Promise.all(
      Array.from({ length: 10 }, () => client.GET("/things").catch((error: unknown) => error)),
    );
    const later = await client.GET("/things").catch((error: unknown) => error);
    expect(later).toBeInstanceOf(AuthError);
    expect(new Set([...errors, later].map((error) => Object(error).cause)).size).toBe(1);
    expect(fake.tokenRequests).toHaveLength(1);
    expect(String(later)).not.toContain("CANARY");
    expect(later).toMatchObject({
      kind: "invalid_credentials",
      outcome: "configuration",
      status: 401,
      code: "invalid_client",
    });
  });

  it("uses a rotating refresh token once, and signs in again when it is refused", async () => {
    fake.rotating = true;
    const { client, clock } = connectTo(fake);
    await client.GET("/things");
    clock.advance(3601_000);
    await client.GET("/things");
    expect(fake.tokenRequests[1]?.body).toContain("refresh-1-CANARY");
    clock.advance(3601_000);
    await client.GET("/things");
    expect(fake.tokenRequests[2]?.body).toContain("refresh-2-CANARY");
    fake.onToken = (_, count) => (count === 4 ? { status: 400, body: { error: "invalid_grant" } } : undefined);
    clock.advance(3601_000);
    expect((await client.GET("/things")).status).toBe(200);
    expect(fake.tokenRequests[4]?.body).toContain("client_credentials");
    expect(fake.reuses).toBe(0);
  });
});
