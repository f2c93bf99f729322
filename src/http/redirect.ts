/**
 * Decides whether a redirect is followed: at most five times, only for GET and HEAD, and only within the origin. Where the caller asks for
 * it, also to another origin, such as the signed URL of a download: by https or to a host of `allowInsecureHosts`, and without any
 * header, cookie or key of this client. What was sent elsewhere stays without them, wherever it is redirected next.
 */
import type { Redactor } from "../errors/redactor.ts";
import { TransportError } from "../errors/transport-error.ts";
import { type InsecureHosts, isInsecureHost } from "../util/insecure-hosts.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";

const maxRedirects = 5;
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** True for a redirect, also where the platform hides its status (`opaqueredirect`). */
export const isRedirect = ({ status, type }: Response): boolean =>
  redirectStatuses.has(status) || type === "opaqueredirect";

export interface RedirectRules {
  readonly vendor: string;
  readonly redactor: Redactor;
  /** True where the caller asks to follow redirects to other origins. */
  readonly allowsCrossOrigin: boolean;
  readonly insecureHosts: InsecureHosts;
}

/**
 * Finds the URL that a redirect leads to; `undefined` where it names none, so that the redirect is the response itself. Cancels the
 * redirect's body.
 *
 * @param followed redirects before this one
 * @throws TransportError for a redirect that must not be followed
 */
export async function nextRedirectUrl(
  { vendor, redactor, allowsCrossOrigin, insecureHosts }: RedirectRules,
  { method, redirect, wasProcessed }: OutgoingRequest,
  url: string,
  response: Response,
  followed: number,
): Promise<string | undefined> {
  const forbid = (message: string): never => {
    throw new TransportError(vendor, "redirect", message);
  };
  if (response.type === "opaqueredirect")
    return forbid(`${redactor.redact(new URL(url).pathname)} redirects, and this platform does not say where to`);
  const location = response.headers.get("location");
  const target = location === null ? null : URL.parse(location, url);
  if (!target) return undefined;
  await response.body?.cancel();
  const origin = redactor.redact(target.origin);
  if (redirect === "error") forbid(`the answer redirects to ${origin}, which this call forbids`);
  const isElsewhere = target.origin !== new URL(url).origin;
  // The result of a write is fetched at the vendor alone.
  if (isElsewhere && (!allowsCrossOrigin || wasProcessed))
    forbid(`the answer redirects to ${origin}; credentials are not sent there`);
  if (method !== "GET" && method !== "HEAD")
    forbid(`a ${method} was redirected to ${isElsewhere ? origin : redactor.redact(target.pathname)}; send it there`);
  if (isElsewhere && target.protocol !== "https:" && !isInsecureHost(insecureHosts, target))
    forbid(`the answer redirects to ${origin}, which is not https; it is not followed`);
  if (
    isElsewhere &&
    (target.username || target.password || redactor.redact(target.href, target.href.length) !== target.href)
  )
    forbid(`the answer redirects to ${origin} with a credential in the address; it is not followed`);
  if (followed === maxRedirects) forbid(`it redirected more than ${maxRedirects} times`);
  return target.href;
}

/** Headers that say what is wanted, and nothing of who asks. */
const neutralHeaders = ["accept", "range", "if-range"];

/** The request as it is sent to another origin. */
export function toCrossOriginInit({ method, headers, signal }: OutgoingRequest): RequestInit {
  const neutral = neutralHeaders.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return {
    method,
    headers: new Headers(Object.fromEntries(neutral)),
    signal: signal ?? null,
    redirect: "manual",
    credentials: "omit",
    referrerPolicy: "no-referrer",
  };
}

const foreignResponses = new WeakSet<Response>();

/** Marks a response that did not come from the vendor. */
export function markForeign(response: Response): Response {
  foreignResponses.add(response);
  return response;
}

/** True for a response of another origin: it says nothing of this client's tokens and limits. */
export const isForeign = (response: Response): boolean => foreignResponses.has(response);
