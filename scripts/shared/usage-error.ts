/** The command was called wrongly, or its configuration is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly messages: readonly string[];

  constructor(messages: readonly string[]) {
    super(messages.join("\n"));
    this.messages = messages;
  }
}
