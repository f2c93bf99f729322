import { describe, expect, it } from "vitest";
import { storeKeyOf } from "../../../src/auth/credentials/token-identity.ts";
import { createTokenAccount } from "../../../src/auth/token/create-token-account.ts";
import { createMemoryStore } from "../../../src/index.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { createAccountOptions } from "../../support/token-manager-harness.ts";

function open() {
  const clock = createManualClock();
  const store = createMemoryStore({ clock });
  let requests = 0;
  const options = createAccountOptions({
    clock,
    store,
    async answer() {
      requests += 1;
      return Response.json({ access_token: `access-${requests}`, expires_in: 3600 });
    },
  });
  return { clock, store, options, requests: () => requests };
}

describe("a token account", () => {
  it("sends nothing when it is created", () => {
    const { options, requests } = open();
    const account = createTokenAccount(options);
    expect(account.status()).toEqual({ scheme: "bearer", state: "signed_out" });
    expect(account.manager.key).toBe("");
    expect(requests()).toBe(0);
  });

  it("keeps its token in the given store", async () => {
    const { options, store } = open();
    const { manager } = createTokenAccount(options);
    await manager.getToken();
    expect((await store.read(storeKeyOf(await manager.identity()))).record).toContain("access-1");
  });

  it("shares the memory of the process without a store", async () => {
    const { options, requests } = open();
    const [one, other] = [1, 2].map(() => createTokenAccount({ ...options, store: undefined }));
    expect((await one?.manager.getToken())?.token.accessToken).toBe("access-1");
    expect((await other?.manager.getToken())?.token.accessToken).toBe("access-1");
    expect(requests()).toBe(1);
  });

  it("rejects with the reason of a caller that aborts", async () => {
    const { options } = open();
    const controller = new AbortController();
    const token = Promise.resolve(createTokenAccount(options).manager.getToken(controller.signal));
    controller.abort("gone");
    await expect(token).rejects.toBe("gone");
  });

  it("is closed with its client", async () => {
    const { options } = open();
    const { manager, status } = createTokenAccount(options);
    await manager.getToken();
    await manager.close();
    expect(status()).toEqual({ scheme: "bearer", state: "closed" });
    await expect(manager.getToken()).rejects.toMatchObject({ outcome: "closed" });
  });
});
