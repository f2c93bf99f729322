import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { acquireEndpointSlot } from "../../../src/auth/token/endpoint-semaphore.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));
const never = new AbortController().signal;

describe("the slots of a token endpoint", () => {
  it("admit thirty-two, and the others one by one, first come, first served", async () => {
    const inside = await Promise.all(Array.from({ length: 32 }, () => acquireEndpointSlot("endpoint", never)));
    const entered: number[] = [];
    const leaves: (() => void)[] = [];
    for (const index of [1, 2, 3]) {
      acquireEndpointSlot("endpoint", never).then((leave) => {
        entered.push(index);
        leaves.push(leave);
      });
    }
    await turn();
    expect(entered).toEqual([]);
    inside.pop()?.();
    await turn();
    expect(entered).toEqual([1]);
    inside.pop()?.();
    await turn();
    expect(entered).toEqual([1, 2]);
    leaves.pop()?.();
    await turn();
    expect(entered).toEqual([1, 2, 3]);
    for (const leave of [...inside, ...leaves.splice(0)]) leave();
    // As many places as before.
    const again = await Promise.all(Array.from({ length: 32 }, () => acquireEndpointSlot("endpoint", never)));
    acquireEndpointSlot("endpoint", never).then((leave) => {
      entered.push(4);
      leave();
    });
    await turn();
    expect(entered).toEqual([1, 2, 3]);
    for (const leave of again) leave();
    await turn();
    expect(entered).toEqual([1, 2, 3, 4]);
  });

  it("give each released slot to one of the later callers", async () => {
    const inside = await Promise.all(Array.from({ length: 32 }, () => acquireEndpointSlot("endpoint", never)));
    inside.pop()?.();
    inside.push(await acquireEndpointSlot("endpoint", never));
    let isIn = false;
    const waiting = acquireEndpointSlot("endpoint", never).then((leave) => {
      isIn = true;
      leave();
    });
    await turn();
    expect(isIn).toBe(false);
    for (const leave of inside) leave();
    await waiting;
  });

  it("are counted for each endpoint", async () => {
    const inside = await Promise.all(Array.from({ length: 32 }, () => acquireEndpointSlot("one", never)));
    const leave = await acquireEndpointSlot("another", never);
    for (const one of [leave, ...inside]) one();
  });

  it("are given up at once by a caller that aborts, without a listener left on its signal", async () => {
    const inside = await Promise.all(Array.from({ length: 32 }, () => acquireEndpointSlot("endpoint", never)));
    const leaving = new AbortController();
    const staying = new AbortController();
    const left = acquireEndpointSlot("endpoint", leaving.signal).catch((reason: unknown) => reason);
    const stays = acquireEndpointSlot("endpoint", staying.signal);
    leaving.abort("enough");
    expect(await left).toBe("enough");
    inside.pop()?.();
    (await stays)();
    expect(getEventListeners(staying.signal, "abort")).toEqual([]);
    expect(getEventListeners(leaving.signal, "abort")).toEqual([]);
    expect(await acquireEndpointSlot("endpoint", leaving.signal).catch((reason: unknown) => reason)).toBe("enough");
    for (const leave of inside) leave();
  });
});
