/** Scale, life cycle, what can be observed. */
import type { Row } from "../row.ts";

export const rows: readonly Row[] = [
  {
    id: "K01",
    rule: "An hour of many callers and one-minute tokens costs one request for each token, and no memory.",
    status: "held",
  },
  {
    id: "K02",
    rule: "Credentials that expire together reach one authorization server a few at a time, and no caller waits.",
    status: "held",
  },
  {
    id: "K03",
    rule: "Ten thousand waiters of a failed refresh share one error of the refresh, and none is left unhandled.",
    status: "held",
  },
  { id: "K04", rule: "Closing in a flight gives waiters a closed error, and what was sent is stored.", status: "held" },
  {
    id: "K05",
    rule: "Closing revokes only when asked to, and a revocation that fails is told, not thrown.",
    status: "held",
  },
  {
    id: "K06",
    rule: "A revocation that fails, hangs or is not supported is bounded and told, and the tokens are dropped.",
    status: "held",
  },
  {
    id: "K07",
    rule: "A process that is told to end leaves no lease, and no intent unless something was sent.",
    status: "held",
  },
  {
    id: "K08",
    rule: "A store or a credentials function that throws, rejects or never settles gives a typed error and nothing stuck.",
    status: "held",
  },
  { id: "K09", rule: "A slow store delays nobody whose token is good.", status: "held" },
  { id: "K10", rule: "A listener that throws or rejects disturbs nobody.", status: "held" },
  { id: "K11", rule: "Each refresh gives one event: key hash, reason, grant, wait, outcome, next.", status: "held" },
  { id: "K12", rule: "One tenant's hanging token endpoint holds up no other tenant.", status: "held" },
  {
    id: "K13",
    rule: "A forked child reads the store again before it believes what it inherited.",
    status: "held",
  },
  {
    id: "K14",
    rule: "A process restored from a snapshot takes a new name and jitter and looks at both clocks again.",
    status: "held",
  },
];
