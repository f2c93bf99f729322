/** Puts tokens on a request, in the place that the document names. */
import type { OutgoingRequest } from "../http/outgoing-request.ts";
import { withQueryParameter } from "../util/query-parameter.ts";
import type { AuthProvider } from "./auth-provider.ts";

/** A token or credential on a request. */
export interface AppliedAuth {
  readonly provider: AuthProvider;
  readonly value: string;
  /** The value as it is sent, with its prefix. */
  readonly headerValue: string;
}

export const toAppliedAuth = (provider: AuthProvider, value: string): AppliedAuth => ({
  provider,
  value,
  headerValue: (provider.scheme.send.prefix ?? "") + value,
});

/** Leaves out the providers whose header the caller has set: such a header is sent as it is, and never replayed. */
export function withoutOverridden(
  outgoing: OutgoingRequest,
  providers: readonly AuthProvider[],
): readonly AuthProvider[] {
  const { headers } = outgoing;
  for (const provider of providers) {
    if (isOverridden(headers, provider)) return providers.filter((one) => !isOverridden(headers, one));
  }
  return providers;
}

const isOverridden = (headers: OutgoingRequest["headers"], { scheme: { send } }: AuthProvider): boolean =>
  send.in === "header" && headers.has(send.name);

export function applyAuth(outgoing: OutgoingRequest, appliedAuth: readonly AppliedAuth[]): void {
  const { headers } = outgoing;
  for (const { provider, headerValue } of appliedAuth) {
    const { in: place, name } = provider.scheme.send;
    if (place === "header") headers.set(name, headerValue);
    else if (place === "cookie") headers.set("cookie", withCookie(headers.get("cookie"), name, headerValue));
    else outgoing.url = withQueryParameter(outgoing.url, name, headerValue);
  }
}

function withCookie(header: string | null, name: string, value: string): string {
  const others = (header ?? "").split(/;\s*/u).filter((cookie) => cookie !== "" && !cookie.startsWith(`${name}=`));
  return [...others, `${name}=${encodeURIComponent(value)}`].join("; ");
}
