/**
 * Applies the vendor's rate limits to one client's calls. For a vendor that documents no limit, calls take no slot until a response
 * names a limit in its headers, or a 429 pauses everybody.
 */
import type { Vendor } from "../../vendor.ts";
import type { HttpSender } from "../http-sender.ts";
import { isForeign } from "../redirect.ts";
import { namesQuota } from "./rate-limit-headers.ts";
import type { Limit } from "./rate-limiter.ts";
import { createSharedRateLimiter, type RateLimiterOptions, type RateLimitSlot } from "./shared-rate-limiter.ts";

export interface ClientRateLimiter {
  /** `undefined` while there is nothing to wait for or to count. */
  slotFor(operation: string): RateLimitSlot | undefined;
  /** Wraps the sender of a token request, which is counted and never delayed. */
  countOnly(sender: HttpSender, operation: string): HttpSender;
  /** After a 429: pauses every client that shares the limit that is empty. */
  pause(operation: string, durationInMs: number, response: Response): void;
  /** Looks, at the first response of an operation to a call without a slot, whether the vendor names its limits in headers. */
  probe(operation: string, response: Response): void;
  /** Rejects the calls that wait for a slot. */
  close(): void;
}

export function createClientRateLimiter(options: RateLimiterOptions): ClientRateLimiter {
  const shared = createSharedRateLimiter(options);
  const hasLimits = options.limits.length > 0;
  let hasQuota = false;
  const probed = new Set<string>();

  return {
    probe(operation, response) {
      if (probed.has(operation)) return;
      probed.add(operation);
      if (!isForeign(response) && namesQuota(response.headers) && shared.update(operation, response)) hasQuota = true;
    },
    slotFor: (operation) => (hasLimits || hasQuota || shared.isBusy ? shared.slotFor(operation) : undefined),
    countOnly: (sender, operation) => (hasLimits ? shared.countOnly(sender, operation) : sender),
    pause(operation, durationInMs, response) {
      if (!isForeign(response)) shared.pause(operation, durationInMs, response);
    },
    close: shared.close,
  };
}

/** Lists the limits of a server; for a caller's own base URL, those of the document's first server. */
export function limitsForServer(vendor: Vendor, server: string | undefined): readonly Limit[] {
  const name = server ?? Object.keys(vendor.servers)[0];
  return (vendor.rateLimits ?? []).filter((limit) => limit.server === undefined || limit.server === name);
}
