/**
 * Sends one request to a token endpoint, with one deadline for connection, headers and body, a limit for the decoded body, no redirects
 * and no retries. Reports whether the server may have processed a request that got no response.
 */
import { onAbort } from "../../util/abortable.ts";
import { type Clock, createStopwatch, type Stopwatch } from "../../util/clock.ts";
import { AuthError } from "../../errors/auth-error.ts";
import { ConfigurationError } from "../../errors/configuration-error.ts";
import { wasNeverConnected } from "../../errors/delivery.ts";
import { TransportError } from "../../errors/transport-error.ts";
import { tryParseJson } from "../../util/json.ts";
import { readText } from "../../util/read-text.ts";
import { systemErrorCode } from "../../util/system-error-code.ts";
import type { TokenRequest } from "./token-request.ts";

export type TokenEndpointResponse =
  | {
      readonly answered: true;
      readonly status: number;
      readonly headers: Headers;
      /** Parsed JSON, else the text, or `undefined` for an empty body. */
      readonly body: unknown;
      readonly isJson: boolean;
      /** Epoch milliseconds of the local clock. */
      readonly receivedAt: number;
      readonly roundTripInMs: number;
    }
  | {
      readonly answered: false;
      readonly reason: "network" | "timed_out" | "redirect" | "too_large" | "discovery";
      /** The request certainly never reached the server. */
      readonly notSent: boolean;
      /** A system code such as `ECONNREFUSED`, or what is wrong with the discovery document; never a message. */
      readonly code: string | undefined;
    };

export interface EndpointOptions {
  readonly send: (request: TokenRequest, signal: AbortSignal) => Promise<Response>;
  readonly clock: Clock;
  readonly deadlineInMs: number;
}

const maxBodyInBytes = 256 * 1024;

/** @throws AuthError where the request itself needs a token that could not be obtained */
export async function sendTokenRequest(
  request: TokenRequest,
  options: EndpointOptions,
): Promise<TokenEndpointResponse> {
  const { clock, deadlineInMs } = options;
  const stopwatch = createStopwatch(clock);
  const deadline = new AbortController();
  // A `fetch` that ignores its signal is bound by the deadline as well.
  const timeout = new Promise<never>((_, reject) => {
    onAbort(deadline.signal, () => reject(deadline.signal.reason));
  });
  const cancel = clock.after(deadlineInMs, () => deadline.abort());
  const exchange = exchangeOnce(request, options, deadline.signal, stopwatch);
  try {
    return await Promise.race([exchange, timeout]);
  } catch (error) {
    // A customer's sign-in carries the client's own token: without that token nothing was sent, and this error says why.
    if (error instanceof AuthError || error instanceof ConfigurationError) throw error;
    const code = systemErrorCode(error);
    const reason = deadline.signal.aborted ? "timed_out" : error instanceof BodyTooLargeError ? "too_large" : "network";
    return { answered: false, reason, notSent: wasNeverConnected(causeOf(error)), code };
  } finally {
    cancel();
  }
}

async function exchangeOnce(
  request: TokenRequest,
  { send, clock }: EndpointOptions,
  signal: AbortSignal,
  stopwatch: Stopwatch,
): Promise<TokenEndpointResponse> {
  const response = await send(request, signal);
  if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400)) {
    await response.body?.cancel();
    return { answered: false, reason: "redirect", notSent: false, code: undefined };
  }
  const text = await readText(response, maxBodyInBytes, signal);
  if (text === undefined) throw new BodyTooLargeError();
  const parsed = tryParseJson(text);
  return {
    answered: true,
    status: response.status,
    headers: response.headers,
    body: parsed === undefined ? text || undefined : parsed.value,
    isJson: parsed !== undefined,
    receivedAt: clock.now(),
    roundTripInMs: stopwatch.elapsedInMs(),
  };
}

class BodyTooLargeError extends Error {}

/** What `fetch` threw: it tells more of the connection than the error that is made of it. */
const causeOf = (error: unknown): unknown => (error instanceof TransportError ? error.cause : error);
