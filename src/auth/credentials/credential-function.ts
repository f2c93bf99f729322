/** Asks a caller's function for credentials, within a deadline. Loaded ahead of need. */
import { type Clock, sleep } from "../../util/clock.ts";
import { AuthError } from "../../errors/auth-error.ts";
import { systemErrorCode } from "../../util/system-error-code.ts";
import { ConfigurationError } from "../../errors/configuration-error.ts";
import { abortable } from "../../util/abortable.ts";
import type { Credentials } from "./credentials.ts";

/** @param context.signal aborted when the sign-in that asks is given up. */
export type CredentialFunction<T> = (context: { readonly signal: AbortSignal }) => T | Promise<T>;

interface Asking {
  readonly vendor: string;
  readonly clock: Clock;
  readonly deadlineInMs: number;
  /** Of the sign-in that asks. */
  readonly signal: AbortSignal | undefined;
}

/** @throws AuthError for a function that fails or is late; what `check` throws; the signal's reason */
export async function callCredentialFunction(
  ask: CredentialFunction<object>,
  check: (answer: object) => Credentials,
  { vendor, clock, deadlineInMs, signal }: Asking,
): Promise<Credentials> {
  const fail = (message: string): never => {
    throw new AuthError(vendor, message, { outcome: "transient", kind: "unavailable", phase: "obtain" });
  };
  signal?.throwIfAborted();
  const asked = new AbortController();
  const done = new AbortController();
  const late = sleep(clock, deadlineInMs, done.signal).then(() =>
    fail(`the credentials function gave no answer within ${deadlineInMs} ms`),
  );
  try {
    return check(await abortable(Promise.race([ask({ signal: asked.signal }), late]), signal));
  } catch (error) {
    asked.abort(signal?.reason);
    signal?.throwIfAborted();
    if (error instanceof AuthError || error instanceof ConfigurationError) throw error;
    // The function's own message may quote what it fetched: only its name and system code are kept.
    const name = error instanceof Error ? error.name : typeof error;
    return fail(`the credentials function failed (${systemErrorCode(error) ?? name}); see its own log`);
  } finally {
    done.abort();
    late.catch(() => {});
  }
}
