import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  promisify(execFile)(process.execPath, ["--conditions=latchkey-source", "tools/demo.ts", ...args], {
    cwd: root,
    env: { ...process.env, ...env },
  });

describe("the demo", () => {
  it("runs every example against its sandbox, lives through a token's bad days, and ends with 0", async () => {
    const { stdout, stderr } = await run([], { NO_COLOR: "1" });
    expect(stderr).toBe("");
    expect(stdout.match(/✓ its example ran to the end/gu)).toHaveLength(5);
    expect(stdout.match(/✓ the token expired; 50 calls at once, one token request/gu)).toHaveLength(5);
    expect(stdout).toContain("✓ all of it arrived, no request was refused (429)");
    expect(stdout).toMatch(/^ {4}█+ 274 of 274 items, two clients$/mu);
    expect(stdout).not.toContain("✗");
    expect(stdout).not.toContain("\u001b[");
    expect(stdout).toContain("All of it held");
  }, 60_000);

  it("explains itself with --help", async () => {
    expect((await run(["--help"])).stdout).toContain("Usage: npm run demo");
  });
});
