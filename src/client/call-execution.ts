/**
 * Executes one call: its idempotency key, its deadline, its attempts, and the tokens that the last attempt carried. One is created for
 * every call, so it is one object without closures.
 */
import type { AppliedAuth } from "../auth/apply-auth.ts";
import type { AuthorizedCall } from "../auth/authorizer.ts";
import { TransportError } from "../errors/transport-error.ts";
import { type AttemptTimeout, createAttemptTimeout } from "../http/attempt-timeout.ts";
import type { HttpSender } from "../http/http-sender.ts";
import { defaultMaxBodyInBytes, limitBody } from "../http/limit-body.ts";
import type { OutgoingRequest } from "../http/outgoing-request.ts";
import type { RateLimitSlot } from "../http/rate-limit/shared-rate-limiter.ts";
import type { TokenPatience } from "../auth/token/token-patience.ts";
import { type AttemptOutcome, type Retrier, type RetryableCall, retryLimit } from "../http/retry.ts";
import { createStopwatch, type Stopwatch } from "../util/clock.ts";
import type { Phase, SecurityRequirement } from "../vendor.ts";
import { type CallOptions, defaultTimeoutInMs } from "./call-options.ts";
import type { ClientContext } from "./client-context.ts";
import type { IdempotencyPlan } from "./idempotency.ts";
import type { ResolvedOperation } from "./resolve-operation.ts";

export class CallExecution implements AuthorizedCall, RetryableCall, TokenPatience {
  readonly operation: string;
  readonly security: readonly SecurityRequirement[];
  readonly phase: Phase;
  readonly scheme: string | undefined;
  readonly limit: number | undefined;
  /** Timeout of one attempt. */
  readonly timeoutInMs: number;
  retriesUsed = 0;
  /** The tokens that the last attempt carried. */
  appliedAuth: readonly AppliedAuth[] | undefined = undefined;
  /** The final response; its body is not read yet. */
  response: Response | undefined = undefined;
  /** The caller's signal. */
  signal: AbortSignal | undefined = undefined;
  readonly #context: ClientContext;
  readonly #sender: HttpSender;
  readonly #plan: IdempotencyPlan;
  readonly #deadlineInMs: number | undefined;
  /** The limit of a response body. */
  readonly maxInBytes: number;
  readonly #stopwatch: Stopwatch | undefined;
  /** Absent if no rate limit applies. */
  readonly #slot: RateLimitSlot | undefined;
  #outgoing: OutgoingRequest | undefined = undefined;
  #timeout: AttemptTimeout | undefined = undefined;

  constructor(
    context: ClientContext,
    { operation, security, phase, scheme }: ResolvedOperation,
    sender: HttpSender,
    plan: IdempotencyPlan,
    options: CallOptions,
    defaults: CallOptions,
  ) {
    const { deadlineInMs = defaults.deadlineInMs } = options;
    const retries = options.retries ?? defaults.retries;
    this.operation = operation;
    this.security = security;
    this.phase = phase;
    this.scheme = scheme;
    this.limit = retries === false ? 0 : retries;
    this.#context = context;
    const observed = context.observe(sender, operation, phase);
    this.#slot = context.rateLimiter?.slotFor(operation);
    this.#sender = this.#slot ? this.#slot.wrap(observed) : observed;
    this.#plan = plan;
    this.timeoutInMs = options.timeoutInMs ?? defaults.timeoutInMs ?? defaultTimeoutInMs;
    this.#deadlineInMs = deadlineInMs;
    this.maxInBytes = options.maxBodyInBytes ?? defaults.maxBodyInBytes ?? defaultMaxBodyInBytes;
    this.#stopwatch = deadlineInMs === undefined ? undefined : createStopwatch(context.clock);
  }

  /** Sends the request, and retries it if it may be repeated. */
  async execute(outgoing: OutgoingRequest, retry: Retrier): Promise<Response> {
    const { header } = this.#plan;
    if (header) outgoing.headers.set(header.name, header.value);
    this.#outgoing = outgoing;
    this.signal = outgoing.signal;
    let outcome: AttemptOutcome;
    try {
      const response = await this.send();
      if (response.status < 400) {
        retry.succeeded();
        if (!this.#slot) this.#context.rateLimiter?.probe(this.operation, response);
        if (this.phase !== "resource") await this.#context.onLogout(this);
        this.response = this.#limitBody(response);
        return this.response;
      }
      outcome = { response };
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      outcome = { error };
    }
    this.response = this.#limitBody(await retry(outcome, this));
    return this.response;
  }

  #limitBody(response: Response): Response {
    return limitBody(response, this);
  }

  /** Performs one attempt, after a wait for its slot of the rate limit. */
  send(): Promise<Response> {
    this.#timeout?.dispose();
    return this.#slot ? this.#sendIn(this.#slot) : this.#send();
  }

  #sendIn(slot: RateLimitSlot): Promise<Response> {
    return slot.run(() => this.#send(), this.signal, this.leftInMs());
  }

  onThrottled(delayInMs: number, response: Response): void {
    this.#context.rateLimiter?.pause(this.operation, delayInMs, response);
  }

  /** Sends the request with its tokens and a timeout of its own. */
  #send(): Promise<Response> {
    const outgoing = this.#outgoing;
    if (!outgoing) throw new TypeError("send() was called before execute()");
    const { clock, vendor, authorizer } = this.#context;
    const limitInMs = this.#stopwatch ? Math.min(this.timeoutInMs, this.leftInMs()) : this.timeoutInMs;
    // Without a limit and a signal, nothing can end the attempt early, so it needs no timer. The caller's signal is never passed on
    // itself, because the platform keeps a listener on a signal.
    if (limitInMs !== Number.POSITIVE_INFINITY || this.signal) {
      this.#timeout = createAttemptTimeout(clock, limitInMs, this.signal, vendor.name, this.operation);
      outgoing.signal = this.#timeout.signal;
    }
    return authorizer.send(outgoing, this, this.#sender);
  }

  get vendor(): string {
    return this.#context.vendor.name;
  }

  get isReplayable(): boolean {
    return this.#outgoing?.isReplayable ?? false;
  }

  get isSafe(): boolean {
    return this.#plan.isSafe;
  }

  get findEarlier(): IdempotencyPlan["findExisting"] {
    return this.#plan.findExisting;
  }

  get patience(): TokenPatience {
    return this;
  }

  get retriesLeft(): number {
    return retryLimit(this.limit, this.#context.vendor.retry) - this.retriesUsed;
  }

  /** The token endpoint failed for the moment: the call waits for its next attempt. */
  countRetry(waitInMs: number): void {
    this.retriesUsed += 1;
    const { vendor, operation, retriesUsed: attempt } = this;
    this.#context.emit({ type: "retry", vendor, keys: [], operation, attempt, reason: "token_endpoint", waitInMs });
  }

  leftInMs(): number {
    if (!this.#stopwatch || this.#deadlineInMs === undefined) return Number.POSITIVE_INFINITY;
    return this.#deadlineInMs - this.#stopwatch.elapsedInMs();
  }

  /** Releases the timer and the listener, once the body is read or will not be. */
  dispose(): void {
    this.#timeout?.dispose();
  }
}
