import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { abortable, onAbort } from "../../src/util/abortable.ts";

const listenersOf = (signal: AbortSignal) => getEventListeners(signal, "abort").length;

describe("onAbort", () => {
  test("calls back once when the signal aborts", () => {
    const { signal, abort } = createController();
    let calls = 0;
    onAbort(signal, () => {
      calls += 1;
    });
    expect(calls).toBe(0);
    abort();
    abort();
    expect(calls).toBe(1);
    expect(listenersOf(signal)).toBe(0);
  });

  test("calls back at once for a signal that is aborted already", () => {
    let calls = 0;
    const stop = onAbort(AbortSignal.abort(), () => {
      calls += 1;
    });
    stop();
    expect(calls).toBe(1);
  });

  test("never calls back after its listener was removed, or without a signal", () => {
    const { signal, abort } = createController();
    let calls = 0;
    const count = () => {
      calls += 1;
    };
    onAbort(signal, count)();
    onAbort(undefined, count)();
    abort();
    expect(calls).toBe(0);
    expect(listenersOf(signal)).toBe(0);
  });
});

describe("abortable", () => {
  test("settles as the shared promise does, and leaves no listener", async () => {
    const { signal } = createController();
    expect(await abortable(Promise.resolve(1), signal)).toBe(1);
    expect(listenersOf(signal)).toBe(0);
    const failure = new Error("shared");
    await expect(abortable(Promise.reject(failure), signal)).rejects.toBe(failure);
    expect(listenersOf(signal)).toBe(0);
  });

  test("rejects with the signal's reason while the shared promise is pending", async () => {
    const { signal, abort } = createController();
    const reason = new Error("mine");
    const waiting = abortable(new Promise(() => {}), signal);
    abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(abortable(new Promise(() => {}), AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

function createController() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason?: unknown) => controller.abort(reason) };
}
