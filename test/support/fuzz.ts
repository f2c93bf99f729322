/**
 * The runs of a property test in a `*.fuzz.test.ts` file. `npm test` makes a few runs with a fixed seed; `npm run fuzz` sets the two variables and makes
 * as many as fit into the time.
 */
import fc from "fast-check";

const seconds = Number(process.env.LATCHKEY_FUZZ_SECONDS ?? 0);
const seed = Number(process.env.LATCHKEY_FUZZ_SEED ?? 1);

/** A busy machine takes this long for one run of many clients. */
const leastInMs = 3_000;

/**
 * The last argument of `fc.assert`.
 *
 * @param runs in `npm test`
 * @param tests how many tests share this call of the function, and so its time
 */
export const fuzzParameters = <T>(runs: number, tests = 1): fc.Parameters<T> =>
  seconds > 0
    ? {
        seed,
        numRuns: Number.MAX_SAFE_INTEGER,
        interruptAfterTimeLimit: Math.max((seconds * 1_000) / tests, seconds < 10 ? 0 : leastInMs),
        reporter,
      }
    : { seed, numRuns: runs };

/** As fast-check reports by default, and how many runs there were. */
function reporter<T>(details: fc.RunDetails<T>): void {
  console.info(`${details.numRuns} runs`);
  // fast-check calls that a failure. It is none: the time was over before the first run was.
  if (details.interrupted && details.numRuns === 0 && details.counterexample === null) return;
  if (details.failed) throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
}
