/** What generated declarations of calls are made of: what a call takes beside its parameters and body, and what it comes back with. */
import type { Middleware, QuerySerializer, QuerySerializerOptions } from "openapi-fetch";
import type { CallOptions } from "./call-options.ts";

export type { ServerSentEvent } from "../http/body/server-sent-events.ts";
export type { VendorError } from "../errors/vendor-error.ts";
export type { FetchPaths } from "./openapi-fetch-paths.ts";

/** What every call takes: openapi-fetch's options, the platform's, and ours. */
export interface CallInit extends CallOptions {
  headers?:
    | NonNullable<RequestInit["headers"]>
    | Record<string, string | number | boolean | (string | number | boolean)[] | null | undefined>;
  /** Ends the call; its reason is what the call rejects with. */
  signal?: AbortSignal | null;
  /** Middleware for this call alone, inside the client's own. */
  middleware?: Middleware[];
  /** It would make another type of `data` than the document's: `asFetchClient(client)` takes it, whose types say which. */
  parseAs?: never;
  baseUrl?: string;
  fetch?: (request: Request) => Promise<Response>;
  querySerializer?: QuerySerializer<unknown> | QuerySerializerOptions;
  bodySerializer?: (body: never) => unknown;
  pathSerializer?: (path: string, parameters: Record<string, unknown>) => string;
  cache?: "default" | "force-cache" | "no-cache" | "no-store" | "only-if-cached" | "reload";
  credentials?: NonNullable<RequestInit["credentials"]>;
  duplex?: "half";
  integrity?: string;
  keepalive?: boolean;
  mode?: NonNullable<RequestInit["mode"]>;
  priority?: "high" | "low" | "auto";
  redirect?: NonNullable<RequestInit["redirect"]>;
  referrer?: string;
  referrerPolicy?: NonNullable<RequestInit["referrerPolicy"]>;
}

/** A body sent as it is; a function is asked for it at each sending, so that the call can be repeated. */
export type Bytes = Blob | ArrayBuffer | ArrayBufferView | ReadableStream | (() => NonNullable<RequestInit["body"]>);

/** The vendor answered with a 2xx. */
export interface Success<Status extends number, Data, H = NoHeaders> {
  readonly data: Data;
  readonly error?: undefined;
  readonly status: Status;
  readonly response: Response;
  /** Those that the document types, read by their types when they are asked for; all as text are in `response.headers`. */
  readonly headers: H;
}

/** The vendor answered with anything else. `error` is there whatever it sent: its body, or the mapped error where that is empty. */
export interface Refusal<Status extends number, Body, H = NoHeaders> {
  readonly data?: undefined;
  readonly error: Body;
  readonly status: Status;
  readonly response: Response;
  /** Those that the document types, read by their types when they are asked for; all as text are in `response.headers`. */
  readonly headers: H;
}

/** The document types no header of such an answer. */
export type NoHeaders = Record<never, never>;

/** A body that no document describes: JSON or a text, to be looked into with `typeof` and `in`. It is there: `if (error)` tells. */
export interface Undocumented {
  toString(): string;
}

/** The statuses that a document does not name one by one: IANA's, and those of widespread proxies. */
interface Statuses {
  "2XX": 200 | 201 | 202 | 203 | 204 | 205 | 206 | 207 | 208 | 226;
  "3XX": 300 | 301 | 302 | 303 | 304 | 305 | 307 | 308;
  "4XX": ClientError;
  "5XX":
    | 500
    | 501
    | 502
    | 503
    | 504
    | 505
    | 506
    | 507
    | 508
    | 509
    | 510
    | 511
    | 520
    | 521
    | 522
    | 523
    | 524
    | 525
    | 526
    | 527
    | 529
    | 530
    | 598
    | 599;
}
type ClientError =
  | (
      | 400
      | 401
      | 402
      | 403
      | 404
      | 405
      | 406
      | 407
      | 408
      | 409
      | 410
      | 411
      | 412
      | 413
      | 414
      | 415
      | 416
      | 417
      | 418
      | 419
    )
  | (
      | 420
      | 421
      | 422
      | 423
      | 424
      | 425
      | 426
      | 428
      | 429
      | 430
      | 431
      | 440
      | 444
      | 449
      | 450
      | 451
      | 460
      | 463
      | 494
      | 495
    )
  | (496 | 497 | 498 | 499);

/** Statuses of these ranges but for those named. */
export type Rest<Except extends number = never, Range extends keyof Statuses = "3XX" | "4XX" | "5XX"> = Exclude<
  Statuses[Range],
  Except
>;
