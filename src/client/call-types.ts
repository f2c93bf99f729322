/** Types that generated declarations of calls use: the options of a call besides its parameters and body, and its results. */
import type { Middleware, QuerySerializer, QuerySerializerOptions } from "openapi-fetch";
import type { CallOptions } from "./call-options.ts";

export type { ServerSentEvent } from "../http/body/server-sent-events.ts";
export type { VendorError } from "../errors/vendor-error.ts";
export type { FetchPaths } from "./openapi-fetch-paths.ts";

/** The options of every call: those of openapi-fetch, of the platform's `fetch`, and ours. */
export interface CallInit extends CallOptions {
  headers?:
    | NonNullable<RequestInit["headers"]>
    | Record<string, string | number | boolean | (string | number | boolean)[] | null | undefined>;
  /** Aborts the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | null;
  /** Middleware for this call alone; it runs inside the client's middleware. */
  middleware?: Middleware[];
  /** Not allowed, since `data` would not have the document's type; `asFetchClient(client)` allows it, with types that follow it. */
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

/** A body that is sent unchanged. A function is called for each sending, so that the call can be repeated. */
export type Bytes = Blob | ArrayBuffer | ArrayBufferView | ReadableStream | (() => NonNullable<RequestInit["body"]>);

/** The result of a 2xx response. */
export interface Success<Status extends number, Data, H = NoHeaders> {
  readonly data: Data;
  readonly error?: undefined;
  readonly status: Status;
  readonly response: Response;
  /** The headers that the document types, parsed when they are read; `response.headers` has all headers as strings. */
  readonly headers: H;
}

/** The result of any other response. `if (error)` works even for an empty body; `error` is then the mapped `VendorError`. */
export interface Refusal<Status extends number, Body, H = NoHeaders> {
  readonly data?: undefined;
  readonly error: Body;
  readonly status: Status;
  readonly response: Response;
  /** The headers that the document types, parsed when they are read; `response.headers` has all headers as strings. */
  readonly headers: H;
}

/** The document types no header of the response. */
export type NoHeaders = Record<never, never>;

/** A body that the document does not describe: JSON or a string, to be examined with `typeof` and `in`. Never undefined, so `if (error)` works. */
export interface Undocumented {
  toString(): string;
}

/** The statuses of each range: those registered at IANA, and those that widespread proxies send. */
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

/** The statuses of these ranges except those that the document names. */
export type Rest<Except extends number = never, Range extends keyof Statuses = "3XX" | "4XX" | "5XX"> = Exclude<
  Statuses[Range],
  Except
>;
