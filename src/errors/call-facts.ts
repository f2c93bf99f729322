/** What every error of a call tells about it: which call failed, in how many attempts, after how long, and what became of it. */
import { formatDuration } from "../util/duration.ts";
import type { Delivery } from "./delivery.ts";

export interface CallFacts {
  /** `"GET /things"` */
  readonly operation: string;
  readonly attempts: number | undefined;
  readonly elapsedInMs: number | undefined;
  readonly delivery: Delivery | undefined;
}

/** `in 4 attempts (3.2 s)` */
export function describeEffort({ attempts, elapsedInMs }: Partial<CallFacts>): string {
  const time = elapsedInMs === undefined ? "" : formatDuration(elapsedInMs);
  if (attempts === undefined) return time && `after ${time}`;
  return `in ${attempts} attempt${attempts === 1 ? "" : "s"}${time && ` (${time})`}`;
}
