import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { readText } from "../../src/util/read-text.ts";

describe("a body's text", () => {
  it("is whole, also where a character lies across two chunks", async () => {
    const bytes = new TextEncoder().encode("grün");
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(bytes.slice(0, 3));
        controller.enqueue(bytes.slice(3));
        controller.close();
      },
    });
    expect(await readText(new Response(body), 100)).toBe("grün");
  });

  it("shows a character that was cut off as such", async () => {
    expect(await readText(new Response(new Uint8Array([65, 0xc3])), 100)).toBe("A\ufffd");
  });

  it("is empty where there is none", async () => {
    expect(await readText(new Response(null), 100)).toBe("");
  });

  it("is given up beyond its limit, and the rest is not asked for", async () => {
    let isCancelled = false;
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(10)),
      cancel() {
        isCancelled = true;
      },
    });
    expect(await readText(new Response(body), 25)).toBeUndefined();
    expect(isCancelled).toBe(true);
    expect(await readText(new Response("12345"), 5)).toBe("12345");
  });

  it("that does not come is left when the signal says so, and no listener stays", async () => {
    const controller = new AbortController();
    const reading = readText(new Response(new ReadableStream()), 100, controller.signal);
    controller.abort();
    expect(await reading).toBe("");
    const staying = new AbortController();
    expect(await readText(new Response("whole"), 100, staying.signal)).toBe("whole");
    expect(getEventListeners(staying.signal, "abort")).toEqual([]);
  });
});
