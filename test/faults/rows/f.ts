/** 401s, replays and bodies. */
import type { Row } from "../row.ts";

export const rows: readonly Row[] = [
  { id: "F01", rule: "A token revoked long before its expiry costs one refresh and one replay.", status: "held" },
  {
    id: "F02",
    rule: "A second 401 is returned, typed, and a vendor that refuses every token is not stormed.",
    status: "held",
  },
  { id: "F03", rule: "A 403 refreshes nothing and replays nothing.", status: "held" },
  {
    id: "F04",
    rule: "Challenges are read by their grammar and never throw; expired, revoked, lacking and misplaced are told apart.",
    status: "held",
  },
  {
    id: "F05",
    rule: "A stream is sent once; after a 401 the caller is told so, and the next call has a new token.",
    status: "held",
  },
  { id: "F06", rule: "A body that is made by a function is made anew for the replay.", status: "held" },
  { id: "F07", rule: "Forms, Blobs and buffers are replayed whole; what is read once is not.", status: "held" },
  { id: "F08", rule: "The body of a first 401 holds no connection and no memory.", status: "held" },
  { id: "F09", rule: "A POST whose connection is lost after sending is not sent again.", status: "held" },
  { id: "F10", rule: "A POST that is answered 503 is not sent again.", status: "held" },
  {
    id: "F11",
    rule: "A token in its last seconds is not attached, and one that ends under way is replaced.",
    status: "held",
    rest: "a least validity per call is not an option of its own: client.auth.refresh() before a long upload gives a whole life",
  },
  {
    id: "F12",
    rule: "A new token that the vendor does not know yet costs its callers a moment, and no refresh.",
    status: "held",
  },
  { id: "F13", rule: "A refused token under a 200 is replaced where the document says so.", status: "held" },
  { id: "F14", rule: "Each page asks for its token anew.", status: "held" },
  { id: "F15", rule: "A caller's own Authorization header goes in place of ours, never beside it.", status: "held" },
];
