/** Adapts the two clients that the Redis store supports, `redis` and `ioredis` (single, Sentinel or Cluster), to one interface. */

/** `createClient()`, `createSentinel()` or `createCluster()` of the package `redis`. */
export interface NodeRedis {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  evalSha(sha: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  duplicate(): NodeRedisSubscriber;
  on(event: "end", listener: () => void): unknown;
}

export interface NodeRedisSubscriber {
  connect(): Promise<unknown>;
  subscribe(channel: string, listener: () => void): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  on(event: "error", listener: () => void): unknown;
  destroy(): unknown;
}

/** `new Redis()` or `new Cluster()` of the package `ioredis`. */
export interface IoRedis {
  eval(script: string, keyCount: number, ...rest: string[]): Promise<unknown>;
  evalsha(sha: string, keyCount: number, ...rest: string[]): Promise<unknown>;
  duplicate(): IoRedisSubscriber;
  on(event: "end", listener: () => void): unknown;
}

export interface IoRedisSubscriber {
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  on(event: "error" | "message", listener: (channel: unknown) => void): unknown;
  disconnect(): void;
}

export type RedisClient = NodeRedis | IoRedis;

/** The interface that both clients are adapted to. */
export interface RedisConnection {
  run(script: Script, key: string, values: readonly string[]): Promise<unknown>;
  /** Opens a second connection, since one that listens takes no commands. */
  listen(onMessage: (channel: string) => void): Promise<Subscriber>;
  onEnd(listener: () => void): void;
}

export interface Subscriber {
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  close(): void;
}

export interface Script {
  readonly text: string;
  readonly sha: string;
}

export async function createScript(text: string): Promise<Script> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text)));
  return { text, sha: Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") };
}

export function createRedisConnection(client: RedisClient): RedisConnection {
  const isNodeRedis = (one: RedisClient): one is NodeRedis => "evalSha" in one;
  const [known, unknown, listen] = isNodeRedis(client) ? ofNodeRedis(client) : ofIoRedis(client);
  return {
    async run({ sha, text }, key, values) {
      try {
        return await known(sha, key, values);
      } catch (error) {
        if (firstWord(error) !== "NOSCRIPT") throw error;
        return unknown(text, key, values);
      }
    },
    listen,
    onEnd: (listener) => void client.on("end", listener),
  };
}

/** The word in capitals that a Redis error begins with: `OOM`, `READONLY`. */
export function firstWord(error: unknown): string | undefined {
  return error instanceof Error ? /^[A-Z]{3,}\b/u.exec(error.message)?.[0] : undefined;
}

type Evaluate = (script: string, key: string, values: readonly string[]) => Promise<unknown>;
type Clients = readonly [Evaluate, Evaluate, RedisConnection["listen"]];

function ofNodeRedis(client: NodeRedis): Clients {
  return [
    (sha, key, values) => client.evalSha(sha, { keys: [key], arguments: [...values] }),
    (text, key, values) => client.eval(text, { keys: [key], arguments: [...values] }),
    async (onMessage) => {
      const own = client.duplicate();
      own.on("error", () => {});
      await own.connect();
      return {
        subscribe: (channel) => own.subscribe(channel, () => onMessage(channel)),
        unsubscribe: (channel) => own.unsubscribe(channel),
        close: () => void own.destroy(),
      };
    },
  ];
}

function ofIoRedis(client: IoRedis): Clients {
  return [
    (sha, key, values) => client.evalsha(sha, 1, key, ...values),
    (text, key, values) => client.eval(text, 1, key, ...values),
    async (onMessage) => {
      const own = client.duplicate();
      own.on("error", () => {});
      own.on("message", (channel) => onMessage(String(channel)));
      return {
        subscribe: (channel) => own.subscribe(channel),
        unsubscribe: (channel) => own.unsubscribe(channel),
        close: () => own.disconnect(),
      };
    },
  ];
}
