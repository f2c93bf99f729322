/** One process: caching and single flight. */
import type { Row } from "../row.ts";

export const rows: readonly Row[] = [
  { id: "A01", rule: "Ten thousand callers of a cold client in one tick cost one sign-in.", status: "held" },
  {
    id: "A02",
    rule: "Two tenants asked for at once each get their own token, whether a credential names the tenant or a path.",
    status: "held",
  },
  {
    id: "A03",
    rule: "Two clients that share an identifier but not the address, its path included, or the client keep apart.",
    status: "held",
  },
  { id: "A04", rule: "A token for one scope is never given to somebody who asked for another.", status: "held" },
  {
    id: "A05",
    rule: "Another audience is another token, with a flight of its own; so is another address that it is for.",
    status: "held",
  },
  {
    id: "A06",
    rule: "Separators, case and Unicode in identifiers never make two credentials one key.",
    status: "held",
  },
  {
    id: "A07",
    rule: "A forced refresh is satisfied by a newer token only, never by a flight for the old one.",
    status: "held",
  },
  { id: "A08", rule: "A flight that ends clears itself and no other that began meanwhile.", status: "held" },
  { id: "A09", rule: "A part that throws at once gives a rejection, and the next call works.", status: "held" },
  { id: "A10", rule: "Late 401s of one old token, one after another, cost one refresh.", status: "held" },
  { id: "A11", rule: "401s at the same moment cost one refresh, and every call succeeds.", status: "held" },
  { id: "A12", rule: "A refresh ahead of expiry and one after a 401 are one request.", status: "held" },
  { id: "A13", rule: "Two copies of the module in one process share tokens and flights.", status: "held" },
  {
    id: "A14",
    rule: "Worker threads of one credential make one sign-in, by a store they share.",
    status: "held",
  },
  {
    id: "A15",
    rule: "The memory store is bounded and never drops what is leased or waits to be saved.",
    status: "held",
  },
  {
    id: "A16",
    rule: "A listener or a store that calls the client for the same token does not hang it.",
    status: "held",
  },
];
