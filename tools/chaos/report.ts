/** Reports a chaos run, and whether its guarantees held. */
import type { TokenRequest } from "./token-proxy.ts";
import type { LogEntry } from "./worker-messages.ts";

export interface Findings {
  readonly requests: readonly TokenRequest[];
  readonly deeds: readonly LogEntry[];
  /** When the store was emptied or restarted, as `TokenRequest.at`. */
  readonly losses: readonly number[];
  readonly started: number;
  readonly settled: number;
  readonly ends: Readonly<Record<string, number>>;
  readonly waits: readonly number[];
  readonly seconds: number;
}

export interface Line {
  readonly name: string;
  readonly value: string;
  /** Undefined if there is no guarantee. */
  readonly isKept?: boolean;
}

/** How long two holders may exist after the store lost a lease: until the first lease would have expired. */
const doubleFor = 5_000;

export function report(findings: Findings): Line[] {
  const { requests, deeds, started, settled, waits, seconds } = findings;
  const refreshes = requests.filter(({ spent }) => spent !== undefined);
  const marked = refreshes.filter(({ attempt }) => attempt >= 2);
  const reuses = refreshes.filter(({ isReuse }) => isReuse);
  const unmarked = reuses.filter(
    ({ spent, at }) => !refreshes.some((one) => one.spent === spent && one.at <= at && one.attempt >= 2),
  );
  const kept = new Set(deeds.flatMap((deed) => (deed.type === "kept" ? [deed.hash] : [])));
  const intended = new Set(deeds.flatMap((deed) => (deed.type === "intent" ? [deed.hash] : [])));
  const unkept = refreshes.filter(({ issued }) => issued !== undefined && !kept.has(issued));
  // The next holder finds the intent, so it knows that the refresh token may be spent.
  const unnoticed = unkept.filter(({ spent }) => spent === undefined || !intended.has(spent));
  const { most, mostElsewhere } = overlaps(findings);
  const sorted = waits.toSorted((a, b) => a - b);
  const quantile = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  const ends = Object.entries(findings.ends).map(([end, count]) => `${end}: ${count}`);
  return [
    {
      name: "token requests",
      value: `${requests.length} (${requests.length - refreshes.length} sign-ins, ${refreshes.length} refreshes), ${(requests.length / seconds).toFixed(2)} a second`,
    },
    { name: "refreshes marked in doubt", value: String(marked.length) },
    { name: "reuses seen by the vendor", value: String(reuses.length) },
    { name: "reuses not marked in doubt", value: String(unmarked.length), isKept: unmarked.length === 0 },
    { name: "refresh tokens granted and never stored", value: String(unkept.length) },
    { name: "refresh tokens lost unnoticed", value: String(unnoticed.length), isKept: unnoticed.length === 0 },
    {
      name: "most token requests in flight at once",
      value: `${mostElsewhere}${findings.losses.length > 0 ? `, and ${most} when the store had lost the lease` : ""}`,
      isKept: mostElsewhere <= 1 && most <= 2,
    },
    { name: "callers settled", value: `${settled} of ${started}`, isKept: settled === started && started > 0 },
    { name: "how calls ended", value: ends.join(", ") },
    {
      name: "callers' waits",
      value: `half within ${quantile(0.5)} ms, 99 % within ${quantile(0.99)} ms, all within ${quantile(1)} ms`,
    },
  ];
}

function overlaps({ requests, losses }: Findings): { readonly most: number; readonly mostElsewhere: number } {
  let most = 0;
  let mostElsewhere = 0;
  for (const { at } of requests) {
    const inFlight = requests.filter((one) => one.at <= at && (one.until ?? Number.POSITIVE_INFINITY) > at).length;
    most = Math.max(most, inFlight);
    const isNearLoss = losses.some((lostAt) => at >= lostAt && at <= lostAt + doubleFor);
    if (!isNearLoss) mostElsewhere = Math.max(mostElsewhere, inFlight);
  }
  return { most, mostElsewhere };
}
