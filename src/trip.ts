/** One call under way: whose tokens it carries, its deadline, its attempts. Made for each call, so it is one object and no closures. */
import type { CallOptions } from "./call-options.ts";
import { createStopwatch, type Stopwatch } from "./clock.ts";
import { systemCode } from "./errors/system-code.ts";
import { TransportError } from "./errors/transport-error.ts";
import type { RepeatPlan } from "./idempotency.ts";
import type { AuthorizedCall, Carried } from "./middleware/authorizer.ts";
import type { Route } from "./routes.ts";
import type { Session } from "./session.ts";
import { createDeadline, type Deadline, timedOut } from "./transport/deadline.ts";
import type { Guard } from "./transport/guard.ts";
import type { Outgoing } from "./transport/outgoing.ts";
import type { Turn } from "./transport/pace.ts";
import type { Attempt, Result, Retrier } from "./transport/retry.ts";
import type { Phase, SecurityRequirement } from "./vendor.ts";

export class Trip implements AuthorizedCall, Attempt {
  readonly operation: string;
  readonly security: readonly SecurityRequirement[];
  readonly phase: Phase;
  readonly scheme: string | undefined;
  readonly limit: number | undefined;
  /** What the last sending carried. */
  carried: readonly Carried[] | undefined = undefined;
  /** The caller's own. */
  signal: AbortSignal | undefined = undefined;
  readonly #session: Session;
  readonly #guard: Guard;
  readonly #repeat: RepeatPlan;
  readonly #timeoutInMs: number;
  readonly #deadlineInMs: number | undefined;
  readonly #watch: Stopwatch | undefined;
  /** At the vendor's rate limit, where there is one. */
  readonly #turn: Turn | undefined;
  #outgoing: Outgoing | undefined = undefined;
  #deadline: Deadline | undefined = undefined;

  constructor(
    session: Session,
    { operation, security, phase, scheme }: Route,
    guard: Guard,
    repeat: RepeatPlan,
    timeoutInMs: number,
    { deadlineInMs, retries }: CallOptions,
  ) {
    this.operation = operation;
    this.security = security;
    this.phase = phase;
    this.scheme = scheme;
    this.limit = retries === false ? 0 : retries;
    this.#session = session;
    const watched = session.watch(guard, operation, phase);
    this.#turn = session.pace?.turn(operation);
    this.#guard = this.#turn ? this.#turn.through(watched) : watched;
    this.#repeat = repeat;
    this.#timeoutInMs = timeoutInMs;
    this.#deadlineInMs = deadlineInMs;
    this.#watch = deadlineInMs === undefined ? undefined : createStopwatch(session.clock);
  }

  /** Sends, and sends again what may be sent again. */
  async run(outgoing: Outgoing, retry: Retrier): Promise<Response> {
    const { header } = this.#repeat;
    if (header) outgoing.headers.set(header.name, header.value);
    this.#outgoing = outgoing;
    this.signal = outgoing.signal;
    let first: Result;
    try {
      const response = await this.send();
      if (response.status < 400) {
        retry.succeeded();
        if (this.#session.pace?.isCurious) this.#session.pace.look(this.operation, response);
        if (this.phase !== "resource") await this.#session.noticeEnd(this);
        return response;
      }
      first = { response };
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      first = { error };
    }
    return retry(first, this);
  }

  /** One attempt, when it is its turn. */
  send(): Promise<Response> {
    this.#deadline?.letGo();
    return this.#turn ? this.#turn.take(() => this.#sendNow(), this.signal, this.leftInMs()) : this.#sendNow();
  }

  throttled(delayInMs: number): void {
    this.#session.pace?.pause(delayInMs);
  }

  /** With a deadline of its own. */
  #sendNow(): Promise<Response> {
    const outgoing = this.#outgoing;
    if (!outgoing) throw new TypeError("a trip is sent when it has begun");
    const limitInMs = this.#watch ? Math.min(this.#timeoutInMs, this.leftInMs()) : this.#timeoutInMs;
    const { clock, vendor, authorizer } = this.#session;
    // Nothing can end it before its time: no timer and no signal. (A caller's signal is never given away as it is: the platform keeps
    // a listener on it.)
    if (limitInMs === Number.POSITIVE_INFINITY && !this.signal) return authorizer.send(outgoing, this, this.#guard);
    this.#deadline = createDeadline(clock, limitInMs, this.signal, () =>
      timedOut(vendor.name, this.operation, limitInMs),
    );
    outgoing.signal = this.#deadline.signal;
    return authorizer.send(outgoing, this, this.#guard);
  }

  get canSendAgain(): boolean {
    return this.#outgoing?.isReplayable ?? false;
  }

  get isSafe(): boolean {
    return this.#repeat.isSafe;
  }

  get findEarlier(): RepeatPlan["findEarlier"] {
    return this.#repeat.findEarlier;
  }

  leftInMs(): number {
    if (!this.#watch || this.#deadlineInMs === undefined) return Number.POSITIVE_INFINITY;
    return this.#deadlineInMs - this.#watch.elapsedInMs();
  }

  /**
   * The loss that an error tells of while the answer's body was read: the platform throws a bare TypeError then. `undefined` for anything
   * else, such as a mistake in somebody's middleware, which names no system's code.
   */
  toLoss(error: unknown, isTouched: boolean): TransportError | undefined {
    if (!(error instanceof TypeError) || !this.#outgoing) return undefined;
    const code = systemCode(error);
    if (isTouched && code === undefined) return undefined;
    return TransportError.brokenOff(this.#session.vendor.name, `the answer to ${this.operation}`, code);
  }

  /** To wait as for another attempt, which is the caller's to make: with an answer of its own, nothing is looked up in its place. */
  waiting(): Attempt {
    const { operation, signal, canSendAgain, limit } = this;
    return {
      operation,
      signal,
      canSendAgain,
      limit,
      isSafe: this.isSafe && !this.findEarlier,
      send: async () => new Response(),
      throttled: () => {},
      leftInMs: () => this.leftInMs(),
    };
  }

  /** The body is read, or will not be: nothing of the deadline stays. */
  end(): void {
    this.#deadline?.letGo();
  }
}
