import { expect, it } from "vitest";
import { isAuthError } from "../../src/index.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { caught } from "../support/caught.ts";
import { startFakeVendor } from "../support/fake-vendor.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { connectTo } from "../support/test-vendor.ts";

it.each(["verify", "refresh"] as const)(
  "a remembered refusal is lifted by %s(), in the client and in the store",
  async (by) => {
    const fake = await startFakeVendor();
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const [one, two] = [connectTo(fake, { clock, store }), connectTo(fake, { clock, store })];
    fake.onToken = () => ({ status: 401, body: { error: "invalid_client" } });
    const error = await caught(one.client.GET("/things"));
    expect(isAuthError(error) && error.kind).toBe("invalid_credentials");
    await caught(one.client.auth[by]());
    fake.onToken = undefined;
    const asked = fake.tokenRequests.length;
    expect(isAuthError(await caught(one.client.GET("/things")))).toBe(true);
    expect(fake.tokenRequests).toHaveLength(asked);
    await one.client.auth[by]();
    expect((await two.client.GET("/things")).status).toBe(200);
    expect((await one.client.GET("/things")).status).toBe(200);
    await Promise.all([one.client.close(), two.client.close(), fake.close()]);
  },
);
