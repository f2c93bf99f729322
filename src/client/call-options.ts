/** The options of a call that openapi-fetch does not have. */
import type { OperationSchemas } from "../vendor.ts";

/**
 * Whether bodies are validated. `off`: no schema is loaded. `warn`: emits one event for each kind of mismatch. `strict`: throws a
 * `SchemaError`. The operation's own schemas, imported by the program: as `strict`, but no other schema is loaded.
 */
export type Validate = "off" | "warn" | "strict" | OperationSchemas;

export interface CallOptions {
  /** Timeout of one attempt, reading the body included, in milliseconds; `Infinity` for none, which saves a timer and a signal. @default the client's, else 60000 */
  readonly timeoutInMs?: number | undefined;
  /** Deadline of the whole call, waits, retries and look-ups included, in milliseconds. @default the client's, else none */
  readonly deadlineInMs?: number | undefined;
  /** The most retries; `false` for none. @default the vendor's schedule */
  readonly retries?: number | false | undefined;
  /** Makes a write safe to send again. @default a random key, if the document names a header for it */
  readonly idempotencyKey?: string | undefined;
  /**
   * The longest body of a success, counted after decompression, in bytes; `Infinity` for none. In a stream of lines or events it bounds one
   * item. A body that is read as a stream has no limit. @default the client's, else 64 MiB
   */
  readonly maxBodyInBytes?: number | undefined;
  /**
   * Follows a redirect of a GET or HEAD to another origin, such as a download's signed URL: by https (or to `allowInsecureHosts`), at most
   * five times, and without tokens, cookies, keys and other headers of this client. @default false: such a redirect is an error
   */
  readonly allowCrossOriginRedirects?: boolean | undefined;
  /** @default the client's */
  readonly validate?: Validate | undefined;
}

export const defaultTimeoutInMs = 60_000;
