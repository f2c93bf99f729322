/** Reports a wrong command line or configuration; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly messages: readonly string[];

  constructor(messages: readonly string[]) {
    super(messages.join("\n"));
    this.messages = messages;
  }

  /** The lines that the command prints. */
  describe(command: string): string {
    const lines = this.messages.map((message) => `${command}: ${message}\n`);
    return `${lines.join("")}Run latchkey ${command} --help for its usage.\n`;
  }
}
