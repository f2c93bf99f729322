import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");

function run(...args: string[]) {
  const child = spawn(
    process.execPath,
    ["--conditions=latchkey-source", join(root, "scripts", "cli.ts"), "sandbox", ...args],
    { cwd: root },
  );
  let text = "";
  const collect = (chunk: Buffer) => {
    text += chunk.toString();
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const ended = once(child, "close").then(([code]): unknown => code);
  const says = async (part: string) => {
    while (!text.includes(part))
      await Promise.race([once(child.stdout, "data"), ended.then(() => Promise.reject(new Error(text)))]);
    return text;
  };
  return { child, ended, says, text: () => text };
}

it.each(["SIGINT", "SIGTERM"] as const)(
  "starts those named, prints where they are and with what, and ends cleanly on %s",
  async (signal) => {
    const { child, ended, says } = run("connectivity", "test/sandbox/documents/plain-oauth2.yaml");
    const text = await says("Ctrl-C ends them");
    expect(text).toContain("clientId sandbox-integration, clientSecret sandbox-api-key");
    const url = /connectivity\n {2}url +(\S+)/u.exec(text)?.[1];
    expect((await fetch(`${url}/v1/ping`)).status).toBe(401);
    expect(text).toMatch(/Library\n {2}url +http:\/\/127\.0\.0\.1:\d+\/api\n/u);
    child.kill(signal);
    expect(await ended).toBe(0);
  },
  20_000,
);

it.each([
  [["--help"], 0, "Usage: latchkey sandbox"],
  [["nobody"], 2, '"nobody" is neither a vendor nor the path of a document; use one of "apiera", "connectivity"'],
  [["--port", "high"], 2, "--port takes a number"],
  [["connectivity", "--variant", "odd"], 1, 'there is no variant "odd"'],
])(
  "%j exits with %i and the reason",
  async (args, code, word) => {
    const { ended, text } = run(...args);
    expect([await ended, text()]).toEqual([code, expect.stringContaining(word)]);
  },
  20_000,
);
