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
