/** Lets a short task end before SIGINT or SIGTERM ends the process. */

export async function withoutInterruption<T>(task: () => Promise<T>): Promise<T> {
  let caught: NodeJS.Signals | undefined;
  const keep = (signal: NodeJS.Signals) => {
    caught ??= signal;
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, keep);
  try {
    return await task();
  } finally {
    for (const signal of signals) process.off(signal, keep);
    if (caught !== undefined) process.kill(process.pid, caught);
  }
}
