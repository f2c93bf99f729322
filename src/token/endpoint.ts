/**
 * One POST to a token endpoint: its own deadline (connection, headers and body together), a cap on the decoded body, no
 * redirects, no retry. Says whether a request that got no answer can have been processed.
 */
import type { Clock } from "./clock.ts";
import type { TokenRequest } from "./request.ts";

export type TokenEndpointAnswer =
  | {
      readonly answered: true;
      readonly status: number;
      readonly headers: Headers;
      /** Parsed JSON, or text, or `undefined` when empty. */
      readonly body: unknown;
      readonly isJson: boolean;
      readonly receivedAt: number;
      readonly roundTripInMs: number;
    }
  | {
      readonly answered: false;
      readonly reason: "network" | "timed_out" | "redirect" | "too_large" | "aborted";
      /** The request certainly never reached the server. */
      readonly notSent: boolean;
      /** A system code such as `ECONNREFUSED`; never a message. */
      readonly code: string | undefined;
    };

export interface EndpointOptions {
  readonly fetch: (request: Request) => Promise<Response>;
  readonly clock: Clock;
  readonly deadlineInMs: number;
  readonly signal?: AbortSignal | undefined;
}

const maxBodyInBytes = 256 * 1024;
/** Node's and the system's codes for a connection that was never made. */
const notSentCodes = new Set([
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

export async function callTokenEndpoint(request: TokenRequest, options: EndpointOptions): Promise<TokenEndpointAnswer> {
  const deadline = new AbortController();
  const startedAt = options.clock.monotonic();
  let timedOut = false;
  const cancel = options.clock.after(options.deadlineInMs, () => {
    timedOut = true;
    deadline.abort();
  });
  const abort = () => deadline.abort();
  options.signal?.addEventListener("abort", abort, { once: true });
  try {
    // A fetch that ignores its signal must not outlive the deadline either.
    return await Promise.race([send(request, options, deadline.signal, startedAt), rejectOnAbort(deadline.signal)]);
  } catch (error) {
    const code = systemCode(error);
    const reason = timedOut
      ? "timed_out"
      : options.signal?.aborted
        ? "aborted"
        : error instanceof TooLarge
          ? "too_large"
          : "network";
    return { answered: false, reason, notSent: code !== undefined && notSentCodes.has(code), code };
  } finally {
    cancel();
    options.signal?.removeEventListener("abort", abort);
  }
}

async function send(
  request: TokenRequest,
  options: EndpointOptions,
  signal: AbortSignal,
  startedAt: number,
): Promise<TokenEndpointAnswer> {
  const { url, method, headers, body = null } = request;
  const response = await options.fetch(new Request(url, { method, headers, body, signal, redirect: "manual" }));
  if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400)) {
    await response.body?.cancel();
    return { answered: false, reason: "redirect", notSent: false, code: undefined };
  }
  const text = await readText(response, signal);
  const parsed = parseJson(text);
  return {
    answered: true,
    status: response.status,
    headers: response.headers,
    body: parsed === undefined ? text || undefined : parsed.value,
    isJson: parsed !== undefined,
    receivedAt: options.clock.now(),
    roundTripInMs: options.clock.monotonic() - startedAt,
  };
}

class TooLarge extends Error {}

async function readText(response: Response, signal: AbortSignal): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const decoder = new TextDecoder();
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", cancel, { once: true });
  let text = "";
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      size += value.byteLength;
      if (size > maxBodyInBytes) throw new TooLarge();
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
}

function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** The first system code in the chain of causes. */
export function systemCode(error: unknown): string | undefined {
  let current = error;
  for (let depth = 0; depth < 5 && typeof current === "object" && current !== null; depth += 1) {
    if ("code" in current && typeof current.code === "string") return current.code;
    if ("errors" in current && Array.isArray(current.errors)) {
      const inner: unknown = current.errors[0];
      current = inner;
    } else current = "cause" in current ? current.cause : undefined;
  }
  return undefined;
}
