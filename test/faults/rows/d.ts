/** The life of a refresh token. */
import type { Row } from "../row.ts";

export const rows: readonly Row[] = [
  { id: "D01", rule: "A response without a refresh token leaves the one at hand in use.", status: "held" },
  { id: "D02", rule: "A refresh token that rotates is used in its newest form only.", status: "held" },
  { id: "D03", rule: "An empty refresh token, or null, counts as none.", status: "held" },
  {
    id: "D04",
    rule: "A refused refresh token leads to one sign-in for all callers, or to one error that says a person must sign in.",
    status: "held",
  },
  {
    id: "D05",
    rule: "A token endpoint that fails for the moment costs neither the refresh token nor a sign-in.",
    status: "held",
  },
  { id: "D06", rule: "The refresh token's own expiry is honoured, and an event warns before it.", status: "held" },
  {
    id: "D07",
    rule: "A narrower scope is recorded, and a call that lacks it is refused once, with no loop.",
    status: "held",
  },
  {
    id: "D08",
    rule: "Refused credentials of a function are asked for once more before the refusal stands.",
    status: "held",
  },
  {
    id: "D09",
    rule: "A nonce that a key-bound refresh is asked for is answered once, and is no reuse.",
    status: "out-of-scope",
    reason:
      "Tokens bound to a key (DPoP) are not offered: a token type other than the documented one is refused, so no nonce is ever asked for.",
  },
  {
    id: "D10",
    rule: "Consent withdrawn gives one transition to re-authentication, which others read.",
    status: "held",
  },
  { id: "D11", rule: "A 429 before a dead grant is waited out, probed once, and ends.", status: "held" },
];
