/** Where a redirect may lead: within the origin, by a method that changes nothing, and not for ever. Loaded ahead of need. */
import { TransportError } from "../errors/transport-error.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";

const maxRedirects = 5;

/**
 * The address behind a redirect, or `undefined` where it names none and is the answer itself. Lets go of the redirect's body.
 *
 * @throws TransportError for one that is not to be followed
 */
export async function nextRedirectUrl(
  vendor: string,
  { method, redirect }: OutgoingRequest,
  url: string,
  response: Response,
  hop: number,
): Promise<string | undefined> {
  const forbid = (message: string): never => {
    throw new TransportError(vendor, "redirect", message);
  };
  if (response.type === "opaqueredirect")
    return forbid(`${new URL(url).pathname} redirects, and this platform does not say where to`);
  const location = response.headers.get("location");
  const target = location === null ? null : URL.parse(location, url);
  if (!target) return undefined;
  await response.body?.cancel();
  if (redirect === "error") forbid(`the answer redirects to ${target.origin}, which this call forbids`);
  if (target.origin !== new URL(url).origin)
    forbid(`the answer redirects to ${target.origin}; credentials are not sent there`);
  if (method !== "GET" && method !== "HEAD") forbid(`a ${method} was redirected to ${target.pathname}; send it there`);
  if (hop === maxRedirects) forbid(`it redirects more than ${maxRedirects} times`);
  return target.href;
}
