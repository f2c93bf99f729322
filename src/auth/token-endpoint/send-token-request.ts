/**
 * One request to a token endpoint: its own deadline (connection, headers and body together), a cap on the decoded body, no
 * redirects, no retry. Says whether a request that got no answer can have been processed.
 */

import { onAbort } from "../../util/abortable.ts";
import { type Clock, createStopwatch, type Stopwatch } from "../../util/clock.ts";
import { AuthError } from "../../errors/auth-error.ts";
import { tryParseJson } from "../../util/json.ts";
import { readText } from "../../util/read-text.ts";
import { ConfigurationError } from "../../errors/configuration-error.ts";
import type { TokenRequest } from "./token-request.ts";

export type TokenEndpointResponse =
  | {
      readonly answered: true;
      readonly status: number;
      readonly headers: Headers;
      /** Parsed JSON, or text, or `undefined` when empty. */
      readonly body: unknown;
      readonly isJson: boolean;
      /** Local epoch milliseconds. */
      readonly receivedAt: number;
      readonly roundTripInMs: number;
    }
  | {
      readonly answered: false;
      readonly reason: "network" | "timed_out" | "redirect" | "too_large" | "discovery";
      /** The request certainly never reached the server. */
      readonly notSent: boolean;
      /** A system code such as `ECONNREFUSED`, or what is wrong with what was discovered; never a message. */
      readonly code: string | undefined;
    };

export interface EndpointOptions {
  readonly send: (request: TokenRequest, signal: AbortSignal) => Promise<Response>;
  /** A system code from what `send` threw. */
  readonly codeOf: (error: unknown) => string | undefined;
  readonly clock: Clock;
  readonly deadlineInMs: number;
}

const maxBodyInBytes = 256 * 1024;

/** Node's and the system's codes for a connection that was never made. */
const notSentCodes: ReadonlySet<string | undefined> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
]);

/** @throws AuthError where the request itself needs a token and there is none */
export async function sendTokenRequest(
  request: TokenRequest,
  options: EndpointOptions,
): Promise<TokenEndpointResponse> {
  const { clock, deadlineInMs } = options;
  const watch = createStopwatch(clock);
  const deadline = new AbortController();
  // A fetch that ignores its signal must not outlive the deadline either.
  const late = new Promise<never>((_, reject) => {
    onAbort(deadline.signal, () => reject(deadline.signal.reason));
  });
  const cancel = clock.after(deadlineInMs, () => deadline.abort());
  const exchange = converse(request, options, deadline.signal, watch);
  try {
    return await Promise.race([exchange, late]);
  } catch (error) {
    // A second party's sign-in goes with the client's own token: where that is not to be had, nothing was sent, and that is why.
    if (error instanceof AuthError || error instanceof ConfigurationError) throw error;
    const code = options.codeOf(error);
    const reason = deadline.signal.aborted ? "timed_out" : error instanceof TooLarge ? "too_large" : "network";
    return { answered: false, reason, notSent: notSentCodes.has(code), code };
  } finally {
    cancel();
  }
}

async function converse(
  request: TokenRequest,
  { send, clock }: EndpointOptions,
  signal: AbortSignal,
  watch: Stopwatch,
): Promise<TokenEndpointResponse> {
  const response = await send(request, signal);
  if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400)) {
    await response.body?.cancel();
    return { answered: false, reason: "redirect", notSent: false, code: undefined };
  }
  const text = await readText(response, maxBodyInBytes, signal);
  if (text === undefined) throw new TooLarge();
  const parsed = tryParseJson(text);
  return {
    answered: true,
    status: response.status,
    headers: response.headers,
    body: parsed === undefined ? text || undefined : parsed.value,
    isJson: parsed !== undefined,
    receivedAt: clock.now(),
    roundTripInMs: watch.elapsedInMs(),
  };
}

class TooLarge extends Error {}
