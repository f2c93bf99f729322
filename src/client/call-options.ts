/** What a call takes beside openapi-fetch's own options. */
import type { OperationSchemas } from "../vendor.ts";

/**
 * `off`: nothing is loaded. `warn`: one event per kind of mismatch. `strict`: a `SchemaError`. Or the operation's own schemas,
 * imported and given, where every byte counts: strict, and nothing else is loaded.
 */
export type Validate = "off" | "warn" | "strict" | OperationSchemas;

export interface CallOptions {
  /** For one attempt, its body read, in milliseconds; `Infinity` for none, which saves a timer and a signal. @default the client's, else 60000 */
  readonly timeoutInMs?: number | undefined;
  /** For the call as a whole, waits, retries and look-ups included, in milliseconds. @default the client's, else none */
  readonly deadlineInMs?: number | undefined;
  /** How often at most it is sent again; `false` never. @default the vendor's schedule */
  readonly retries?: number | false | undefined;
  /** Makes a write safe to send again. @default one of its own, where the document names a header for it */
  readonly idempotencyKey?: string | undefined;
  /** @default the client's */
  readonly validate?: Validate | undefined;
}

export const defaultTimeoutInMs = 60_000;
