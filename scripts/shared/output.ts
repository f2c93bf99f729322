/** The streams that a command writes to. */
export interface Output {
  out(text: string): void;
  error(text: string): void;
  /** Whether `error` is a terminal. @default false */
  readonly isTerminal?: boolean;
}

export const standardOutput: Output = {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
  isTerminal: process.stderr.isTTY === true,
};
