/** Puts tokens on a request, in the place that the document names. */
import type { AuthProvider } from "./auth-provider.ts";
import type { OutgoingRequest } from "../http/outgoing-request.ts";

/** A token on a request. */
export interface AppliedAuth {
  readonly provider: AuthProvider;
  readonly value: string;
  /** As it is sent, its prefix before it. */
  readonly headerValue: string;
}

export const toAppliedAuth = (bearer: AuthProvider, value: string): AppliedAuth => ({
  provider: bearer,
  value,
  headerValue: (bearer.scheme.send.prefix ?? "") + value,
});

/** A caller's own header goes before ours, and is never replayed. */
export function withoutOverridden(
  outgoing: OutgoingRequest,
  bearers: readonly AuthProvider[],
): readonly AuthProvider[] {
  // By index, here and below and in authorizer.ts: every call passes, and an iterator is an object.
  for (let at = 0, bearer = bearers[at]; bearer; at += 1, bearer = bearers[at]) {
    if (isTaken(outgoing, bearer)) return bearers.filter((one) => !isTaken(outgoing, one));
  }
  return bearers;
}

const isTaken = ({ headers }: OutgoingRequest, { scheme }: AuthProvider): boolean =>
  scheme.send.in === "header" && headers.has(scheme.send.name);

export function applyAuth(outgoing: OutgoingRequest, carried: readonly AppliedAuth[]): void {
  for (let at = 0, one = carried[at]; one; at += 1, one = carried[at]) {
    const { provider: bearer, headerValue: text } = one;
    const { in: place, name } = bearer.scheme.send;
    if (place === "header") outgoing.headers.set(name, text);
    else if (place === "cookie") outgoing.headers.set("cookie", withCookie(outgoing.headers.get("cookie"), name, text));
    else {
      const url = new URL(outgoing.url);
      url.searchParams.set(name, text);
      outgoing.url = url.href;
    }
  }
}

function withCookie(header: string | null, name: string, value: string): string {
  const others = (header ?? "").split(/;\s*/u).filter((one) => one !== "" && !one.startsWith(`${name}=`));
  return [...others, `${name}=${encodeURIComponent(value)}`].join("; ");
}
