/** Faults that users of other libraries reported. */
import { type Row, sharedLimits, streams } from "../row.ts";

const leave = (id: string, rule: string, part: string): Row => ({ id, rule, status: "left-to", part });

export const rows: readonly Row[] = [
  {
    id: "L01",
    rule: "Without a usable token, a call waits for the next attempt at the token endpoint within its own retries, timeout and deadline; one attempt a back-off slot serves all callers.",
    status: "held",
  },
  {
    id: "L02",
    rule: "A refresh whose answer was lost is tried once more, marked, and then a sign-in serves the waiting call.",
    status: "held",
  },
  { id: "L03", rule: "A refresh refused for its grant leads to a sign-in; it is never final.", status: "held" },
  {
    id: "L04",
    rule: "A refusal of the credentials is remembered for 5 minutes, 15 minutes, then 1 hour, in every process; the error says so, since when, and how to ask now.",
    status: "held",
  },
  {
    id: "L05",
    rule: "A gateway's bare 401, 403 or 404 at the token endpoint is transient, not a refusal of the credentials.",
    status: "held",
  },
  {
    id: "L06",
    rule: "An error code that the document maps to a refused token leads to one replacement and one replay, whatever the status.",
    status: "held",
  },
  {
    id: "L07",
    rule: "An error code that the document maps to a rate limit is waited for and sent again, whatever the status.",
    status: "held",
  },
  {
    id: "L08",
    rule: "No call fails at the boundary where a token endpoint returns the same token until it ends.",
    status: "held",
  },
  {
    id: "L09",
    rule: "A store that loses what it acknowledged is noticed at the second loss, reported, and treated as no store.",
    status: "held",
  },
  {
    id: "L10",
    rule: "A token adopted from the store and refused by a resource is replaced by the next call at the latest.",
    status: "held",
  },
  {
    id: "L11",
    rule: "An absent token type counts as Bearer; an unknown one is a configuration error that names the type and the setting.",
    status: "held",
  },
  { id: "L12", rule: "A sign-in goes on after the host slept.", status: "held" },
  {
    id: "L13",
    rule: "A write whose connection died after the request was sent may have been processed, and its error says so.",
    status: "held",
  },
  {
    id: "L14",
    rule: "A write that is answered by 303 See Other was processed; its result is fetched by GET or it is reported as processed.",
    status: "held",
  },
  {
    id: "L15",
    rule: "A write whose time ran out while it waited for a token, a slot or a lock was not sent, and its error says so.",
    status: "held",
  },
  {
    id: "L16",
    rule: "An empty or repeated page does not end a list whose vendor says that there is more; a list that ends early is an error that counts what is missing.",
    status: "held",
  },
  {
    id: "L17",
    rule: "Each rate limit holds only the requests that count towards it; a wait of more than a second has an event with its reason and length.",
    status: "held",
  },
  {
    id: "L18",
    rule: "Beyond one documented maximum a Retry-After is not waited for: the answer comes back at once with retryAt.",
    status: "held",
  },
  {
    id: "L19",
    rule: "A next link that names http or a gateway is followed on the API's own origin; another host is refused.",
    status: "held",
  },
  {
    id: "L20",
    rule: "An error's stack shows the caller's frames; its message names the operation, the attempts and the time spent.",
    status: "held",
  },
  { id: "L21", rule: "A fetch that is patched after connect is used by the next call.", status: "held" },
  {
    id: "L22",
    rule: "A fetch of another realm works through a documented adapter; what a fetch throws is the cause of the error.",
    status: "held",
  },
  leave(
    "L23",
    "An event stream whose connection ends reconnects with Last-Event-ID, the server's retry and a fresh token.",
    streams,
  ),
  { id: "L24", rule: "Errors of one copy of the package are recognised by another.", status: "held" },
  {
    id: "L25",
    rule: "Options of the wrong kind fail at once with an error that names the option, the value and the nearest valid name.",
    status: "held",
  },
  {
    id: "L26",
    rule: "A refusal's title, text and fields are read from the shapes that public frameworks send.",
    status: "held",
  },
  leave("L27", "A fleet keeps one documented limit together through the shared store.", sharedLimits),
];
