/** One call under way: whose tokens it carries, its deadline, its attempts. Made for each call, so it is one object and no closures. */
import { type CallOptions, defaultTimeoutInMs } from "./call-options.ts";
import { createStopwatch, type Stopwatch } from "../util/clock.ts";
import { TransportError } from "../errors/transport-error.ts";
import type { AppliedAuth } from "../auth/apply-auth.ts";
import type { AuthorizedCall } from "../auth/authorizer.ts";
import type { IdempotencyPlan } from "./repeat-plan.ts";
import type { ResolvedOperation } from "./resolve-operation.ts";
import type { ClientContext } from "./client-context.ts";
import { createAttemptTimeout, type AttemptTimeout } from "../http/attempt-timeout.ts";
import type { HttpSender } from "../http/http-sender.ts";
import type { OutgoingRequest } from "../http/outgoing-request.ts";
import type { RetryableCall, AttemptOutcome, Retrier } from "../http/retry.ts";
import type { RateLimitSlot } from "../http/rate-limit/shared-rate-limiter.ts";
import type { Phase, SecurityRequirement } from "../vendor.ts";

export class CallExecution implements AuthorizedCall, RetryableCall {
  readonly operation: string;
  readonly security: readonly SecurityRequirement[];
  readonly phase: Phase;
  readonly scheme: string | undefined;
  readonly limit: number | undefined;
  /** What the last sending carried. */
  appliedAuth: readonly AppliedAuth[] | undefined = undefined;
  /** What came in the end, its body still to be read. */
  response: Response | undefined = undefined;
  /** The caller's own. */
  signal: AbortSignal | undefined = undefined;
  readonly #session: ClientContext;
  readonly #guard: HttpSender;
  readonly #repeat: IdempotencyPlan;
  readonly #timeoutInMs: number;
  readonly #deadlineInMs: number | undefined;
  readonly #watch: Stopwatch | undefined;
  /** At the vendor's rate limit, where there is one. */
  readonly #turn: RateLimitSlot | undefined;
  #outgoing: OutgoingRequest | undefined = undefined;
  #deadline: AttemptTimeout | undefined = undefined;

  constructor(
    session: ClientContext,
    { operation, security, phase, scheme }: ResolvedOperation,
    guard: HttpSender,
    repeat: IdempotencyPlan,
    own: CallOptions,
    defaults: CallOptions,
  ) {
    const { deadlineInMs = defaults.deadlineInMs } = own;
    const retries = own.retries ?? defaults.retries;
    this.operation = operation;
    this.security = security;
    this.phase = phase;
    this.scheme = scheme;
    this.limit = retries === false ? 0 : retries;
    this.#session = session;
    const watched = session.observe(guard, operation, phase);
    this.#turn = session.rateLimiter?.slotFor(operation);
    this.#guard = this.#turn ? this.#turn.wrap(watched) : watched;
    this.#repeat = repeat;
    this.#timeoutInMs = own.timeoutInMs ?? defaults.timeoutInMs ?? defaultTimeoutInMs;
    this.#deadlineInMs = deadlineInMs;
    this.#watch = deadlineInMs === undefined ? undefined : createStopwatch(session.clock);
  }

  /** Sends, and sends again what may be sent again. */
  async execute(outgoing: OutgoingRequest, retry: Retrier): Promise<Response> {
    const { header } = this.#repeat;
    if (header) outgoing.headers.set(header.name, header.value);
    this.#outgoing = outgoing;
    this.signal = outgoing.signal;
    let result: AttemptOutcome;
    try {
      const settled = this.#turn ? this.send() : this.#arrive(await this.#depart());
      const response = settled instanceof Promise ? await settled : settled;
      if (response.status < 400) {
        retry.succeeded();
        if (this.#session.rateLimiter?.isProbing) this.#session.rateLimiter.probe(this.operation, response);
        if (this.phase !== "resource") await this.#session.onLogout(this);
        this.response = response;
        return response;
      }
      result = { response };
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      result = { error };
    }
    this.response = await retry(result, this);
    return this.response;
  }

  /** One attempt, when it is its turn. */
  send(): Promise<Response> {
    this.#deadline?.dispose();
    const sendNow = async () => this.#arrive(await this.#depart());
    return this.#turn ? this.#turn.run(sendNow, this.signal, this.leftInMs()) : sendNow();
  }

  onThrottled(delayInMs: number): void {
    this.#session.rateLimiter?.pause(delayInMs);
  }

  /** With a deadline of its own. */
  #depart(): Promise<Response> {
    const outgoing = this.#outgoing;
    if (!outgoing) throw new TypeError("a trip is sent when it has begun");
    const { clock, vendor, authorizer } = this.#session;
    const limitInMs = this.#watch ? Math.min(this.#timeoutInMs, this.leftInMs()) : this.#timeoutInMs;
    // Nothing can end it before its time: no timer and no signal. (A caller's signal is never given away as it is: the platform keeps
    // a listener on it.)
    if (limitInMs !== Number.POSITIVE_INFINITY || this.signal) {
      this.#deadline = createAttemptTimeout(clock, limitInMs, this.signal, vendor.name, this.operation);
      outgoing.signal = this.#deadline.signal;
    }
    return authorizer.sendWithAuth(outgoing, this, this.#guard);
  }

  /** The answer, or that of a replay. */
  #arrive(response: Response): Response | Promise<Response> {
    const outgoing = this.#outgoing;
    if (!outgoing) return response;
    return this.#session.authorizer.handleResponse(outgoing, this, this.appliedAuth ?? [], response, this.#guard);
  }

  get isReplayable(): boolean {
    return this.#outgoing?.isReplayable ?? false;
  }

  get isSafe(): boolean {
    return this.#repeat.isSafe;
  }

  get findEarlier(): IdempotencyPlan["findExisting"] {
    return this.#repeat.findExisting;
  }

  leftInMs(): number {
    if (!this.#watch || this.#deadlineInMs === undefined) return Number.POSITIVE_INFINITY;
    return this.#deadlineInMs - this.#watch.elapsedInMs();
  }

  /** The body is read, or will not be: nothing of the deadline stays. */
  dispose(): void {
    this.#deadline?.dispose();
  }
}
