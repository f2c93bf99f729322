/** What to do about each kind of failure, where the vendor's document says nothing better. */
import type { ErrorKind } from "../vendor.ts";

export const defaultAdvice = {
  invalid_request: "check the request against the vendor's document",
  validation_failed: "fix the fields it names",
  invalid_credentials: "check the credentials, and that they belong to this environment",
  invalid_grant: "sign in again",
  invalid_token: "check that the token's environment is this one; a new token was refused as well",
  expired_token: "check this machine's clock; a new token was refused as well",
  revoked_token: "find out who ends the sessions; a new token was refused as well",
  wrong_environment: "choose the server that these credentials belong to",
  ip_not_allowed: "have this machine's address allowed at the vendor",
  permission_denied: "have the permission granted to these credentials",
  not_found: "check the identifiers",
  conflict: "read the current state, and send the change again",
  duplicate: "look up what is there already",
  rate_limited: "wait, or send less at a time",
  server_error: "try later; if it stays, tell the vendor the request id",
  unavailable: "try later",
  unexpected: "look at the body",
} as const satisfies Record<ErrorKind, string>;
