/** The type of a client: the calls of openapi-fetch, whose results also have `status` and typed `headers`. */
import type { Middleware } from "openapi-fetch";
import type { AuthHandle } from "../auth/auth-handle.ts";
import type { BatchOptions } from "../bulk/batch.ts";
import type { RowOutcome } from "../bulk/row-outcome.ts";
import type { Rows } from "../bulk/rows.ts";
import type { Refusal, Success } from "./call-types.ts";
import type { PageOptions, Pages } from "../pagination/paginate.ts";
import type { RevokeOptions } from "../auth/token/token-account.ts";
import type { Vendor, VendorTypes } from "../vendor.ts";

export type Method = "GET" | "PUT" | "POST" | "DELETE" | "OPTIONS" | "HEAD" | "PATCH" | "TRACE" | "QUERY";
type RequiredKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T];

/** The type of the call with one method and path. */
type CallAt<Paths, M extends string, Path> = Path extends keyof Paths
  ? M extends keyof Paths[Path]
    ? Paths[Path][M]
    : never
  : never;
type InitOf<Call> = [Call] extends [(...init: infer Init) => unknown] ? Init : never;
type ResultOf<Call> = [Call] extends [(...init: never) => Promise<infer Result>] ? Result : never;
/** The options object of a call. */
type InitObject<Call> = NonNullable<InitOf<Call>[0]>;

/**
 * Whether a path is one path and not the union of all paths, which it is while it is being typed in an editor. For the union no types are
 * computed, since the editor would have to wait for those of all paths.
 */
type IsKnown<Path, All, IsSingle> = [All] extends [Path] ? IsSingle : true;

/** The type of `client.GET(path, init)`: calls by method. */
export type CallsOf<Paths, M extends string, All, IsSingle> = <Path extends All>(
  path: Path,
  ...init: IsKnown<Path, All, IsSingle> extends true ? InitOf<CallAt<Paths, M, Path>> : [init?: never]
) => Promise<
  IsKnown<Path, All, IsSingle> extends true
    ? ResultOf<CallAt<Paths, M, Path>>
    : Success<number, unknown> | Refusal<number, unknown>
>;

/** A vendor's calls with one method; `never` if it has none. */
type MethodOf<T extends VendorTypes, M extends string> = CallsOf<
  T["paths"],
  M,
  M extends keyof T["methods"] ? T["methods"][M] : never,
  T["methods"] extends { single: infer Single } ? (M extends Single ? true : false) : true
>;

/** The methods of a table with keys such as `"GET /path"`, and the paths of one method. */
type MethodsIn<Table> = keyof Table extends infer Key ? (Key extends `${infer M} ${string}` ? M : never) : never;
type PathsIn<Table, M extends string> = keyof Table extends infer Key
  ? Key extends `${M} ${infer Path}`
    ? Path
    : never
  : never;
type In<Table, M extends string, Path extends string> = Table[`${M} ${Path}` & keyof Table];

export type Paginate<Paths, Items> = <M extends MethodsIn<Items>, Path extends PathsIn<Items, M>>(
  method: M,
  path: Path,
  ...init: WithOptions<InitOf<CallAt<Paths, M, Path>>, PageOptions>
) => Pages<In<Items, M, Path>>;

type WithOptions<Init extends unknown[], Options> = Init extends [infer Only]
  ? [init: Only & Options]
  : [init?: NonNullable<Init[0]> & Options];

interface BatchTypes {
  row: unknown;
  rest: unknown;
  result: unknown;
}
type BatchIn<Table, M extends string, Path extends string> =
  In<Table, M, Path> extends infer B extends BatchTypes ? B : BatchTypes;

/** The members of the body besides the rows; optional if none of them is required. */
type RestOfBody<Rest> = [Rest] extends [never]
  ? { readonly body?: never }
  : RequiredKeys<Rest> extends never
    ? { readonly body?: Rest }
    : { readonly body: Rest };

export type BatchInit<Call, B extends BatchTypes> = Omit<InitObject<Call>, "body"> &
  RestOfBody<B["rest"]> &
  BatchOptions & { readonly rows: Rows<B["row"]> };

export type Batch<Paths, Batches> = <M extends MethodsIn<Batches>, Path extends PathsIn<Batches, M>>(
  method: M,
  path: Path,
  init: BatchInit<CallAt<Paths, M, Path>, BatchIn<Batches, M, Path>>,
) => AsyncGenerator<RowOutcome<BatchIn<Batches, M, Path>["row"], BatchIn<Batches, M, Path>["result"]>, void, undefined>;

export interface CloseOptions extends RevokeOptions {
  /** Whether to revoke the tokens too, as `auth.revoke()` does. @default false */
  readonly revoke?: boolean;
}

export interface Client<T extends VendorTypes = VendorTypes> {
  GET: MethodOf<T, "GET">;
  PUT: MethodOf<T, "PUT">;
  POST: MethodOf<T, "POST">;
  DELETE: MethodOf<T, "DELETE">;
  OPTIONS: MethodOf<T, "OPTIONS">;
  HEAD: MethodOf<T, "HEAD">;
  PATCH: MethodOf<T, "PATCH">;
  TRACE: MethodOf<T, "TRACE">;
  /** OpenAPI 3.2: a safe method like GET, with a body. */
  QUERY: MethodOf<T, "QUERY">;
  /** The same calls by path: `client.paths["/things"].GET(init)`. Editors complete these fastest. */
  readonly paths: T["paths"];
  /** Iterates over the typed items of all pages. The document must describe how the operation is paginated. */
  paginate: Paginate<T["paths"], T["items"]>;
  /**
   * Writes many rows with the vendor's bulk operation, in requests of the size that it allows. Yields the outcome of each row, in order.
   * Each request is sent only when its first outcome is read.
   * @throws BatchError if it stops before the last row
   */
  batch: Batch<T["paths"], T["batches"]>;
  /** Adds openapi-fetch middleware. It runs outside authentication: it never sees a token, nor the 401 before a replay. */
  use(...middleware: Middleware[]): void;
  eject(...middleware: Middleware[]): void;
  /**
   * Signs in a second party (a customer besides the application) and returns a new client that acts for it; this client does not change.
   * @throws AuthError
   */
  as(credentials: T["actors"]): Promise<Client<T>>;
  readonly auth: AuthHandle<T["credentials"]>;
  readonly vendor: Vendor<T>;
  /**
   * Closes the client. Calls that wait fail with a `closed` error; a refresh that was sent is completed and stored. Tokens are revoked only
   * with `revoke`, because other workers may be using them.
   */
  close(options?: CloseOptions): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The client of a vendor: `ClientOf<typeof propeller>`. */
export type ClientOf<V> = V extends Vendor<infer T> ? Client<T> : never;
