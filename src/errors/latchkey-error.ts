/**
 * What all of Latchkey's errors share. An error is made to be logged: message, JSON and inspection hold the vendor, the outcome
 * and what to do, never a secret; requests and responses are not attached.
 */

/**
 * What a failure means for the caller:
 *
 * | outcome | meaning | what to do |
 * | --- | --- | --- |
 * | `transient` | the vendor is down or unreachable | try later; `retryAt` says when an attempt is made again |
 * | `throttled` | the vendor asked us to wait | wait until `retryAt` |
 * | `configuration` | credentials, options or permissions are wrong | fix them; repeating is useless |
 * | `reauthentication_required` | the session ended and there is nothing to sign in again with | a person signs in |
 * | `in_doubt` | a one-time refresh token may have been spent without an answer | sign in again |
 * | `security` | a credential would have left the vendor's origins, or came malformed | look at the address or the vendor |
 * | `refused` | the vendor answered and said no to this call | see `kind` |
 * | `unreadable` | the vendor's answer is not what its document says | see `issues` |
 * | `aborted`, `timed_out`, `closed` | the caller's signal, a deadline, a closed client | – |
 */
export type Outcome =
  | "transient"
  | "throttled"
  | "configuration"
  | "reauthentication_required"
  | "in_doubt"
  | "security"
  | "refused"
  | "unreadable"
  | "aborted"
  | "timed_out"
  | "closed";

export abstract class LatchkeyError extends Error {
  /** The vendor's name, e.g. `"propeller"`. */
  readonly vendor: string;
  readonly outcome: Outcome;

  constructor(vendor: string, outcome: Outcome, message: string) {
    super(`${vendor}: ${toSingleLine(message)}`);
    this.vendor = vendor;
    this.outcome = outcome;
  }

  /** Safe to log: own fields only, no cause, no stack. */
  toJSON(): Record<string, unknown> {
    return { ...Object.fromEntries(Object.entries(this)), message: this.message };
  }

  /** In a terminal: the stack, then what is known, a line each. The symbol is Node's `util.inspect.custom`, and costs no import. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    const known = Object.entries(this.toJSON()).filter(([name, value]) => !said.has(name) && !isNothing(value));
    const width = Math.max(0, ...known.map(([name]) => name.length));
    const lines = known.map(([name, value]) => `    ${name.padEnd(width)}  ${toSingleLine(toText(name, value))}`);
    return [this.stack ?? String(this), ...lines].join("\n");
  }
}

/** Already in the first line. */
const said: ReadonlySet<string> = new Set(["name", "message", "vendor"]);

const isNothing = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.length === 0);

function toText(name: string, value: unknown): string {
  if (typeof value === "number" && name.endsWith("At")) return new Date(value).toISOString();
  return typeof value === "string" ? value : JSON.stringify(value);
}

const maxLineLength = 1000;

/**
 * Text from elsewhere, fit for one log line: control characters, ANSI escapes and bidirectional overrides (Unicode TR 36)
 * become visible escapes, and length is bounded.
 */
export function toSingleLine(text: string, maxLength = maxLineLength): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return cut.replace(
    /[\p{Cc}\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}
