/** Switches: settings that can be changed while a sandbox runs, with their defaults. */

export type SandboxPhase = "obtain" | "refresh" | "revoke" | "resource";

/** Situations that a sandbox answers with the vendor's documented error. */
export const situations = [
  "wrong-encoding",
  "malformed-body",
  "unsupported-grant",
  "parameter-missing",
  "credentials-refused",
  "credentials-inactive",
  "organization-refused",
  "audience-refused",
  "refresh-refused",
  "refresh-expired",
  "refresh-reused",
  "token-missing",
  "token-refused",
  "token-expired",
  "permission-missing",
  "ip-refused",
  "rate-limited",
  "invalid-request",
  "invalid-query",
  "invalid-body",
  "page-out-of-range",
  "too-many-rows",
  "lookup-invalid",
  "ambiguous",
  "not-found",
  "unknown-path",
  "duplicate",
  "write-conflict",
  "transition-refused",
  "server-error",
  "unavailable",
] as const;

export type Situation = (typeof situations)[number];

/** A fault to inject. The first fault that fits a request is used, `times` times. */
export interface Fault {
  /** @default every phase */
  readonly phase?: SandboxPhase;
  /** An operationId. @default every operation */
  readonly operation?: string;
  /** @default 1 */
  readonly times?: number;
  /** Requests that are processed normally before the fault begins. @default 0 */
  readonly after?: number;
  /** Answer as the vendor does in this situation, e.g. `"rate-limited"`; nothing is processed. */
  readonly as?: Situation;
  /** Answer with this status; nothing is processed, unless `body` is `"truncated"` and no status is given. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or text where it is a string, or one of the broken kinds below. */
  readonly body?: unknown;
  /** `empty`, `html`, `malformed` (not JSON), `truncated` (half of the normal body), `oversized` (see `sizeInBytes`). */
  readonly broken?: "empty" | "html" | "malformed" | "truncated" | "oversized";
  /** Of an `oversized` body. @default 8388608 */
  readonly sizeInBytes?: number;
  /** `drop-before`: closed before processing; `drop-after`: processed, no response; `hang`: no response; `hang-in-body`: headers and half a body. */
  readonly connection?: "drop-before" | "drop-after" | "hang" | "hang-in-body";
  /** Delay of the response, whether it is the normal one or the fault's. @default 0 */
  readonly delayInMs?: number;
}

export interface RateLimitFigure {
  readonly requests: number;
  readonly perSeconds: number;
  /** @default "client" */
  readonly sharedBy?: string;
  /** operationIds. @default every operation */
  readonly operations?: readonly string[];
}

export interface Switches {
  /** Seconds; by scheme where it is an object. @default as documented, else 3600 */
  readonly accessLifetimeInSeconds: number | Readonly<Record<string, number>> | undefined;
  /** Seconds. @default as documented, else 7 days */
  readonly refreshLifetimeInSeconds: number | undefined;
  /** Of the operations that obtain, refresh and revoke. @default 0 */
  readonly tokenLatencyInMs: number;
  /** Of everything else. @default 0 */
  readonly resourceLatencyInMs: number;
  /** How far the server's clock is ahead: moves the Date header and every absolute time in responses. @default 0 */
  readonly clockSkewInMs: number;
  /** Faults to inject, in order. @default [] */
  readonly faults: readonly Fault[];
  /** `true`: the document's figures; or figures of your own. @default true */
  readonly rateLimits: boolean | readonly RateLimitFigure[];
  /** Send Retry-After on a 429: `"documented"` as the vendor does, or always, or never. @default "documented" */
  readonly retryAfter: "documented" | "always" | "never";
  /** Addresses that may call. @default undefined: all */
  readonly ipAllowList: readonly string[] | undefined;
  /** The document's server whose rate limits apply. @default the sandbox data's `server`, else the first */
  readonly server: string | undefined;
  /** Names of variants in the sandbox data; the first has priority. @default [] */
  readonly variant: string | readonly string[];
  /** Whether reuse of a spent refresh token revokes its token family (RFC 9700 §4.14.2). @default false */
  readonly revokeFamilyOnReuse: boolean;
  /**
   * Whether a response that does not fit the document becomes a 500 that names the place; otherwise the header `x-sandbox-problem`
   * names it. @default true if there is sandbox data, else false
   */
  readonly checkResponses: boolean | undefined;
}

export const defaultSwitches: Switches = {
  accessLifetimeInSeconds: undefined,
  refreshLifetimeInSeconds: undefined,
  tokenLatencyInMs: 0,
  resourceLatencyInMs: 0,
  clockSkewInMs: 0,
  faults: [],
  rateLimits: true,
  retryAfter: "documented",
  ipAllowList: undefined,
  server: undefined,
  variant: [],
  revokeFamilyOnReuse: false,
  checkResponses: undefined,
};
