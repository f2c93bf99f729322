/**
 * The base class of Latchkey's errors. Errors are safe to log: message, JSON and inspection hold the vendor, the outcome and what to
 * do, never a secret. Requests and responses are not attached.
 */

/**
 * What a failure means for the caller:
 *
 * | outcome | meaning | what to do |
 * | --- | --- | --- |
 * | `transient` | the vendor is down or unreachable | try later; `retryAt` is the time of the next attempt |
 * | `throttled` | the vendor asked us to wait | wait until `retryAt` |
 * | `configuration` | credentials, options or permissions are wrong | fix them; repeating the call does not help |
 * | `reauthentication_required` | the session ended, and the credentials cannot start another | a person signs in |
 * | `in_doubt` | a one-time refresh token was sent and got no response | sign in again |
 * | `security` | a credential would have been sent to another origin, or was malformed | check the URL or ask the vendor |
 * | `refused` | the vendor refused this call | see `kind` |
 * | `unreadable` | the response does not match the vendor's document | see `issues` |
 * | `aborted`, `timed_out`, `closed` | the caller's signal was aborted, a deadline passed, the client was closed | – |
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

/** Names the class of an error on its prototype, the same for every copy of the package that a program loads. */
export const errorClass: unique symbol = Symbol.for("latchkey.errorClass");

export abstract class LatchkeyError extends Error {
  /** The vendor's name, e.g. `"propeller"`. */
  readonly vendor: string;
  readonly outcome: Outcome;

  /** @param cause what a foreign function threw, or the error that several callers share; without secrets */
  constructor(vendor: string, outcome: Outcome, message: string, cause?: unknown) {
    super(`${vendor}: ${toSingleLine(message)}`, cause === undefined ? undefined : { cause });
    this.vendor = vendor;
    this.outcome = outcome;
  }

  get [errorClass](): string {
    return "LatchkeyError";
  }

  static override readonly [Symbol.hasInstance] = hasInstance;

  /** Safe to log: own properties only, no cause, no stack. */
  toJSON(): Record<string, unknown> {
    return { ...Object.fromEntries(Object.entries(this)), message: this.message };
  }

  /** Prints the stack, then each property on a line of its own. The symbol is Node's `util.inspect.custom`, without the import. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    const shown = Object.entries(this.toJSON()).filter(([name, value]) => !inMessage.has(name) && !isEmpty(value));
    const width = Math.max(0, ...shown.map(([name]) => name.length));
    const lines = shown.map(([name, value]) => `    ${name.padEnd(width)}  ${toSingleLine(toText(name, value))}`);
    return [this.stack ?? String(this), ...lines].join("\n");
  }
}

/** Makes `instanceof` true for errors of another copy of the package as well. Classes that a program derives keep the usual test. */
function hasInstance(this: { readonly prototype: unknown }, value: unknown): boolean {
  const { prototype } = this;
  if (typeof value !== "object" || value === null) return false;
  const isOwnClass = typeof prototype === "object" && prototype !== null && Object.hasOwn(prototype, errorClass);
  // A prototype is no error, and has the class of its own.
  try {
    if (!isOwnClass || Object.hasOwn(value, errorClass))
      return Function.prototype[Symbol.hasInstance].call(this, value);
    const own: unknown = Reflect.get(prototype, errorClass);
    const other: unknown = Reflect.get(value, errorClass);
    return other !== undefined && (own === "LatchkeyError" || own === other);
  } catch {
    // A foreign object may throw when it is read.
    return false;
  }
}

/** Properties that the first line shows already. */
const inMessage: ReadonlySet<string> = new Set(["name", "message", "vendor"]);

const isEmpty = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.length === 0);

function toText(name: string, value: unknown): string {
  if (typeof value === "number" && name.endsWith("At") && Math.abs(value) <= maxDate)
    return new Date(value).toISOString();
  return typeof value === "string" ? value : String(JSON.stringify(value));
}

/** The latest time that a `Date` holds (ECMAScript §21.4.1.1). */
const maxDate = 8.64e15;

const maxLineLength = 1000;

/**
 * Makes foreign text fit for one log line: control characters, ANSI escapes and bidirectional overrides (Unicode TR 36) become
 * visible escapes, and the length is bounded.
 */
export function toSingleLine(text: string, maxLength = maxLineLength): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return cut.replace(
    /[\p{Cc}\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}
