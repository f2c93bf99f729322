/** Where the command says things. */
export interface Output {
  out(text: string): void;
  error(text: string): void;
  /** Whether what goes to `error` is read on a terminal. @default false */
  readonly isTerminal?: boolean;
}

export const standardOutput: Output = {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
  isTerminal: process.stderr.isTTY === true,
};
