/** Provides a scheme's credentials: fixed values, or a function that is called at each sign-in (a secrets manager). */
import { AuthError } from "../../errors/auth-error.ts";
import { ConfigurationError } from "../../errors/configuration-error.ts";
import { abortable } from "../../util/abortable.ts";
import { type Clock, sleep } from "../../util/clock.ts";
import { systemErrorCode } from "../../util/system-error-code.ts";
import type { SecurityScheme } from "../../vendor.ts";
import { type Credentials, checkCredentials } from "./credentials.ts";

/** Returns credentials. `context.signal` is aborted when the sign-in that needs them is given up. */
export type CredentialProvider<T> = (context: { readonly signal: AbortSignal }) => T | Promise<T>;

export interface CredentialSource {
  /** The credentials come from a function, so they may change between two sign-ins. */
  readonly isDynamic: boolean;
  /**
   * @param signal aborts when the sign-in is given up
   * @throws AuthError where the function fails or is late; ConfigurationError for credentials of the wrong form; the signal's reason
   */
  get(deadlineInMs: number, signal?: AbortSignal): Promise<Credentials>;
}

export function createCredentialSource(
  vendor: string,
  scheme: SecurityScheme,
  given: object | CredentialProvider<object>,
  clock: Clock,
): CredentialSource {
  if (typeof given !== "function") {
    const credentials = checkCredentials(vendor, scheme, given);
    return { isDynamic: false, get: async () => credentials };
  }
  const provider = given as CredentialProvider<object>;

  async function callProvider(deadlineInMs: number, signal: AbortSignal | undefined): Promise<Credentials> {
    signal?.throwIfAborted();
    const call = new AbortController();
    const done = new AbortController();
    const timeout = sleep(clock, deadlineInMs, done.signal).then(() =>
      fail(vendor, `the credentials function did not finish within ${deadlineInMs} ms`),
    );
    try {
      const result = await abortable(Promise.race([provider({ signal: call.signal }), timeout]), signal);
      return checkCredentials(vendor, scheme, result);
    } catch (error) {
      call.abort(signal?.reason);
      signal?.throwIfAborted();
      if (error instanceof AuthError || error instanceof ConfigurationError) throw error;
      // The function's own message may quote what it fetched: only its name and system code are kept.
      const name = error instanceof Error ? error.name : typeof error;
      return fail(vendor, `the credentials function failed (${systemErrorCode(error) ?? name}); see its own log`);
    } finally {
      done.abort();
      timeout.catch(() => {});
    }
  }

  return { isDynamic: true, get: callProvider };
}

function fail(vendor: string, message: string): never {
  throw new AuthError(vendor, message, { outcome: "transient", kind: "unavailable", phase: "obtain" });
}
