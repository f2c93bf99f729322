/** Messages between the processes of a fleet and the process that controls them. */

export type Engine =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "redis"; readonly url: string; readonly client: "redis" | "ioredis" };

export interface WorkerSettings {
  readonly engine: Engine;
  readonly server: string;
  /** The token proxy's address; other requests go to the server directly. */
  readonly front: string;
  readonly credentials: { readonly username: string; readonly password: string };
  readonly tokenTimeoutInMs: number;
  /** `false`: a call, and a refresh, make one attempt. @default as the client's */
  readonly retries?: false;
  /** Whether resource requests are answered in the process: only getting a token is measured. */
  readonly answersItself: boolean;
  /** The file of the worker's log, which outlives the process. */
  readonly log: string;
}

/** Checkpoints at which a process can stop itself: holding the lease, after writing the intent, after the vendor's response. */
export type Checkpoint = "acquired" | "intended" | "answered" | "committed";

export type WorkerCommand =
  | { readonly type: "call"; readonly id: number; readonly count: number }
  | { readonly type: "run"; readonly callers: number; readonly everyInMs: number }
  | { readonly type: "rest"; readonly id: number }
  | { readonly type: "refresh"; readonly id: number }
  | { readonly type: "stop-at"; readonly id: number; readonly point: Checkpoint }
  | { readonly type: "status"; readonly id: number }
  | { readonly type: "revoke"; readonly id: number }
  | { readonly type: "close"; readonly id: number };

/** A call: its end (epoch milliseconds), the caller's wait in milliseconds, and whether it succeeded. */
export type CallSample = readonly [at: number, waitInMs: number, isAnswered: boolean];

export type WorkerMessage =
  | { readonly type: "ready" }
  | { readonly type: "stopping"; readonly point: Checkpoint }
  | { readonly type: "event"; readonly event: unknown }
  /** Sent periodically during a run. */
  | {
      readonly type: "waits";
      readonly waits: readonly CallSample[];
      readonly started: number;
      readonly settled: number;
      /** Counts since the last message, by status or by the error's outcome. */
      readonly ends: Readonly<Record<string, number>>;
    }
  | { readonly type: "done"; readonly id: number; readonly answer: unknown };

/** Counts of calls by status or by the error's outcome. */
export interface Calls {
  readonly ends: Readonly<Record<string, number>>;
  readonly longestInMs: number;
}

/** One line of a worker's log. */
export type LogEntry =
  | { readonly type: "intent"; readonly at: number; readonly hash: string; readonly attempts: number }
  | { readonly type: "kept"; readonly at: number; readonly hash: string };
