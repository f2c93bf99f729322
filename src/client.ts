/** The client's type: openapi-fetch's calls, with a `status` beside `data`, `error` and `response`. */
import type { FetchOptions, FetchResponse, Middleware } from "openapi-fetch";
import type { AuthHandle } from "./auth-handle.ts";
import type { BatchOptions, Rows } from "./bulk/batch.ts";
import type { RowOutcome } from "./bulk/row-outcome.ts";
import type { CallOptions } from "./call-options.ts";
import type { PageOptions, Pages } from "./pagination/paginate.ts";
import type { Vendor, VendorTypes } from "./vendor.ts";

export type Method = "GET" | "PUT" | "POST" | "DELETE" | "OPTIONS" | "HEAD" | "PATCH" | "TRACE";
type MediaType = `${string}/${string}`;
type Wire<M extends string> = Lowercase<M>;

/** Paths that have this method. */
export type PathsWith<P, M extends string> = {
  [Path in keyof P]: P[Path] extends { [K in Wire<M>]: object } ? Path : never;
}[keyof P];

type Indexed = Record<string | number, unknown>;
type OperationOf<P, Path extends keyof P, M extends string> =
  Wire<M> extends keyof P[Path] ? (P[Path][Wire<M>] extends infer O extends Indexed ? O : never) : never;

type RequiredKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T];
/** Optional as a whole where nothing in it is required. */
export type InitArguments<Init> = RequiredKeys<Init> extends never ? [init?: Init] : [init: Init];

/** What a call takes: parameters and body from the document, and openapi-fetch's options. */
export type CallInit<P, Path extends keyof P, M extends string> = FetchOptions<OperationOf<P, Path, M>> & CallOptions;

export type CallResult<P, Path extends keyof P, M extends string, Init = object> = FetchResponse<
  OperationOf<P, Path, M>,
  Init,
  MediaType
> & { readonly status: number };

export type Call<P, M extends string> = <Path extends PathsWith<P, M>, Init extends CallInit<P, Path, M>>(
  path: Path,
  ...init: InitArguments<CallInit<P, Path, M>> extends [init: unknown] ? [init: Init] : [init?: Init]
) => Promise<CallResult<P, Path, M, Init>>;

/** Methods, and paths by method, of a table whose keys are `"GET /path"`. */
type MethodsIn<Table> = keyof Table extends infer Key ? (Key extends `${infer M} ${string}` ? M : never) : never;
type PathsIn<Table, M extends string> = keyof Table extends infer Key
  ? Key extends `${M} ${infer Path}`
    ? Path
    : never
  : never;
type In<Table, M extends string, Path extends string> = Table[`${M} ${Path}` & keyof Table];

export type Paginate<P, Items> = <M extends MethodsIn<Items>, Path extends PathsIn<Items, M> & keyof P & string>(
  method: M,
  path: Path,
  ...init: InitArguments<CallInit<P, Path, M> & PageOptions>
) => Pages<In<Items, M, Path>>;

interface BatchTypes {
  row: unknown;
  rest: unknown;
  result: unknown;
}
type BatchIn<Table, M extends string, Path extends string> =
  In<Table, M, Path> extends infer B extends BatchTypes ? B : BatchTypes;

/** The body's members beside the rows; optional where none of them is required. */
type RestOfBody<Rest> = [Rest] extends [never]
  ? { readonly body?: never }
  : RequiredKeys<Rest> extends never
    ? { readonly body?: Rest }
    : { readonly body: Rest };

export type BatchInit<P, Path extends keyof P, M extends string, B extends BatchTypes> = Omit<
  CallInit<P, Path, M>,
  "body"
> &
  RestOfBody<B["rest"]> &
  BatchOptions & { readonly rows: Rows<B["row"]> };

export type Batch<P, Batches> = <M extends MethodsIn<Batches>, Path extends PathsIn<Batches, M> & keyof P & string>(
  method: M,
  path: Path,
  init: BatchInit<P, Path, M, BatchIn<Batches, M, Path>>,
) => AsyncGenerator<RowOutcome<BatchIn<Batches, M, Path>["row"], BatchIn<Batches, M, Path>["result"]>, void, undefined>;

export interface Client<T extends VendorTypes = VendorTypes> {
  GET: Call<T["paths"], "GET">;
  PUT: Call<T["paths"], "PUT">;
  POST: Call<T["paths"], "POST">;
  DELETE: Call<T["paths"], "DELETE">;
  OPTIONS: Call<T["paths"], "OPTIONS">;
  HEAD: Call<T["paths"], "HEAD">;
  PATCH: Call<T["paths"], "PATCH">;
  TRACE: Call<T["paths"], "TRACE">;
  /** Typed items over all pages, by the vendor's own scheme; the operation's document must describe it. */
  paginate: Paginate<T["paths"], T["items"]>;
  /**
   * Writes many rows by the vendor's own bulk operation, in requests of the size it takes; what became of each row, in order. Nothing
   * is sent before the first outcome is asked for, and no further request before the outcomes of the last one were taken.
   * @throws BatchError where it stops before its end
   */
  batch: Batch<T["paths"], T["batches"]>;
  /** openapi-fetch middleware. It sits outside auth: it never sees a token, and a replay happens inside it. */
  use(...middleware: Middleware[]): void;
  eject(...middleware: Middleware[]): void;
  /**
   * Signs a second party in (a customer beside the application) and returns a client of its own for it; this one stays as it is.
   * @throws AuthError
   */
  as(credentials: T["actors"]): Promise<Client<T>>;
  readonly auth: AuthHandle<T["credentials"]>;
  readonly vendor: Vendor<T>;
  /**
   * Waiters get a closed error; a refresh that was sent is finished and stored. Revokes only when asked: one worker's logout may
   * end every worker's tokens.
   */
  close(options?: { readonly revoke?: boolean }): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The client of a vendor: `ClientOf<typeof propeller>`. */
export type ClientOf<V> = V extends Vendor<infer T> ? Client<T> : never;
