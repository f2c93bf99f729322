/** Starts a real Redis for a test, on a free loopback port, with its files in a temporary folder. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly folder: string;
  /** Kills the server, as a crash does: nothing more is saved. */
  kill(): Promise<void>;
  /** Starts the server again with the same port and folder. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Returns undefined if Redis is not installed, but throws in CI. */
export function hasRedis(): boolean {
  try {
    execFileSync("redis-server", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    if (process.env.CI === "true") throw new Error("redis-server is not installed; apt-get install redis-server");
    console.warn("SKIPPED: redis-server is not installed; apt-get install redis-server");
    return false;
  }
}

/** @param options as in redis.conf, e.g. `{ appendonly: "yes" }`; with `sentinel` it is one. */
export async function startRedis(options: Readonly<Record<string, string>> = {}): Promise<RedisServer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startOn(await freePort(), options);
    } catch (error) {
      // Another process took the port in the meantime.
      if (tries === 3) throw error;
    }
  }
}

async function startOn(port: number, options: Readonly<Record<string, string>>): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), "latchkey-redis-"));
  const isSentinel = options.sentinel !== undefined;
  const own = { port: String(port), bind: "127.0.0.1", dir: folder };
  const settings = { ...own, ...(isSentinel ? {} : { save: '""', appendonly: "no" }), ...options };
  const file = join(folder, "redis.conf");
  await writeFile(
    file,
    Object.entries(settings)
      .map((line) => `${line.join(" ")}\n`)
      .join(""),
  );
  const args = [file, ...(isSentinel ? ["--sentinel"] : [])];
  const ready = isSentinel ? "+monitor" : "Ready to accept connections";
  let child: ChildProcess | undefined;
  const server: RedisServer = {
    port,
    url: `redis://127.0.0.1:${port}`,
    folder,
    async start() {
      const started = spawn("redis-server", args, { stdio: ["ignore", "pipe", "inherit"] });
      child = started;
      started.stdout.setEncoding("utf8");
      let output = "";
      for await (const chunk of started.stdout.iterator({ destroyOnReturn: false })) {
        output += String(chunk);
        if (output.includes(ready)) return void started.stdout.resume();
      }
      throw new Error(`redis-server did not start: ${output.slice(-500)}`);
    },
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
    async stop() {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

export interface RedisCluster {
  readonly nodes: readonly RedisServer[];
  stop(): Promise<void>;
}

/** Starts masters that share the slots. */
export async function startRedisCluster(size = 3): Promise<RedisCluster> {
  const bus = await Promise.all(Array.from({ length: size }, freePort));
  const own = { "cluster-enabled": "yes", "cluster-announce-ip": "127.0.0.1" };
  const nodes = await Promise.all(bus.map((port) => startRedis({ ...own, "cluster-port": String(port) })));
  const ask = ({ port }: RedisServer, ...words: readonly (string | number)[]): string =>
    execFileSync("redis-cli", ["-p", String(port), "cluster", ...words.map(String)], { encoding: "utf8" });
  const from = (index: number) => Math.round((16_384 * index) / size);
  for (const [index, node] of nodes.entries()) {
    ask(node, "addslotsrange", from(index), from(index + 1) - 1);
    ask(node, "set-config-epoch", index + 1);
    for (const [other, { port }] of nodes.entries())
      if (other !== index) ask(node, "meet", "127.0.0.1", port, bus[other] ?? "");
  }
  const isWhole = (node: RedisServer) => {
    const info = ask(node, "info");
    return info.includes("cluster_state:ok") && info.includes(`cluster_size:${size}`);
  };
  while (!nodes.every(isWhole)) await new Promise((resolve) => setTimeout(resolve, 50));
  return {
    nodes,
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (typeof address === "object" && address) return address.port;
  throw new Error("no free port");
}
