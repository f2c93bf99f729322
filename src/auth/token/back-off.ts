/** How long the token endpoint is left alone after failures in a row. */
const firstDelayInMs = 1_000;
const maxDelayInMs = 60_000;
const jitterShare = 1 / 4;

/** Whole milliseconds. @param failures in a row, from 1. @param jitter 0 to 1; lengthens only. */
export function backOffInMs(failures: number, jitter: number): number {
  const delay = Math.min(maxDelayInMs, firstDelayInMs * 2 ** Math.min(failures - 1, 16));
  return Math.ceil(delay * (1 + jitterShare * jitter));
}
