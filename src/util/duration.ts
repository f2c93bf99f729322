/** Formats a duration for a message: `20 ms`, `3.2 s`, `31 s`, `4 min 4 s`. */
export function formatDuration(durationInMs: number): string {
  if (durationInMs < 999.5) return `${Math.max(0, Math.round(durationInMs))} ms`;
  if (durationInMs < 9_950) return `${Math.round(durationInMs / 100) / 10} s`;
  const seconds = Math.round(durationInMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} min${seconds % 60 > 0 ? ` ${seconds % 60} s` : ""}`;
}
