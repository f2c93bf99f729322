/**
 * Executes one call: its idempotency key, its deadline, its attempts, and the tokens that the last attempt carried. One is created for
 * every call, so it is one object without closures.
 */
import type { AppliedAuth } from "../auth/apply-auth.ts";
import type { AuthorizedCall } from "../auth/authorizer.ts";
import { type CallState, toCallError } from "../errors/call-error.ts";
import type { Delivery } from "../errors/delivery.ts";
import { TransportError } from "../errors/transport-error.ts";
import { type AttemptTimeout, createAttemptTimeout } from "../http/attempt-timeout.ts";
import type { HttpSender } from "../http/http-sender.ts";
import { defaultMaxBodyInBytes, limitBody } from "../http/limit-body.ts";
import type { OutgoingRequest } from "../http/outgoing-request.ts";
import type { RateLimitSlot } from "../http/rate-limit/shared-rate-limiter.ts";
import type { TokenPatience } from "../auth/token/token-patience.ts";
import { type Retrier, type RetryableCall, retryLimit } from "../http/retry.ts";
import { createStopwatch, type Stopwatch } from "../util/clock.ts";
import { formatDuration } from "../util/duration.ts";
import type { Phase, SecurityRequirement } from "../vendor.ts";
import { type CallOptions, defaultTimeoutInMs } from "./call-options.ts";
import type { ClientContext } from "./client-context.ts";
import { describeLookup, type IdempotencyPlan } from "./idempotency.ts";
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
  /** True once a token was replaced after it was rejected, and the request sent again. */
  wasReplayed = false;
  #attempts = 0;
  /** By the monotonic clock. */
  readonly #startedAt: number;
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
  /** True where the call's first response could not be read, so that it was made again. */
  #wasInDoubt = false;
  #timeout: AttemptTimeout | undefined = undefined;

  constructor(
    context: ClientContext,
    { operation, security, phase, scheme }: ResolvedOperation,
    sender: HttpSender,
    plan: IdempotencyPlan,
    options: CallOptions,
    defaults: CallOptions,
    earlier?: CallExecution,
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
    this.#startedAt = earlier ? earlier.#startedAt : context.clock.monotonic();
    if (!earlier) return;
    this.retriesUsed = earlier.retriesUsed;
    this.#attempts = earlier.#attempts;
    this.#wasInDoubt = earlier.delivery !== "not_processed";
  }

  /** Sends the request, and retries it if it may be repeated. */
  async execute(outgoing: OutgoingRequest, retry: Retrier): Promise<Response> {
    const { header } = this.#plan;
    if (header) outgoing.headers.set(header.name, header.value);
    outgoing.isInDoubt = this.#wasInDoubt;
    this.#outgoing = outgoing;
    this.signal = outgoing.signal;
    try {
      let response: Response;
      try {
        response = await this.send();
        if (response.status >= 400 || retry.maskedStatuses.has(response.status))
          response = await retry({ response }, this);
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        response = await retry({ error }, this);
      }
      if (response.status < 400) {
        retry.succeeded();
        if (!this.#slot) this.#context.rateLimiter?.probe(this.operation, response);
        if (this.phase !== "resource") await this.#context.onLogout(this);
      } else if (outgoing.wasProcessed) throw this.#resultError(response);
      this.response = this.#limitBody(response);
      return this.response;
    } catch (error) {
      throw this.toError(error);
    }
  }

  #limitBody(response: Response): Response {
    return limitBody(response, this);
  }

  /** Performs one attempt, after a wait for its slot of the rate limit. */
  send(): Promise<Response> {
    this.#attempts += 1;
    if (this.#outgoing) this.#outgoing.isInFlight = false;
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
    const { clock, authorizer } = this.#context;
    const limitInMs = this.#stopwatch ? Math.min(this.timeoutInMs, this.leftInMs()) : this.timeoutInMs;
    // Without a limit and a signal, nothing can end the attempt early, so it needs no timer. The caller's signal is never passed on
    // itself, because the platform keeps a listener on a signal.
    if (limitInMs !== Number.POSITIVE_INFINITY || this.signal) {
      this.#timeout = createAttemptTimeout(clock, limitInMs, this.signal, (limit) => this.#timeoutError(limit));
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
    return this.#plan.isSafe || this.#wasProcessed;
  }

  get findEarlier(): IdempotencyPlan["findExisting"] {
    return this.#wasProcessed ? undefined : this.#plan.findExisting;
  }

  get isInDoubt(): boolean {
    return this.#outgoing?.isInDoubt ?? this.#wasInDoubt;
  }

  /** True where a write was answered by 303, so that its result is fetched now. */
  get #wasProcessed(): boolean {
    return this.#outgoing?.wasProcessed ?? false;
  }

  get delivery(): Delivery {
    if (this.#wasProcessed || this.response?.ok) return "processed";
    return this.isInDoubt ? "unknown" : "not_processed";
  }

  get attempts(): number {
    return this.#attempts;
  }

  get elapsedInMs(): number {
    return this.#context.clock.monotonic() - this.#startedAt;
  }

  /** Makes an error of this call into the caller's own; others stay as they are. */
  toError(error: unknown): unknown {
    return toCallError(error, this.#state());
  }

  #state(): CallState {
    const { operation, attempts, elapsedInMs, delivery } = this;
    return {
      operation,
      attempts,
      elapsedInMs,
      delivery,
      method: operation.slice(0, operation.indexOf(" ")),
      wasAnswered: this.#outgoing?.wasAnswered ?? false,
      lookup: this.findEarlier && describeLookup(this.#context.vendor.operations[operation]?.idempotency),
    };
  }

  #timeoutError(limitInMs: number): TransportError {
    const isDeadline = limitInMs < this.timeoutInMs;
    const what = this.#outgoing?.isInFlight
      ? "it took longer than"
      : this.response
        ? "its response did not end within"
        : "there was no token within";
    const limit = isDeadline
      ? `its deadline, ${formatDuration(this.#deadlineInMs ?? 0)} (deadlineInMs)`
      : `${formatDuration(limitInMs)} (timeoutInMs)`;
    return new TransportError(this.vendor, "timed_out", `${what} ${limit}`);
  }

  #resultError(response: Response): TransportError {
    response.body?.cancel().catch(() => {});
    return new TransportError(
      this.vendor,
      "see_other",
      `its result, to which a 303 led, was refused (${response.status})`,
    );
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
    this.#attempts += 1;
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
