/** Names this worker to stores, and spreads workers of one credential over time. */
export interface Worker {
  readonly owner: string;
  /** 0 to 1, constant for the worker. */
  readonly jitter: number;
}

export function createWorker(): Worker {
  return { owner: crypto.randomUUID(), jitter: (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32 };
}
