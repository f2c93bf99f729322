/**
 * Decides what became of a write that has no usable response. This table is the whole rule:
 *
 * | where it ended | delivery |
 * | --- | --- |
 * | before the request was sent: no token, no slot of the rate limit, no time left | `not_processed` |
 * | while the connection was made: DNS, TCP, TLS, a proxy | `not_processed` |
 * | with a refusal: a 4xx except 408, a redirect that keeps the method (307, 308) | `not_processed` |
 * | after the request was sent, without a response; or with 408, 5xx, 301, 302 | `unknown` |
 * | with a 2xx or 303 See Other (RFC 9110 §15.4.4), whose body or result could not be read | `processed` |
 *
 * A call of several attempts may have been processed if one of them may have been.
 */
export type Delivery = "not_processed" | "unknown" | "processed";

/** Tells whether a request that got this status, which is no success, may have been processed. A browser hides redirects as status 0. */
export const mayBeProcessed = (status: number): boolean =>
  status >= 500 || status === 408 || status === 301 || status === 302 || status === 0;

/** What became of a call that ended with this status. @param wasInDoubt an earlier request of the call may have been processed */
export function deliveryOf(status: number, wasInDoubt = false): Delivery {
  if (status === 303) return "processed";
  return wasInDoubt || mayBeProcessed(status) ? "unknown" : "not_processed";
}

/** RFC 9110 §9.2.1; draft-ietf-httpbis-safe-method-w-body §2. */
const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "QUERY"]);

/** True for a method that changes something, so that callers must know whether it was processed. */
export const isWrite = (method: string): boolean => !safeMethods.has(method);

/** Codes of Node, undici, OpenSSL and Bun for a connection that was never made. */
const neverConnected =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|UND_ERR_PRX_TLS|ConnectionRefused|FailedToOpenSocket|ERR_INVALID_URL|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)|UNABLE_TO_\w+|(?!ERR_SSL_)\w*CERT_?\w*|ERR_SSL_\w*(?:VERSION|PROTOCOL|HANDSHAKE)\w*)$/u;
/** System calls that come before a connection. After them, the same code may come from a connection that was made (`read EHOSTUNREACH`). */
const connectCalls: ReadonlySet<unknown> = new Set(["connect", "getaddrinfo"]);
/** Failures without a code of their own, by their messages: Node's TLS handshake; undici's proxy tunnel, and ports that Fetch §2.9 blocks. */
const neverConnectedMessage = /^Client network socket disconnected before secure TLS|^Proxy response \(|^bad port$/u;

const maxDepth = 5;

/** Tells whether a request whose `fetch` failed was certainly not sent, because its connection was never made. */
export function wasNeverConnected(error: unknown): boolean {
  try {
    return isConnectFailure(error, 0);
  } catch {
    // A getter of a foreign error threw.
    return false;
  }
}

function isConnectFailure(error: unknown, depth: number): boolean {
  if (depth > maxDepth || typeof error !== "object" || error === null) return false;
  const { code, syscall, message, cause, errors }: Failure = error;
  if (typeof message === "string" && neverConnectedMessage.test(message)) return true;
  if (syscall !== undefined) return connectCalls.has(syscall);
  if (typeof code === "string" && neverConnected.test(code)) return true;
  // Several addresses were tried at once, and none was reached.
  if (Array.isArray(errors) && errors.length > 0) return errors.every((one) => isConnectFailure(one, depth + 1));
  return isConnectFailure(cause, depth + 1);
}

interface Failure {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}
