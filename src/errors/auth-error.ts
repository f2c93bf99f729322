import type { ErrorKind, Phase } from "../vendor.ts";
import { LatchkeyError, type Outcome } from "./latchkey-error.ts";

export interface AuthErrorDetails {
  readonly outcome: Outcome;
  readonly kind: ErrorKind;
  readonly phase?: Phase | undefined;
  readonly scheme?: string | undefined;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly advice?: string | undefined;
  readonly requestId?: string | undefined;
  readonly retryAt?: number | undefined;
}

/**
 * Reports that no token could be obtained: the sign-in was refused, the token endpoint throttles or is unreachable, or a person must
 * sign in. Thrown by calls and by `client.auth`; all callers that waited for the same token request get the same object.
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

  constructor(vendor: string, message: string, details: AuthErrorDetails) {
    super(vendor, details.outcome, message);
    this.kind = details.kind;
    this.phase = details.phase;
    this.scheme = details.scheme;
    this.status = details.status;
    this.code = details.code;
    this.advice = details.advice;
    this.requestId = details.requestId;
    this.retryAt = details.retryAt;
  }
}

export const isAuthError = (error: unknown): error is AuthError => error instanceof AuthError;
