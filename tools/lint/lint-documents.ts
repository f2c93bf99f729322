import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installTool } from "../lib/install-tool.ts";

export interface LintOptions {
  /** `json` for programs, `stylish` for people. @default "stylish" */
  readonly format?: "json" | "stylish";
  /** `inherit` prints as it goes and leaves `output` empty. @default "pipe" */
  readonly stdio?: "inherit" | "pipe";
  /** Variables added to the process's environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface LintResult {
  /** 0: no problem. */
  readonly exitCode: number;
  /** The standard output. */
  readonly output: string;
  /** The standard error: progress and failures of the linter itself. */
  readonly log: string;
}

const config = fileURLToPath(new URL("../../redocly.yaml", import.meta.url));

/** Disables Redocly's look-up of newer versions and its telemetry. */
const quiet = {
  REDOCLY_TELEMETRY: "off",
  REDOCLY_SUPPRESS_UPDATE_NOTICE: "true",
  REDOCLY_SUPPRESS_NOTIFICATIONS: "true",
};

/** Runs Redocly's linter with the rules of redocly.yaml over OpenAPI documents; no network, no notices. */
export async function lintDocuments(files: readonly string[], options: LintOptions = {}): Promise<LintResult> {
  const { format = "stylish", stdio = "pipe", environment = {} } = options;
  const cli = join(await installTool("redocly"), "@redocly", "cli", "bin", "cli.js");
  return new Promise((resolve, reject) => {
    const linter = spawn(process.execPath, [cli, "lint", ...files, "--config", config, "--format", format], {
      env: { ...process.env, ...quiet, ...environment },
      stdio: ["ignore", stdio, stdio],
    });
    let output = "";
    let log = "";
    linter.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    linter.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
    linter.on("error", reject);
    linter.on("close", (code) => resolve({ exitCode: code ?? 1, output, log }));
  });
}
