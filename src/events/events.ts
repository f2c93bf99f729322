/** The events that a client emits. They carry reasons, durations and hashes, never a token or a credential. */
import type { StoreErrorCode } from "../store/store-error.ts";
import type { ErrorKind, Phase } from "../vendor.ts";
import { createPublisher } from "./publisher.ts";

/** Why a token was requested. */
export type RefreshTrigger = "cold" | "expired" | "advisory" | "rejected" | "forced";

interface TokenEvent {
  readonly vendor: string;
  readonly scheme: string;
  /** Hash of everything that distinguishes this token from others; the same in every process with the same credentials. */
  readonly key: string;
}

export type LatchkeyEvent =
  | (TokenEvent & {
      /** One request to a token endpoint, successful or not. */
      readonly type: "refresh";
      readonly trigger: RefreshTrigger;
      /** RFC 6749's name, e.g. `client_credentials`, `refresh_token`. */
      readonly grant: string;
      readonly outcome: "ok" | ErrorKind | "in_doubt";
      /** The time before the request was sent: for the credentials, the store and other processes. */
      readonly waitedInMs: number;
      readonly durationInMs: number;
      /** True for the second and last attempt with a refresh token whose first use got no response. */
      readonly inDoubtAttempt: boolean;
      /**
       * Epoch milliseconds of the new token's expiry, or of the next attempt; `undefined` where a sign-in follows at once, or where no
       * request is made until the credentials change.
       */
      readonly nextAt: number | undefined;
    })
  | (TokenEvent & {
      /** The refresh token will have expired before its next use, so that a new sign-in will be needed. */
      readonly type: "refresh_token_expiring";
      /** Epoch milliseconds. */
      readonly endsAt: number;
    })
  | (TokenEvent & {
      /** A token that another process had obtained was adopted from the store. */
      readonly type: "adoption";
      readonly trigger: RefreshTrigger;
      /** The time for the credentials, the store and other processes. */
      readonly waitedInMs: number;
    })
  | (TokenEvent & {
      /** The vendor rejected an access token with a 401. */
      readonly type: "invalidation";
      readonly operation: string;
      /** The reason, as far as the vendor gives one: invalid, expired or revoked. */
      readonly reason: ErrorKind;
      /** How long this process had used the token. */
      readonly ageInMs: number;
    })
  | (TokenEvent & {
      /** A store operation failed, or works again. docs/fleet.md says how the client continues. */
      readonly type: "store";
      readonly action: "read" | "acquire" | "commit" | "release" | "wait";
      /** `undefined` when an operation that had failed works again. */
      readonly reason: StoreErrorCode | undefined;
      /** True while the newest token is in this process alone. No refresh token is used until it is stored. */
      readonly isUndurable: boolean;
    })
  | (TokenEvent & {
      /** The tokens were revoked, or could not be; this process drops them in either case. `key` is empty where the credentials function failed. */
      readonly type: "revocation";
      readonly revoked: boolean;
      readonly reason: "unsupported" | "failed" | "shared" | undefined;
    })
  | {
      /** A request was sent again with a new token. */
      readonly type: "replay";
      readonly vendor: string;
      /** Keys of the tokens that the request carried. */
      readonly keys: readonly string[];
      readonly operation: string;
      /** Why the previous token was rejected. */
      readonly reason: ErrorKind;
      readonly status: number;
      /** From the 401 to the response of the replay, the token request included. */
      readonly durationInMs: number;
    }
  | {
      /** A wait before a request is sent again: after a 429 (`throttle`), or after a failure that is safe to repeat (`retry`). */
      readonly type: "throttle" | "retry";
      readonly vendor: string;
      /** Keys of the tokens that the request carried. */
      readonly keys: readonly string[];
      readonly operation: string;
      readonly attempt: number;
      /**
       * What determines the wait: the vendor's `Retry-After`, its documented schedule, our default, or the back-off slot of a token
       * endpoint that failed; then the request was not sent.
       */
      readonly reason: "retry_after" | "vendor_schedule" | "default_schedule" | "token_endpoint";
      readonly waitInMs: number;
    }
  | {
      /**
       * A call waits more than a second for a rate limit before it is sent. Emitted when the wait begins; where its length is known only
       * afterwards, when it has ended.
       */
      readonly type: "rate_limit";
      readonly vendor: string;
      readonly operation: string;
      /** What it waits for: a limit that the document states, a quota that the vendor's responses name, or the end of a pause after a 429. */
      readonly reason: "documented_limit" | "vendor_quota" | "throttled";
      /** At least so long: requests that came before it may take the next slots. */
      readonly waitInMs: number;
    }
  | {
      /** Progress of a long run: one more page of a list, or one more request of a batch. */
      readonly type: "progress";
      readonly vendor: string;
      readonly operation: string;
      /** Items delivered, or rows with an outcome, successful or not. */
      readonly done: number;
      /** Rows among them that failed. */
      readonly failed: number;
      /** The number of items or rows in all, where known. */
      readonly total: number | undefined;
    }
  | {
      /** With `validate: "warn"`: a body does not match the document. Emitted once per kind; names places, never values. */
      readonly type: "mismatch";
      readonly vendor: string;
      readonly operation: string;
      readonly direction: "request" | "response";
      readonly status: number | undefined;
      readonly path: string;
      readonly message: string;
    };

export type Listener = (event: LatchkeyEvent) => void;

/** Publishes events to the listener and to the subscribers of `node:diagnostics_channel`'s channel `latchkey`. */
export const createEmitter = (listener: Listener | undefined): Listener =>
  createPublisher("latchkey", listener).publish;

/** One HTTP request of this client, reported when it ended: a call's, a retry's, a replay's or a token request's. */
export interface HttpExchange {
  readonly vendor: string;
  readonly method: string;
  readonly origin: string;
  /** The document's path template: no parameter values and no query. */
  readonly template: string;
  /** `resource` for a call; for a token request its phase: `obtain`, `refresh` or `revoke`. */
  readonly phase: Phase;
  /** The response's status; `undefined` without a response. */
  readonly status: number | undefined;
  /** Why there was no response: a system error code (`ECONNREFUSED`), a `TransportReason`, or the name of the caller's abort reason. */
  readonly failure: string | undefined;
  /** How many times this call had been sent before. */
  readonly resends: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Until the response's headers. */
  readonly durationInMs: number;
}

export type HttpListener = (exchange: HttpExchange) => void;

/** The providers of the tokens that a request carries. */
export type KeyedAuth = readonly { readonly provider: { readonly key: string } }[] | undefined;

/** The token keys of a request's providers. Credentials that are sent as they are (API keys, Basic) have no key. */
export const tokenKeysOf = (auth: KeyedAuth): string[] =>
  (auth ?? []).flatMap(({ provider }) => (provider.key === "" ? [] : [provider.key]));
