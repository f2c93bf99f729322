/**
 * What every fault test stands on: a fake vendor on loopback, clients on a manual clock, and, when the test is over, a look at what
 * was left behind: no timer, no rejection that nobody handled, no secret in an event.
 */
import { afterEach, beforeEach, expect } from "vitest";
import { type FakeVendor, startFakeVendor } from "../../support/fake-vendor.ts";
import type { ManualClock } from "../../support/manual-clock.ts";
import { type Bench, connectTo } from "../../support/test-vendor.ts";

export interface Ground {
  readonly fake: FakeVendor;
  /** A client of the fake vendor, closed when the test ends. */
  connect(options?: GroundOptions): Bench;
  /** Closed when the test ends, with whatever clock drives it. */
  watch(client: { close(): Promise<void> }, clock?: ManualClock): void;
}

type Options = NonNullable<Parameters<typeof connectTo>[1]>;
export type GroundOptions = Omit<Options, "clock"> & { readonly clock?: ManualClock };

export function layGround(): Ground {
  let fake: FakeVendor | undefined;
  let benches: Bench[] = [];
  let watched: { close(): Promise<void> }[] = [];
  let clocks = new Set<ManualClock>();
  let stray: unknown[] = [];
  const note = (reason: unknown) => stray.push(reason);

  beforeEach(async () => {
    benches = [];
    watched = [];
    clocks = new Set();
    stray = [];
    process.on("unhandledRejection", note);
    fake = await startFakeVendor();
  });

  afterEach(async () => {
    ending.abort(new Error("the test is over"));
    ending = new AbortController();
    await passing([...clocks], Promise.all(watched.map((client) => client.close())));
    await turn();
    process.off("unhandledRejection", note);
    await fake?.close();
    expect(stray, "rejections that nobody handled").toEqual([]);
    expect(
      [...clocks].map((clock) => clock.timers).filter((timers) => timers > 0),
      "timers that still run",
    ).toEqual([]);
    expect(JSON.stringify(benches.map((bench) => bench.events))).not.toContain("CANARY");
  });

  return {
    get fake() {
      if (!fake) throw new Error("the fake vendor is there within tests only");
      return fake;
    },
    connect(options) {
      const made = connectTo(this.fake, options);
      const bench = { ...made, clock: options?.clock ?? made.clock };
      benches.push(bench);
      this.watch(bench.client, bench.clock);
      return bench;
    },
    watch(client, clock) {
      watched.push(client);
      if (clock) clocks.add(clock);
    },
  };
}

/** One turn of the event loop: what is ready to run has run. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Digests are made by other threads, which a busy machine may let wait: one more of them ends after those that were begun before. */
const hashingTurn = (): Promise<unknown> => crypto.subtle.digest("SHA-256", new Uint8Array(1));

/** Of the test that runs: what still waits for something when it is over (it failed, or its time was up) waits no longer. */
let ending = new AbortController();

/** Waits for what real sockets and promises bring about. */
export async function until(condition: () => boolean): Promise<void> {
  const { signal } = ending;
  while (!condition()) {
    await turn();
    signal.throwIfAborted();
  }
}

/** Lets time pass on the clocks, a step at a time and slowly enough for real sockets, until the promise is settled. */
export async function passing<T>(clocks: readonly ManualClock[], promise: Promise<T>, stepInMs = 5_000): Promise<T> {
  const { signal } = ending;
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  promise.then(settle, settle);
  for (let round = 0; !isSettled; round += 1) {
    for (let turns = 0; turns < 1_000 && !isSettled; turns += 1) await (turns % 50 === 0 ? hashingTurn() : turn());
    signal.throwIfAborted();
    for (const clock of clocks) if (!isSettled) clock.advance(stepInMs);
    if (round > 10_000) throw new Error("it does not settle, whatever time passes");
  }
  return promise;
}

/** What a promise rejects with. */
export const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => {
      throw new Error(`it should have been rejected, and gave ${String(value)}`);
    },
    (error: unknown) => error,
  );

/** The error of a token request, which the errors of all calls that waited for it have as their cause. */
export const sharedError = (error: unknown): unknown => Object(error).cause ?? error;

/** A per-call `fetch` that answers in place of the API, and keeps what it was sent as Authorization. */
export function answerHere(): {
  readonly seen: (string | null)[];
  readonly fetch: (request: Request) => Promise<Response>;
} {
  const seen: (string | null)[] = [];
  return {
    seen,
    async fetch(request) {
      seen.push(request.headers.get("authorization"));
      return Response.json({ ok: true, echo: "" });
    },
  };
}

/** Requests wait here until they are let go, in the order of their coming. */
export function createBarrier() {
  const waiting: (() => void)[] = [];
  return {
    get size() {
      return waiting.length;
    },
    wait: () => new Promise<void>((resolve) => waiting.push(resolve)),
    release(count = waiting.length) {
      for (const go of waiting.splice(0, count)) go();
    },
  };
}
