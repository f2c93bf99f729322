/**
 * Finds how long a text may be for a pattern of a document to be tested on it in bounded time. A backtracking engine tries the ways in which
 * a pattern can divide a text: `^\d+$` has as many as the text has characters, `\d+$` their square, `^(a+)+$` an exponential number.
 */
import { isSafePattern } from "redos-detector";
import { patternCost } from "./pattern-cost.ts";

/** No text is longer than this where a pattern sees it; generated code assumes this limit where it names none. */
export const longestText = 10_000;

/** Steps of the engine for one text: a few milliseconds. */
const mostSteps = 1_000_000;
/** A limit below this is not useful. */
const shortestLimit = 16;
const longestPattern = 1_000;

const known = new Map<string, number | undefined>();

/** Characters of the longest text that the pattern may be tested on; undefined if no limit is known, so that it must not be tested. */
export function patternLimit(pattern: string): number | undefined {
  if (!known.has(pattern)) known.set(pattern, findLimit(pattern));
  return known.get(pattern);
}

function findLimit(pattern: string): number | undefined {
  if (pattern.length > longestPattern) return undefined;
  const cost = patternCost(pattern);
  if (cost !== undefined) {
    const limit = cost.degree === 0 ? longestText : Math.floor((mostSteps / cost.factor) ** (1 / cost.degree));
    if (limit >= shortestLimit && cost.factor <= mostSteps) return Math.min(limit, longestText);
  }
  return isProvenSafe(pattern) ? longestText : undefined;
}

/** Whether the number of ways is bounded by a constant, as in `^[a-z]+(-[a-z]+)*$`. Steps are counted, not time: the result is the same everywhere. */
function isProvenSafe(pattern: string): boolean {
  const unnamed = pattern.replaceAll(/\(\?<(?![=!])[^>]*>/gu, "(");
  try {
    return isSafePattern(unnamed, { unicode: true, maxScore: 1_000, maxSteps: 300, timeout: Number.POSITIVE_INFINITY })
      .safe;
  } catch {
    return false;
  }
}
