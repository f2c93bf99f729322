import { describe, expect, it } from "vitest";
import { createSingleFlight } from "../../src/util/single-flight.ts";

describe("a flight", () => {
  it("is joined by all who come while it is under way, and is over when it ends", async () => {
    const flight = createSingleFlight<number>();
    expect(flight.running).toBeUndefined();
    let count = 0;
    const run = async () => {
      count += 1;
      return count;
    };
    const [one, two] = [flight.join(run), flight.join(run)];
    expect(two).toBe(one);
    expect(flight.running).toBe(one);
    expect(await one).toBe(1);
    expect(flight.running).toBeUndefined();
    expect(await flight.join(run)).toBe(2);
  });

  it("that fails, at once or later, rejects for all, and the next one starts", async () => {
    const flight = createSingleFlight<number>();
    const failing = flight.join(() => {
      throw new Error("at once");
    });
    await expect(failing).rejects.toThrow("at once");
    expect(flight.running).toBeUndefined();
    await expect(flight.join(() => Promise.reject(new Error("later")))).rejects.toThrow("later");
    expect(await flight.join(async () => 1)).toBe(1);
  });
});
