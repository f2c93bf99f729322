import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { acquireEndpointSlot } from "../../../src/auth/token/endpoint-semaphore.ts";

const tick = () => new Promise((resolve) => setImmediate(resolve));
const never = new AbortController().signal;

describe("the slots of a token endpoint", () => {
  it("admit thirty-two, and the others one by one, first come, first served", async () => {
    const held = await Promise.all(Array.from({ length: 32 }, () => acquireEndpointSlot("endpoint", never)));
    const acquired: number[] = [];
    const releases: (() => void)[] = [];
    for (const index of [1, 2, 3]) {
      acquireEndpointSlot("endpoint", never).then((release) => {
        acquired.push(index);
        releases.push(release);
      });
    }
    await tick();
    expect(acquired).toEqual([]);
    held.pop()?.();
    await tick();
    expect(acquired).toEqual([1]);
    held.pop()?.();
    await tick();
    expect(acquired).toEqual([1, 2]);
    releases.pop()?.();
    await tick();
    expect(acquired).toEqual([1, 2, 3]);
    for (const release of [...held, ...releases.splice(0)]) release();
    // As many slots as before.
    const again = await Promise.all(Array.from({ length: 32 }, () => acquireEndpointSlot("endpoint", never)));
    acquireEndpointSlot("endpoint", never).then((release) => {
      acquired.push(4);
      release();
    });
    await tick();
    expect(acquired).toEqual([1, 2, 3]);
    for (const release of again) release();
    await tick();
    expect(acquired).toEqual([1, 2, 3, 4]);
  });

  it("give each released slot to one of the later callers", async () => {
    const held = await Promise.all(Array.from({ length: 32 }, () => acquireEndpointSlot("endpoint", never)));
    held.pop()?.();
    held.push(await acquireEndpointSlot("endpoint", never));
    let isIn = false;
    const waiting = acquireEndpointSlot("endpoint", never).then((release) => {
      isIn = true;
      release();
    });
    await tick();
    expect(isIn).toBe(false);
    for (const release of held) release();
    await waiting;
  });

  it("are counted for each endpoint", async () => {
    const held = await Promise.all(Array.from({ length: 32 }, () => acquireEndpointSlot("one", never)));
    const release = await acquireEndpointSlot("another", never);
    for (const one of [release, ...held]) one();
  });

  it("are given up at once by a caller that aborts, without a listener left on its signal", async () => {
    const held = await Promise.all(Array.from({ length: 32 }, () => acquireEndpointSlot("endpoint", never)));
    const leaving = new AbortController();
    const staying = new AbortController();
    const left = acquireEndpointSlot("endpoint", leaving.signal).catch((reason: unknown) => reason);
    const stays = acquireEndpointSlot("endpoint", staying.signal);
    leaving.abort("enough");
    expect(await left).toBe("enough");
    held.pop()?.();
    (await stays)();
    expect(getEventListeners(staying.signal, "abort")).toEqual([]);
    expect(getEventListeners(leaving.signal, "abort")).toEqual([]);
    expect(await acquireEndpointSlot("endpoint", leaving.signal).catch((reason: unknown) => reason)).toBe("enough");
    for (const release of held) release();
  });
});
