/** Windows, failure while the token is good, back-off. */
import type { Row } from "../row.ts";

export const rows: readonly Row[] = [
  {
    id: "B01",
    rule: "While the token endpoint answers 503, callers get the old token at once and attempts are backed off.",
    status: "held",
  },
  {
    id: "B02",
    rule: "A token endpoint that cannot be reached reaches no caller while the token is good.",
    status: "held",
  },
  {
    id: "B03",
    rule: "A background refresh that fails past the token's end rejects nowhere; the next caller gets the typed error.",
    status: "held",
  },
  {
    id: "B04",
    rule: "Windows shrink with a short life: a hundred calls of a fresh short token cost one sign-in.",
    status: "held",
  },
  {
    id: "B05",
    rule: "Jitter moves each worker's refresh earlier, by an amount constant for the worker.",
    status: "held",
  },
  {
    id: "B06",
    rule: "With nothing cached and the endpoint down, callers one after another cost one attempt per back-off slot.",
    status: "held",
  },
  {
    id: "B07",
    rule: "Refused client credentials are remembered until they change.",
    status: "held",
  },
  {
    id: "B08",
    rule: "After a 429 with Retry-After nothing is asked until then, and the old token serves.",
    status: "held",
  },
  { id: "B09", rule: "A Retry-After date is measured against the server's clock, whatever ours says.", status: "held" },
  { id: "B10", rule: "A Retry-After that is huge, negative or garbage is bounded or ignored.", status: "held" },
  { id: "B11", rule: "Retry-After goes before RateLimit headers, and malformed ones do no harm.", status: "held" },
  {
    id: "B12",
    rule: "Where the server says when to refresh, that is when the background refresh begins.",
    status: "held",
  },
  { id: "B13", rule: "A token that is good is served in the cool-down after a failed refresh.", status: "held" },
  { id: "B14", rule: "After a long outage one attempt recovers the token for everybody.", status: "held" },
  { id: "B15", rule: "A token that is over when it comes is a failure with back-off, not a loop.", status: "held" },
  { id: "B16", rule: "A token of thirty days overflows no timer.", status: "held" },
  { id: "B17", rule: "A cached token keeps no timer, and a process that has nothing else to do ends.", status: "held" },
];
