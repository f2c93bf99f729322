import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "../../src/util/clock.ts";

/** The platform's timers are faked, so that no test waits for one. */
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Records the names of the timers that fired, in order. */
function createTimers() {
  const fired: string[] = [];
  const set = (name: string, delayInMs = 30_000) => systemClock.after(delayInMs, () => fired.push(name));
  return { fired, set };
}

describe("the system clock", () => {
  test("never fires a cancelled timer, and fires the others at their own times", () => {
    const { fired, set } = createTimers();
    set("first")();
    vi.advanceTimersByTime(20_000);
    set("second");
    vi.advanceTimersByTime(29_999);
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(fired).toEqual(["second"]);
    vi.advanceTimersByTime(60_000);
    expect(fired).toEqual(["second"]);
  });

  test("cancels no other timer when one is cancelled twice, or after it fired", () => {
    const { fired, set } = createTimers();
    const cancelFirst = set("first");
    cancelFirst();
    set("second");
    cancelFirst();
    vi.advanceTimersByTime(30_000);
    expect(fired).toEqual(["second"]);

    const cancelThird = set("third");
    vi.advanceTimersByTime(30_000);
    cancelThird();
    set("fourth");
    cancelThird();
    vi.advanceTimersByTime(30_000);
    expect(fired).toEqual(["second", "third", "fourth"]);
  });

  test("takes a negative delay for none, and waits as long as the platform can for one of more than 31 bits", () => {
    const { fired, set } = createTimers();
    set("at once", -5);
    set("late", 2 ** 40);
    vi.advanceTimersByTime(1);
    expect(fired).toEqual(["at once"]);
    vi.advanceTimersByTime(2 ** 31 - 3);
    expect(fired).toEqual(["at once"]);
    vi.advanceTimersByTime(1);
    expect(fired).toEqual(["at once", "late"]);
  });
});

describe("a process", () => {
  const activeTimersAfter = async (program: string): Promise<string> => {
    const clock = new URL("../../src/util/clock.ts", import.meta.url).href;
    const source = `import { systemClock } from ${JSON.stringify(clock)};
${program}
process.stdout.write(String(process.getActiveResourcesInfo().filter((one) => one === "Timeout").length));
process.exit(0);`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source]);
    return stdout;
  };

  test("is kept alive by a timer, and not by a cancelled one", async () => {
    expect(await activeTimersAfter("systemClock.after(30_000, () => {})();")).toBe("0");
    expect(await activeTimersAfter("systemClock.after(30_000, () => {});")).toBe("1");
  });
});
