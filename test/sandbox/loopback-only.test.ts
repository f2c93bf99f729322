/** A page of another site must not use a sandbox, neither directly nor by DNS rebinding. */
import { once } from "node:events";
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { startSandbox } from "../../scripts/sandbox/index.ts";

const document = join(import.meta.dirname, "documents", "keys.yaml");

/** Sends the headers as they are: `fetch` does not let a program choose `Host`. */
async function send(url: string, headers: Record<string, string>): Promise<{ status: number; body: string }> {
  const sent = request(url, { headers }).end();
  const [response] = await once(sent, "response");
  return { status: response.statusCode, body: await text(response) };
}

async function withSandbox(run: (url: string, port: string) => Promise<void>): Promise<void> {
  const sandbox = await startSandbox({ document });
  try {
    const url = `${sandbox.server.url}/stations?key=sandbox-query`;
    await run(url, new URL(url).port);
    expect(sandbox.requests.every(({ status }) => status === 200)).toBe(true);
  } finally {
    await sandbox.close();
  }
}

it("answers under loopback's names with its own port, in any case of letters", () =>
  withSandbox(async (url, port) => {
    for (const name of ["127.0.0.1", "localhost", "LocalHost", "[::1]"]) {
      expect(await send(url, { host: `${name}:${port}` }), name).toMatchObject({ status: 200 });
    }
  }));

it("refuses every other Host before anything else, and does not log the request", () =>
  withSandbox(async (url, port) => {
    const other = String(Number(port) + 1);
    const hosts = [
      `attacker.example:${port}`,
      `127.0.0.1.attacker.example:${port}`,
      `localhost.attacker.example:${port}`,
      `127.0.0.2:${port}`,
      `127.0.0.1:${other}`,
      "127.0.0.1",
      "localhost",
    ];
    for (const host of hosts) {
      const { status, body } = await send(url, { host });
      expect([status, body], host).toEqual([403, expect.stringContaining(`http://127.0.0.1:${port}`)]);
    }
    expect((await send(url, { host: `user@127.0.0.1:${port}` })).status).toBe(400);
  }));

it("answers loopback origins on any port, and requests without Origin", () =>
  withSandbox(async (url) => {
    expect((await send(url, {})).status).toBe(200);
    for (const origin of ["http://localhost:5173", "https://127.0.0.1", "http://[::1]:8080"]) {
      expect((await send(url, { origin })).status, origin).toBe(200);
    }
  }));

it("refuses every other Origin", () =>
  withSandbox(async (url) => {
    const origins = [
      "https://attacker.example",
      "http://localhost.attacker.example",
      "http://attacker.example:80",
      "http://localhost@attacker.example",
      "null",
      "file://",
      "",
    ];
    for (const origin of origins) {
      expect(await send(url, { origin }), origin).toEqual({ status: 403, body: expect.stringContaining("Origin") });
    }
  }));
