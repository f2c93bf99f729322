/** Checks documents one after another in a child process, which is replaced when it dies, hangs or reaches its number of documents. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { AgreementOptions } from "./compare-with-ajv.ts";
import type { CorpusDocument } from "./documents.ts";
import type { Examined } from "./check-document.ts";

export type Result =
  | Examined
  | { readonly id: string; readonly bytes: number; readonly cpuInMs: number; readonly outcome: "timeout" | "crashed" };

export interface PoolOptions {
  readonly seed: number;
  readonly agreement: AgreementOptions;
  readonly timeoutInMs: number;
  readonly memoryInMb: number;
  /** The number of documents after which the process is replaced. */
  readonly documentsPerProcess: number;
}

export interface Pool {
  examine(document: CorpusDocument): Promise<Result>;
  close(): void;
}

export function createPool({ seed, agreement, timeoutInMs, memoryInMb, documentsPerProcess }: PoolOptions): Pool {
  let child: ChildProcess | undefined;
  let left = 0;
  const stop = () => {
    child?.kill("SIGKILL");
    child = undefined;
  };
  const start = (): ChildProcess => {
    const execArgv = ["--conditions=latchkey-source", `--max-old-space-size=${memoryInMb}`, "--no-warnings"];
    left = documentsPerProcess;
    child = fork(fileURLToPath(new URL("worker.ts", import.meta.url)), [], {
      execArgv,
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    return child;
  };
  return {
    examine(document) {
      if (left === 0) stop();
      const worker = child ?? start();
      left--;
      const started = performance.now();
      return new Promise((resolve) => {
        const finish = (result: Result) => {
          clearTimeout(timer);
          worker.removeAllListeners();
          resolve(result);
        };
        const fail = (outcome: "timeout" | "crashed") => {
          stop();
          finish({ id: document.id, bytes: document.bytes, cpuInMs: Math.round(performance.now() - started), outcome });
        };
        const timer = setTimeout(() => fail("timeout"), timeoutInMs);
        worker.once("message", (message: Examined) => finish(message));
        worker.once("exit", () => fail("crashed"));
        worker.send({ document, seed, options: agreement });
      });
    },
    close: stop,
  };
}
