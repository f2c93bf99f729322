/** Reports a wrong command line or configuration; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly messages: readonly string[];

  constructor(messages: readonly string[]) {
    super(messages.join("\n"));
    this.messages = messages;
  }
}
