/** What a fleet's processes and the one that drives them say to each other. */

export type Engine =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "redis"; readonly url: string; readonly client: "redis" | "ioredis" };

export interface WorkerSettings {
  readonly engine: Engine;
  readonly server: string;
  /** Token requests go here; resources straight to the server. */
  readonly front: string;
  readonly credentials: { readonly username: string; readonly password: string };
  readonly tokenTimeoutInMs: number;
  /** Resources are answered in the process itself: what is measured is the way to a token. */
  readonly answersItself: boolean;
  /** What it did to its refresh tokens is appended here, so that it outlives a kill. */
  readonly log: string;
}

/** Where a process can be told to stop itself, as by SIGSTOP: with the lease, with the intent written, with the vendor's answer. */
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

/** When a call ended (epoch milliseconds), how long its caller waited, in milliseconds, and whether it got what it asked for. */
export type CallSample = readonly [at: number, waitInMs: number, isAnswered: boolean];

export type WorkerMessage =
  | { readonly type: "ready" }
  | { readonly type: "stopping"; readonly point: Checkpoint }
  | { readonly type: "event"; readonly event: unknown }
  /** Of a run, every so often. */
  | {
      readonly type: "waits";
      readonly waits: readonly CallSample[];
      readonly started: number;
      readonly settled: number;
      /** Since the last word, by status or by the error's outcome. */
      readonly ends: Readonly<Record<string, number>>;
    }
  | { readonly type: "done"; readonly id: number; readonly answer: unknown };

/** How calls ended, counted: by status, or by the error's outcome. */
export interface Calls {
  readonly ends: Readonly<Record<string, number>>;
  readonly longestInMs: number;
}

/** One line of a worker's log. */
export type LogEntry =
  | { readonly type: "intent"; readonly at: number; readonly hash: string; readonly attempts: number }
  | { readonly type: "kept"; readonly at: number; readonly hash: string };
