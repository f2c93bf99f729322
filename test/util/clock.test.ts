import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "../../src/util/clock.ts";

/** The platform's timers, so that no test waits for one. */
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What rang, by name, in order. */
function createBell() {
  const rung: string[] = [];
  const set = (name: string, delayInMs = 30_000) => systemClock.after(delayInMs, () => rung.push(name));
  return { rung, set };
}

describe("the platform's clock", () => {
  test("what is cancelled never rings, and what is set after it rings at its own time", () => {
    const { rung, set } = createBell();
    set("first")();
    vi.advanceTimersByTime(20_000);
    set("second");
    vi.advanceTimersByTime(29_999);
    expect(rung).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(rung).toEqual(["second"]);
    vi.advanceTimersByTime(60_000);
    expect(rung).toEqual(["second"]);
  });

  test("a call's timer is the one that the call before let go", () => {
    const { set } = createBell();
    const made = vi.spyOn(globalThis, "setTimeout");
    for (let call = 0; call < 5; call += 1) set(`call ${call}`)();
    expect(made).toHaveBeenCalledTimes(1);
    made.mockRestore();
  });

  test("cancelling twice, or after it rang, cancels nobody else's", () => {
    const { rung, set } = createBell();
    const cancelFirst = set("first");
    cancelFirst();
    set("second");
    cancelFirst();
    vi.advanceTimersByTime(30_000);
    expect(rung).toEqual(["second"]);

    const cancelThird = set("third");
    vi.advanceTimersByTime(30_000);
    cancelThird();
    set("fourth");
    cancelThird();
    vi.advanceTimersByTime(30_000);
    expect(rung).toEqual(["second", "third", "fourth"]);
  });

  test("a kept timer whose time has passed is set again all the same", () => {
    const { rung, set } = createBell();
    set("first")();
    vi.advanceTimersByTime(60_000);
    set("second");
    vi.advanceTimersByTime(30_000);
    expect(rung).toEqual(["second"]);
  });

  test("another delay is another's", () => {
    const { rung, set } = createBell();
    set("long", 60_000)();
    set("short", 1_000);
    vi.advanceTimersByTime(1_000);
    expect(rung).toEqual(["short"]);
  });

  test("many at a time ring each for itself, and few are kept", () => {
    const { rung, set } = createBell();
    const cancels = Array.from({ length: 500 }, (_, index) => set(`${index}`));
    for (const cancel of cancels.slice(1)) cancel();
    expect(vi.getTimerCount()).toBeLessThanOrEqual(65);
    vi.advanceTimersByTime(30_000);
    expect(rung).toEqual(["0"]);
  });

  test("timers of a test's making are not kept for the program, nor the program's for a test", () => {
    const { rung, set } = createBell();
    vi.useRealTimers();
    set("real")();
    vi.useFakeTimers();
    set("faked")();
    set("faked again");
    vi.advanceTimersByTime(30_000);
    expect(rung).toEqual(["faked again"]);
    set("faked to the end")();
    vi.useRealTimers();
    const waited = () => process.getActiveResourcesInfo().filter((one) => one === "Timeout").length;
    const before = waited();
    const cancel = set("real again");
    expect(waited() - before).toBe(1);
    cancel();
    expect(waited()).toBe(before);
  });

  test("a negative delay is none, and a delay of more than 31 bits is as long as the platform can wait", () => {
    const { rung, set } = createBell();
    set("at once", -5);
    set("late", 2 ** 40);
    vi.advanceTimersByTime(1);
    expect(rung).toEqual(["at once"]);
    vi.advanceTimersByTime(2 ** 31 - 3);
    expect(rung).toEqual(["at once"]);
    vi.advanceTimersByTime(1);
    expect(rung).toEqual(["at once", "late"]);
  });
});

describe("a process", () => {
  const waitsFor = async (program: string): Promise<string> => {
    const clock = new URL("../../src/util/clock.ts", import.meta.url).href;
    const source = `import { systemClock } from ${JSON.stringify(clock)};
const waiting = () => process.getActiveResourcesInfo().filter((one) => one === "Timeout").length;
${program}
process.stdout.write(String(waiting()));
process.exit(0);`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source]);
    return stdout;
  };

  test("is not kept alive by timers that were let go", async () => {
    expect(await waitsFor("for (let call = 0; call < 100; call += 1) systemClock.after(30_000, () => {})();")).toBe(
      "0",
    );
  });

  test("is kept alive by one that is waited for, be it new or set again", async () => {
    expect(await waitsFor("systemClock.after(30_000, () => {});")).toBe("1");
    expect(await waitsFor("systemClock.after(30_000, () => {})(); systemClock.after(30_000, () => {});")).toBe("1");
  });
});
