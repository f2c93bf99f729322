/** The client's type: openapi-fetch's calls, with a `status` beside `data`, `error` and `response`. */
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

/** The call of one method and path, among a vendor's `paths`. */
type CallAt<Paths, M extends string, Path> = Path extends keyof Paths
  ? M extends keyof Paths[Path]
    ? Paths[Path][M]
    : never
  : never;
type InitOf<Call> = [Call] extends [(...init: infer Init) => unknown] ? Init : never;
type ResultOf<Call> = [Call] extends [(...init: never) => Promise<infer Result>] ? Result : never;
/** What a call takes besides its path, as one object. */
type InitObject<Call> = NonNullable<InitOf<Call>[0]>;

/**
 * While it is still being typed, a path stands for all of them: nothing is to be said of the rest, and nothing worked out for all paths
 * at once, which an editor would wait for.
 */
type IsKnown<Path, All, IsSingle> = [All] extends [Path] ? IsSingle : true;

/** `client.GET(path, init)`: the same calls, by method. */
export type CallsOf<Paths, M extends string, All, IsSingle> = <Path extends All>(
  path: Path,
  ...init: IsKnown<Path, All, IsSingle> extends true ? InitOf<CallAt<Paths, M, Path>> : [init?: never]
) => Promise<
  IsKnown<Path, All, IsSingle> extends true
    ? ResultOf<CallAt<Paths, M, Path>>
    : Success<number, unknown> | Refusal<number, unknown>
>;

/** A vendor's calls of one method; `never` takes no path. */
type MethodOf<T extends VendorTypes, M extends string> = CallsOf<
  T["paths"],
  M,
  M extends keyof T["methods"] ? T["methods"][M] : never,
  T["methods"] extends { single: infer Single } ? (M extends Single ? true : false) : true
>;

/** Methods, and paths by method, of a table whose keys are `"GET /path"`. */
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

/** The body's members beside the rows; optional where none of them is required. */
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
  /** End the session too, as `auth.revoke()` does. @default false */
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
  /** OpenAPI 3.2: safe, as a GET is, with a body. */
  QUERY: MethodOf<T, "QUERY">;
  /** The same calls path first, `client.paths["/things"].GET(init)`: what an editor completes fastest. */
  readonly paths: T["paths"];
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
  close(options?: CloseOptions): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The client of a vendor: `ClientOf<typeof propeller>`. */
export type ClientOf<V> = V extends Vendor<infer T> ? Client<T> : never;
