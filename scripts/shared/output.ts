/** The streams that a command writes to. */
import { toTerminalText } from "./terminal-text.ts";

export interface Output {
  out(text: string): void;
  error(text: string): void;
  /** Whether `error` is a terminal. @default false */
  readonly isTerminal?: boolean;
}

/** The only writer to the streams of the process: text of others does nothing to the terminal. */
export const standardOutput: Output = {
  out: (text) => process.stdout.write(toTerminalText(text)),
  error: (text) => process.stderr.write(toTerminalText(text)),
  isTerminal: process.stderr.isTTY === true,
};

/** Lets a command end as it would otherwise when its reader is gone: `latchkey diff … | head -1`. */
export function ignoreClosedReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error) => {
      if (!("code" in error && error.code === "EPIPE")) throw error;
    });
  }
}
