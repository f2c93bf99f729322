/** What the client tells whoever watches it. Events carry reasons, durations and hashes, never a token or a credential. */
import type { StoreErrorCode } from "../store/store-error.ts";
import type { ErrorKind } from "../vendor.ts";
import { createPublisher } from "./publisher.ts";

/** Why a token was asked for. */
export type RefreshTrigger = "cold" | "expired" | "advisory" | "rejected" | "forced";

interface TokenEvent {
  readonly vendor: string;
  readonly scheme: string;
  /** Hash of what makes this token its own; the same on every worker of a credential. */
  readonly key: string;
}

export type LatchkeyEvent =
  | (TokenEvent & {
      /** One request to a token endpoint, however it ended. */
      readonly type: "refresh";
      readonly trigger: RefreshTrigger;
      /** RFC 6749's name, e.g. `client_credentials`, `refresh_token`. */
      readonly grant: string;
      readonly outcome: "ok" | ErrorKind | "in_doubt";
      /** Before it was sent: for the credentials, the store and other workers. */
      readonly waitedInMs: number;
      readonly durationInMs: number;
      /** The second and last attempt with a refresh token whose first use got no answer. */
      readonly inDoubtAttempt: boolean;
      /**
       * Epoch milliseconds of the new token's expiry, or of the next attempt; `undefined` where a sign-in follows at once, or nothing is
       * asked until the credentials change.
       */
      readonly nextAt: number | undefined;
    })
  | (TokenEvent & {
      /** The refresh token ends before its next use: then it takes a new sign-in. */
      readonly type: "refresh_token_expiring";
      /** Epoch milliseconds. */
      readonly endsAt: number;
    })
  | (TokenEvent & {
      /** Another worker's token was taken over. */
      readonly type: "adoption";
      readonly trigger: RefreshTrigger;
      /** For the credentials, the store and other workers. */
      readonly waitedInMs: number;
    })
  | (TokenEvent & {
      /** A 401 refused an access token. */
      readonly type: "invalidation";
      readonly operation: string;
      /** As far as the vendor tells: invalid, expired or revoked. */
      readonly reason: ErrorKind;
      /** How long the token had been in use here. */
      readonly ageInMs: number;
    })
  | (TokenEvent & {
      /** The store failed; the client goes on by the rules of docs/fleet.md. */
      readonly type: "store";
      readonly action: "read" | "acquire" | "commit" | "release" | "wait";
      /** `undefined`: what failed before has worked. */
      readonly reason: StoreErrorCode | undefined;
      /** The token granted last is in this process alone; no refresh token is spent until it is stored. */
      readonly isUndurable: boolean;
    })
  | (TokenEvent & {
      /** The tokens are dropped here however it went; `key` is empty where a credentials function would not say whose they were. */
      readonly type: "revocation";
      readonly revoked: boolean;
      readonly reason: "unsupported" | "failed" | "shared" | undefined;
    })
  | {
      /** A call was sent again with a new token. */
      readonly type: "replay";
      readonly vendor: string;
      /** Of the tokens that it carried. */
      readonly keys: readonly string[];
      readonly operation: string;
      /** What was said of the token before. */
      readonly reason: ErrorKind;
      readonly status: number;
      /** From the refusal to the answer, the new token included. */
      readonly durationInMs: number;
    }
  | {
      /** A wait before a call is sent again: after a 429, or after a failure that is safe to repeat. */
      readonly type: "throttle" | "retry";
      readonly vendor: string;
      /** Of the tokens that it carried. */
      readonly keys: readonly string[];
      readonly operation: string;
      readonly attempt: number;
      /** What sets the wait: the vendor's `Retry-After`, its documented schedule, or ours. */
      readonly reason: "retry_after" | "vendor_schedule" | "default_schedule";
      readonly waitInMs: number;
    }
  | {
      /** A long run goes on: a list by a page, a batch by one request's rows. */
      readonly type: "progress";
      readonly vendor: string;
      readonly operation: string;
      /** Items delivered, or rows settled, whichever way. */
      readonly done: number;
      /** Of these, rows that failed. */
      readonly failed: number;
      /** In all, where that is known. */
      readonly total: number | undefined;
    }
  | {
      /** With `validate: "warn"`: a body is not what the document says. Once per kind; names places, never values. */
      readonly type: "mismatch";
      readonly vendor: string;
      readonly operation: string;
      readonly direction: "request" | "response";
      readonly status: number | undefined;
      readonly path: string;
      readonly message: string;
    };

export type Listener = (event: LatchkeyEvent) => void;

/** Every event goes to the listener, and to whoever subscribes to `node:diagnostics_channel`'s channel `latchkey`. */
export const createEmitter = (listener: Listener | undefined): Listener =>
  createPublisher("latchkey", listener).publish;
