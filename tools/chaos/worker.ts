/** One process of a fleet: connects to the vendor with a shared store, makes calls on command, and stops itself at a checkpoint. */
import { setMaxListeners } from "node:events";
import { appendFileSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { popupGiftCards } from "../../generated/popup-gift-cards/vendor.ts";
import { connect, LatchkeyError, type TokenStore } from "../../src/index.ts";
import { createRedisStore } from "../../src/store/redis.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { hashOf } from "./refresh-token-hash.ts";
import type {
  Calls,
  LogEntry,
  Engine,
  WorkerCommand,
  Checkpoint,
  CallSample,
  WorkerMessage,
  WorkerSettings,
} from "./worker-messages.ts";

const settings: WorkerSettings = JSON.parse(process.argv[2] ?? "{}");
const say = (word: WorkerMessage) => process.connected && process.send?.(word);
const note = (deed: LogEntry) => appendFileSync(settings.log, `${JSON.stringify(deed)}\n`);

let stopAt: Checkpoint | undefined;
let attempts = 0;

/** Reports the checkpoint and stops the process, as if the machine had suspended it. */
async function reach(point: Checkpoint): Promise<void> {
  if (stopAt !== point) return;
  stopAt = undefined;
  await new Promise<void>((resolve) =>
    process.send?.({ type: "stopping", point } satisfies WorkerMessage, () => resolve()),
  );
  process.kill(process.pid, "SIGSTOP");
}

function watched(store: TokenStore): TokenStore {
  return {
    read: (key) => store.read(key),
    async acquire(key, options) {
      const lease = await store.acquire(key, options);
      if (lease) await reach("acquired");
      return lease;
    },
    async commit(key, fence, record, options) {
      const isKept = await store.commit(key, fence, record, options);
      const { intent, token } = JSON.parse(record);
      if (isKept && intent && !options.release) {
        attempts = intent.attempts;
        note({ type: "intent", at: Date.now(), hash: intent.refreshTokenHash, attempts });
        await reach("intended");
      }
      if (isKept && !intent && token?.refreshToken) {
        note({ type: "kept", at: Date.now(), hash: hashOf(token.refreshToken) });
        await reach("committed");
      }
      return isKept;
    },
    release: (key, fence) => store.release(key, fence),
    wait: (key, version, timeoutInMs, signal) => store.wait(key, version, timeoutInMs, signal),
  };
}

async function openStore(engine: Engine): Promise<TokenStore> {
  if (engine.kind === "sqlite") return createSqliteStore({ path: engine.path });
  // Only the needed store is imported: loading is half of a short process's time.
  if (engine.client === "ioredis") {
    const { Redis } = await import("ioredis");
    const client = new Redis(engine.url, { retryStrategy: () => 100 });
    client.on("error", () => {});
    return createRedisStore({ client });
  }
  const { createClient } = await import("redis");
  const client = createClient({ url: engine.url, socket: { reconnectStrategy: 100 } });
  client.on("error", () => {});
  await client.connect();
  return createRedisStore({ client });
}

const isTokenRequest = (url: string) => new URL(url).pathname.startsWith("/auth/");

async function send(request: Request): Promise<Response> {
  if (!isTokenRequest(request.url)) {
    return settings.answersItself ? Response.json([]) : fetch(request);
  }
  const url = request.url.replace(settings.server, settings.front);
  const headers = new Headers(request.headers);
  headers.set("x-chaos", `${process.pid} ${attempts}`);
  const response = await fetch(url, { ...toInit(request), headers, body: await request.text() });
  await reach("answered");
  return response;
}

const toInit = ({ method, signal, redirect }: Request): RequestInit => ({ method, signal, redirect });

const api = connect(popupGiftCards, {
  credentials: settings.credentials,
  server: { url: settings.server },
  store: watched(await openStore(settings.engine)),
  tokenTimeoutInMs: settings.tokenTimeoutInMs,
  ...(settings.retries === false ? { retries: false } : {}),
  // Without rate limits: the vendor's documented limit would delay calls for up to a minute.
  rateLimit: false,
  fetch: send,
  onEvent: (event) => say({ type: "event", event }),
});

async function call(): Promise<string> {
  try {
    const { status, response } = await api.GET("/api/v1/categories");
    await response.body?.cancel().catch(() => {});
    return String(status);
  } catch (error) {
    return error instanceof LatchkeyError ? error.outcome : String(error);
  }
}

async function callMany(count: number): Promise<Calls> {
  const ends: Record<string, number> = {};
  let longestInMs = 0;
  const one = async () => {
    const began = performance.now();
    const end = await call();
    longestInMs = Math.max(longestInMs, performance.now() - began);
    ends[end] = (ends[end] ?? 0) + 1;
  };
  await Promise.all(Array.from({ length: count }, one));
  return { ends, longestInMs };
}

let run: AbortController | undefined;
let started = 0;
let settled = 0;
let failed = 0;
let ends: Record<string, number> = {};
let waits: CallSample[] = [];
let running: Promise<unknown> = Promise.resolve();

const report = () => {
  say({ type: "waits", waits, started, settled, ends });
  waits = [];
  ends = {};
};

/** Runs callers until they are stopped, which ends their pauses but not their calls. */
function begin(callers: number, everyInMs: number): void {
  run = new AbortController();
  const { signal } = run;
  const pause = (delayInMs: number) => sleep(delayInMs, undefined, { signal }).catch(() => {});
  setMaxListeners(callers, signal);
  const timer = setInterval(report, 250);
  const loop = async () => {
    await pause(Math.random() * everyInMs);
    while (!signal.aborted) {
      started += 1;
      const began = performance.now();
      const end = await call();
      settled += 1;
      ends[end] = (ends[end] ?? 0) + 1;
      if (end !== "200") failed += 1;
      waits.push([Date.now(), performance.now() - began, end === "200"]);
      await pause(everyInMs * (0.5 + Math.random()));
    }
  };
  running = Promise.all(Array.from({ length: callers }, loop)).finally(() => {
    clearInterval(timer);
    report();
  });
}

async function obey(order: WorkerCommand): Promise<unknown> {
  switch (order.type) {
    case "call":
      return callMany(order.count);
    case "run":
      return begin(order.callers, order.everyInMs);
    case "rest":
      run?.abort();
      await running;
      return { started, settled, failed };
    case "refresh":
      return api.auth.refresh().then(
        () => "refreshed",
        (error: unknown) => (error instanceof LatchkeyError ? error.outcome : String(error)),
      );
    case "stop-at":
      stopAt = order.point;
      return undefined;
    case "status":
      return api.auth.status();
    case "revoke":
      return api.auth.revoke();
    case "close":
      return api.close();
  }
}

process.on("message", (order: WorkerCommand) => {
  obey(order).then((answer) => "id" in order && say({ type: "done", id: order.id, answer }));
});
process.on("disconnect", () => process.exit());
say({ type: "ready" });
// A killed process does not save its compiled code, so it is saved early.
flushCompileCache();
