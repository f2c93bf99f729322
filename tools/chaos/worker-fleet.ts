/** Starts a vendor with strict reuse detection, a shared store, and any number of processes that share one credential. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Sandbox, type Switches, startVendorSandbox } from "../../scripts/sandbox/index.ts";
import { type TokenProxy, startTokenProxy } from "./token-proxy.ts";
import type {
  Calls,
  LogEntry,
  Engine,
  WorkerCommand,
  Checkpoint,
  WorkerMessage,
  WorkerSettings,
} from "./worker-messages.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";

export interface FleetOptions {
  readonly engine: "sqlite" | "redis";
  readonly client?: "redis" | "ioredis";
  /** Of redis.conf. */
  readonly redis?: Readonly<Record<string, string>>;
  readonly switches?: Partial<Switches>;
  readonly tokenTimeoutInMs?: number;
  readonly answersItself?: boolean;
}

export interface Fleet {
  readonly sandbox: Sandbox;
  readonly front: TokenProxy;
  readonly redis: RedisServer | undefined;
  readonly engine: Engine;
  readonly folder: string;
  /** @param own settings that replace the fleet's */
  start(own?: Partial<Pick<WorkerSettings, "tokenTimeoutInMs" | "retries">>): Promise<FleetWorker>;
  /** The log of all workers, including killed ones, of what they did to refresh tokens. */
  deeds(): readonly LogEntry[];
  stop(): Promise<void>;
}

export interface FleetWorker {
  readonly pid: number;
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly isAlive: boolean;
  call(count?: number): Promise<Calls>;
  refresh(): Promise<unknown>;
  /** Resolves when the worker has stopped at the checkpoint. */
  stopAt(point: Checkpoint): Promise<{ readonly stopped: Promise<void> }>;
  tell(order: DistributiveOmit<WorkerCommand, "id">): Promise<unknown>;
  send(order: WorkerCommand): void;
  onWord(listener: (word: WorkerMessage) => void): void;
  /** SIGSTOP, SIGCONT. */
  signal(name: "SIGSTOP" | "SIGCONT"): void;
  kill(): Promise<void>;
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

const workerFile = join(import.meta.dirname, "worker.ts");

export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const folder = await mkdtemp(join(tmpdir(), "latchkey-fleet-"));
  const redis = options.engine === "redis" ? await startRedis(options.redis) : undefined;
  const engine: Engine = redis
    ? { kind: "redis", url: redis.url, client: options.client ?? "redis" }
    : { kind: "sqlite", path: join(folder, "store", "tokens.db") };
  const sandbox = await startVendorSandbox("popup-gift-cards", {
    switches: { rateLimits: false, revokeFamilyOnReuse: true, tokenLatencyInMs: 20, ...options.switches },
  });
  const front = await startTokenProxy(sandbox.server.url);
  const log = join(folder, "deeds.jsonl");
  appendFileSync(log, "");
  const { username = "", password = "" } = sandbox.credentials;
  const settings: WorkerSettings = {
    engine,
    server: sandbox.server.url,
    front: front.url,
    credentials: { username, password },
    tokenTimeoutInMs: options.tokenTimeoutInMs ?? 10_000,
    answersItself: options.answersItself ?? false,
    log,
  };
  const workers = new Set<FleetWorker>();
  return {
    sandbox,
    front,
    redis,
    engine,
    folder,
    async start(own = {}) {
      const worker = await startWorker({ ...settings, ...own });
      workers.add(worker);
      return worker;
    },
    deeds: () =>
      readFileSync(log, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line): LogEntry => JSON.parse(line)),
    async stop() {
      await Promise.all([...workers].map((worker) => worker.kill()));
      await front.close();
      await sandbox.close();
      await redis?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startWorker(settings: WorkerSettings): Promise<FleetWorker> {
  const child: ChildProcess = fork(workerFile, [JSON.stringify(settings)], {
    execArgv: ["--conditions=latchkey-source", "--no-warnings"],
    // Compiled code is cached between workers: starting is most of a short worker's work.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "latchkey-compile-cache") },
    serialization: "json",
  });
  const events: Readonly<Record<string, unknown>>[] = [];
  const listeners = new Set<(word: WorkerMessage) => void>();
  let serial = 0;
  child.on("message", (word: WorkerMessage) => {
    if (word.type === "event") events.push(Object(word.event));
    for (const listener of [...listeners]) listener(word);
  });
  const isAlive = () => child.exitCode === null && child.signalCode === null;

  /** Rejects if the process ends first. */
  function hear<T>(pick: (word: WorkerMessage) => { value: T } | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        listeners.delete(listen);
        child.off("exit", gone);
      };
      const listen = (word: WorkerMessage) => {
        const picked = pick(word);
        if (!picked) return;
        leave();
        resolve(picked.value);
      };
      const gone = () => {
        leave();
        reject(new Error(`worker ${child.pid} ended`));
      };
      listeners.add(listen);
      child.once("exit", gone);
    });
  }

  await hear((word) => (word.type === "ready" ? { value: undefined } : undefined));
  const tell = async (order: DistributiveOmit<WorkerCommand, "id">): Promise<unknown> => {
    serial += 1;
    const id = serial;
    const answered = hear((word) => (word.type === "done" && word.id === id ? { value: word.answer } : undefined));
    answered.catch(() => {});
    child.send({ ...order, id });
    return answered;
  };
  return {
    pid: child.pid ?? 0,
    events,
    get isAlive() {
      return isAlive();
    },
    async call(count = 1) {
      const { ends = {}, longestInMs = 0 }: Partial<Calls> = Object(await tell({ type: "call", count }));
      return { ends, longestInMs };
    },
    refresh: () => tell({ type: "refresh" }),
    async stopAt(point) {
      const stopped = hear((word) => (word.type === "stopping" ? { value: undefined } : undefined));
      stopped.catch(() => {});
      await tell({ type: "stop-at", point });
      return { stopped };
    },
    tell,
    send: (order) => void child.send(order),
    onWord: (listener) => void listeners.add(listener),
    signal: (name) => void child.kill(name),
    async kill() {
      if (!isAlive()) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}
