import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createWorld, digestAtOnce, type Mode, type World } from "./simulated-world.ts";

/** `npm run faults:nightly` sets the runs; a failure prints the seed, and the seed given here repeats it. */
const runs = Number(process.env.LATCHKEY_PROPERTY_RUNS ?? 300);
const seed = Number(process.env.LATCHKEY_PROPERTY_SEED ?? Date.now() % 2 ** 31);
/** A run that fails is made as short as can be; whoever only asks whether one fails needs none of that. */
const shrinks = process.env.LATCHKEY_PROPERTY_SHRINKS !== "no";

const modes: readonly Mode[] = [
  "ok",
  "short",
  "503",
  "500",
  "429",
  "invalid_grant",
  "invalid_client",
  "refused",
  "gateway",
  "lost",
  "malformed",
  "hang",
];

type Action =
  | { readonly do: "call"; readonly client: number }
  | { readonly do: "refresh"; readonly client: number }
  | { readonly do: "abort"; readonly which: number }
  | { readonly do: "mode"; readonly mode: Mode }
  | { readonly do: "revoke" }
  | { readonly do: "advance"; readonly ms: number }
  | { readonly do: "disturb"; readonly ms: number; readonly isSleep: boolean }
  | { readonly do: "lose"; readonly commits: number }
  | { readonly do: "go"; readonly steps: number };

const client = fc.integer({ min: 0, max: 2 });
const go = fc.record({ do: fc.constant("go" as const), steps: fc.integer({ min: 1, max: 12 }) });
const call = fc.record({ do: fc.constant("call" as const), client });
const common: fc.WeightedArbitrary<Action>[] = [
  { arbitrary: call, weight: 6 },
  { arbitrary: go, weight: 8 },
  { arbitrary: fc.record({ do: fc.constant("abort" as const), which: fc.nat(20) }), weight: 2 },
  { arbitrary: fc.record({ do: fc.constant("mode" as const), mode: fc.constantFrom(...modes) }), weight: 3 },
  { arbitrary: fc.record({ do: fc.constant("revoke" as const) }), weight: 1 },
  {
    arbitrary: fc.record({
      do: fc.constant("advance" as const),
      ms: fc.constantFrom(1, 100, 1_000, 2_500, 10_000, 75_000, 1_000_000, 3_300_000, 3_600_000),
    }),
    weight: 4,
  },
];
const forced: fc.WeightedArbitrary<Action> = {
  arbitrary: fc.record({ do: fc.constant("refresh" as const), client }),
  weight: 1,
};
const losses: fc.WeightedArbitrary<Action> = {
  arbitrary: fc.record({ do: fc.constant("lose" as const), commits: fc.integer({ min: 1, max: 5 }) }),
  weight: 2,
};
const steps: fc.WeightedArbitrary<Action> = {
  arbitrary: fc.record({
    do: fc.constant("disturb" as const),
    ms: fc.constantFrom(-3_600_000, -5_000, 5_000, 60_000, 3_600_000),
    isSleep: fc.boolean(),
  }),
  weight: 2,
};

/** What is ready to run has run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

async function go1(scheduler: fc.Scheduler): Promise<boolean> {
  await settle();
  if (scheduler.count() === 0) return false;
  await scheduler.waitNext(1);
  await settle();
  return true;
}

async function act(world: World, action: Action, scheduler: fc.Scheduler, pending: Promise<void>[]): Promise<void> {
  switch (action.do) {
    case "call":
      world.call(action.client);
      return;
    case "refresh":
      pending.push(world.refresh(action.client));
      return;
    case "abort": {
      const one = world.calls[action.which];
      if (!one) return;
      one.abort.abort(new Error("enough"));
      for (let turns = 0; turns < 5; turns += 1) await settle();
      world.expect("I7 a caller that aborts has left", one.isSettled);
      return;
    }
    case "mode":
      world.mode = action.mode;
      return;
    case "revoke":
      world.revokeAccess();
      return;
    case "advance":
      world.advance(action.ms);
      return settle().then(() => {});
    case "disturb":
      // Asleep, no time goes back.
      world.disturb(action.isSleep ? Math.abs(action.ms) : action.ms, action.isSleep);
      return;
    case "lose":
      world.loseCommits(action.commits);
      return;
    case "go":
      for (let step = 0; step < action.steps; step += 1) if (!(await go1(scheduler))) return;
  }
}

/** Lets everything come to its end. */
async function finish(world: World, scheduler: fc.Scheduler, promise: Promise<unknown>, what: string): Promise<void> {
  let isOver = false;
  promise.then(() => {
    isOver = true;
  });
  for (let round = 0; round < 2_000; round += 1) {
    await settle();
    if (isOver) return;
    if (!(await go1(scheduler))) world.advance(1_000);
  }
  world.expect(`I8 ${what} comes to an end`, false);
}

async function run(scheduler: fc.Scheduler, actions: readonly Action[], rotates: boolean): Promise<void> {
  const stray: unknown[] = [];
  const note = (reason: unknown) => stray.push(reason);
  process.on("unhandledRejection", note);
  const world = createWorld({
    turnstile: (label) => scheduler.schedule(Promise.resolve(), label),
    rotates,
    clients: ["one", "one", "two"],
  });
  try {
    const pending: Promise<void>[] = [];
    for (const action of actions) await act(world, action, scheduler, pending);
    const calls = () => Promise.all([...pending, ...world.calls.map((one) => one.settled)]);
    await finish(world, scheduler, calls(), "every call");
    world.mode = "ok";
    world.advance(3_700_000);
    // Whatever happened: once the server is well again, a forced refresh brings every client back.
    for (const index of [0, 1, 2]) {
      await finish(world, scheduler, world.refresh(index), "a refresh");
      const before = world.broken.length;
      const last = world.call(index);
      await finish(world, scheduler, last.settled, "the last call");
      world.expect("the last call fails", world.broken.length === before);
    }
    await finish(world, scheduler, world.close(), "closing");
    for (let count = 0; count < 20; count += 1) await go1(scheduler);
    world.judge();
    world.expect("I13 no rejection is left unhandled", stray.length === 0);
  } finally {
    process.off("unhandledRejection", note);
  }
  expect(world.broken).toEqual([]);
}

describe(`a token's life in ${runs} random runs (seed ${seed})`, () => {
  beforeAll(() => {
    vi.spyOn(crypto.subtle, "digest").mockImplementation(digestAtOnce);
  });
  afterAll(() => vi.restoreAllMocks());

  const check = (extra: readonly fc.WeightedArbitrary<Action>[]) =>
    fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.oneof(...common, ...extra), { minLength: 5, maxLength: 40 }),
        fc.boolean(),
        run,
      ),
      { numRuns: Math.ceil(runs / 4), seed, endOnFailure: !shrinks },
    );
  const timeout = 30_000 + runs * 500;

  it("the invariants hold for callers, aborts, 401s and every answer of a token endpoint", () => check([]), timeout);

  it("they hold with forced refreshes between", () => check([forced]), timeout);

  it(
    "what they say of callers holds when the store loses commits that it acknowledged",
    () => check([losses]),
    timeout,
  );

  it("they hold when the clock is set and the machine sleeps", () => check([steps]), timeout);
});
