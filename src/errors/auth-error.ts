import type { ErrorKind, Phase } from "../vendor.ts";
import type { CallFacts } from "./call-facts.ts";
import type { Delivery } from "./delivery.ts";
import { errorClass, LatchkeyError, type Outcome } from "./latchkey-error.ts";

export interface AuthErrorDetails extends Partial<CallFacts> {
  readonly outcome: Outcome;
  readonly kind: ErrorKind;
  readonly phase?: Phase | undefined;
  readonly scheme?: string | undefined;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly advice?: string | undefined;
  readonly requestId?: string | undefined;
  readonly retryAt?: number | undefined;
  /** The error of the token request, which all callers that waited for it share. */
  readonly cause?: AuthError;
}

/**
 * Reports that no token could be obtained: the sign-in was refused, the token endpoint throttles or is unreachable, or a person must
 * sign in. Thrown by calls and by `client.auth`. Callers that waited for the same token request each get an error of their own; its `cause`
 * is the one of the request.
 */
export class AuthError extends LatchkeyError {
  override readonly name = "AuthError";
  readonly kind: ErrorKind;
  /** The request that failed: sign-in (`obtain`), `refresh` or `revoke`. */
  readonly phase: Phase | undefined;
  readonly scheme: string | undefined;
  /** The token endpoint's HTTP status; `undefined` when there was no response. */
  readonly status: number | undefined;
  /** The vendor's own error code, verbatim. */
  readonly code: string | undefined;
  /** What to do, one sentence. */
  readonly advice: string | undefined;
  readonly requestId: string | undefined;
  /** Epoch milliseconds of the next attempt; calls before then fail with this error. */
  readonly retryAt: number | undefined;
  /** The call that needed the token, e.g. `"GET /things"`. */
  readonly operation: string | undefined;
  readonly attempts: number | undefined;
  readonly elapsedInMs: number | undefined;
  /** What became of the call: `unknown` where an earlier attempt of it may have been processed. */
  readonly delivery: Delivery | undefined;

  constructor(vendor: string, message: string, details: AuthErrorDetails) {
    super(vendor, details.outcome, message, details.cause);
    this.kind = details.kind;
    this.phase = details.phase;
    this.scheme = details.scheme;
    this.status = details.status;
    this.code = details.code;
    this.advice = details.advice;
    this.requestId = details.requestId;
    this.retryAt = details.retryAt;
    this.operation = details.operation;
    this.attempts = details.attempts;
    this.elapsedInMs = details.elapsedInMs;
    this.delivery = details.delivery;
  }

  override get [errorClass](): string {
    return "AuthError";
  }
}

export const isAuthError = (error: unknown): error is AuthError => error instanceof AuthError;
