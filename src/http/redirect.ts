/** Decides whether a redirect is followed: only within the origin, only for GET and HEAD, and at most five times. */
import type { Redactor } from "../errors/redactor.ts";
import { TransportError } from "../errors/transport-error.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";

const maxRedirects = 5;
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** True for a redirect, also where the platform hides its status (`opaqueredirect`). */
export const isRedirect = ({ status, type }: Response): boolean =>
  redirectStatuses.has(status) || type === "opaqueredirect";

/**
 * Finds the URL that a redirect leads to; `undefined` where it names none, so that the redirect is the response itself. Cancels the
 * redirect's body.
 *
 * @param followed redirects before this one
 * @throws TransportError for a redirect that must not be followed
 */
export async function nextRedirectUrl(
  vendor: string,
  redactor: Redactor,
  { method, redirect }: OutgoingRequest,
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
  if (redirect === "error")
    forbid(`the answer redirects to ${redactor.redact(target.origin)}, which this call forbids`);
  if (target.origin !== new URL(url).origin)
    forbid(`the answer redirects to ${redactor.redact(target.origin)}; credentials are not sent there`);
  if (method !== "GET" && method !== "HEAD")
    forbid(`a ${method} was redirected to ${redactor.redact(target.pathname)}; send it there`);
  if (followed === maxRedirects) forbid(`it redirects more than ${maxRedirects} times`);
  return target.href;
}
