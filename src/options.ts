/** The options of a client: what `connect` and `authMiddleware` take. */

import type { QuerySerializer, QuerySerializerOptions } from "openapi-fetch";
import type { Clock } from "./util/clock.ts";
import type { HttpListener, Listener } from "./events/events.ts";
import type { TokenStore } from "./store/token-store.ts";
import type { CredentialProvider } from "./auth/credentials/credential-source.ts";
import type { Fetch } from "./http/http-sender.ts";
import type { Limit } from "./http/rate-limit/rate-limiter.ts";
import type { VendorTypes } from "./vendor.ts";

export interface ConnectOptions<T extends VendorTypes = VendorTypes> {
  /**
   * The vendor's credentials, or a function that returns them at each sign-in, for example from a secrets manager. Without this option
   * they are read from the environment variables of the chosen server. With it, no environment variable is read, not even for the server.
   */
  readonly credentials?: T["credentials"] | CredentialProvider<T["credentials"]> | undefined;
  /** A server of the document by name, with its variables; or the address of another server. @default the document's first server */
  readonly server?: ServerOption<T["servers"], T["hosts"]> | undefined;
  /**
   * Hosts that may be called by http, for example inside a cluster: exact hosts, with or without a port, and no wildcards. Tokens and
   * credentials then travel unencrypted. @default none but loopback
   */
  readonly allowInsecureHosts?: readonly string[] | undefined;
  /** Sends a request. It must honour `request.signal` and must not follow redirects. @default the platform's `fetch` */
  readonly fetch?: Fetch | undefined;
  /** Headers for every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Serialises the query of every call, in place of the document's rules: a function, or the options of openapi-fetch. */
  readonly querySerializer?: QuerySerializer<unknown> | QuerySerializerOptions | undefined;
  /** Where tokens are stored. @default the memory of this process, shared by all clients with the same credentials */
  readonly store?: TokenStore | undefined;
  /** Receives an event for every refresh, replay, invalidation and wait. Events never contain secrets. */
  readonly onEvent?: Listener | undefined;
  /**
   * Receives every HTTP exchange when it has ended, including retries, replays and token requests. `latchkey/opentelemetry` turns
   * exchanges into spans.
   */
  readonly onHttp?: HttpListener | undefined;
  /** Timeout of one request to a token endpoint, in milliseconds. @default 10000 */
  readonly tokenTimeoutInMs?: number | undefined;
  /** Timeout of one attempt of a call, reading the body included, in milliseconds. @default 60000 */
  readonly timeoutInMs?: number | undefined;
  /** Deadline of a whole call, waits and retries included, in milliseconds. @default none */
  readonly deadlineInMs?: number | undefined;
  /** The most retries of one call; `false` for none. The replay after a 401 is not a retry. @default the vendor's schedule */
  readonly retries?: number | false | undefined;
  /** The longest body of a success, counted after decompression, in bytes; `Infinity` for none. @default 64 MiB */
  readonly maxBodyInBytes?: number | undefined;
  /**
   * Whether calls wait to stay within the vendor's rate limits, as its document and its responses state them. The limit is shared by
   * all clients of this process with the same credentials, server and limits. A list replaces the document's limits; `false` never
   * waits. @default true
   */
  readonly rateLimit?: boolean | readonly Limit[] | undefined;
  /** Whether bodies are checked against the document: `warn` emits events, `strict` throws a `SchemaError`. @default "off" */
  readonly validate?: "off" | "warn" | "strict" | undefined;
  /** A clock for tests. @default the system's clock */
  readonly clock?: Clock | undefined;
}

export type ServerOption<Name extends string = string, Host extends string = string> =
  | Name
  | { readonly name?: Name; readonly variables?: Readonly<Record<string, string>> }
  /** A proxy or a sandbox. Credentials for such an address are never read from the environment. */
  | { readonly url: string; readonly hosts?: Readonly<Record<Host, string>> };
