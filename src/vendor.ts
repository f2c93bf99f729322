/**
 * The contract between generated vendors and the runtime. A vendor is plain data with types attached. Generated files import this
 * module's types only. The `x-latchkey-*` extensions of a document have the same shapes (docs/extensions.md), so that generating a
 * vendor is mostly copying.
 */

/** The contract's version. For a vendor of another version, `connect` throws an error that names the package to update. */
export type Contract = 1;

/** The types of a vendor, for the type checker alone; they do not exist at run time. */
export interface VendorTypes {
  /** Each call's options and result, by path: `{ "/things": { GET(init?: …): Promise<…> } }`. */
  paths: object;
  /** The paths of each method: `{ GET: "/things" | "/things/{id}" }`. */
  methods: object;
  /** The `credentials` option of `connect`: a union with one member for each way to sign in. */
  credentials: object;
  /** The credentials of a second party, which `as()` takes; or `never`. */
  actors: object;
  /** Names of the document's servers. */
  servers: string;
  /** Names of the hosts beside the main one (`"auth"`), or `never`. */
  hosts: string;
  /** The vendor's documented error codes. */
  codes: string;
  /** The items of each list, by `"GET /path"`: an `ItemAt`. */
  items: object;
  /** The rows and results of each bulk write, by `"POST /path"`: a `BatchAt`. */
  batches: object;
}

/** The variance is declared (`out`) so that an editor does not compute it at every keystroke. */
export interface Vendor<out Types extends VendorTypes = VendorTypes> {
  readonly contract: Contract;
  /** The folder's name, as in `latchkey/vendors/<name>`; the first word of every message. */
  readonly name: string;
  readonly title: string;
  /** `info.version` of the document. */
  readonly version: string;
  /** By name; the first is the default. */
  readonly servers: Readonly<Record<string, VendorServer>>;
  readonly schemes: Readonly<Record<string, SecurityScheme>>;
  /** The default of operations without security requirements of their own: OpenAPI's top-level `security`. */
  readonly security: readonly SecurityRequirement[];
  /** By `"GET /path/{template}"`. Operations that differ in nothing from the defaults are left out. */
  readonly operations: Readonly<Record<string, Operation>>;
  readonly errors: ErrorRules;
  readonly retry?: RetryRules;
  readonly rateLimits?: readonly RateLimit[];
  /** Types of response headers, by name: the members of a result's `headers`. */
  readonly headers?: Readonly<Record<string, HeaderType>>;
  /** Loads the zod schemas, when something is validated. */
  readonly schemas?: () => Promise<VendorSchemas>;
  /** Never present at run time. */
  readonly "~types"?: Types;
}

/** One environment: its URLs, and the environment variables that hold its credentials. */
export interface VendorServer {
  /** Absolute, with `{variables}`. */
  readonly url: string;
  /** Further hosts by name, for operations that are served elsewhere: `{ auth: "https://auth.example" }`. */
  readonly hosts?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, ServerVariable>>;
  /** Names of environment variables, by credential name: `{ clientId: "ACME_CLIENT_ID" }`. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface ServerVariable {
  readonly default: string;
  readonly enum?: readonly string[];
  /** True where the document has only a placeholder, so that the caller must give a value. */
  readonly required?: boolean;
  /** The environment variable that is read where the caller gives no value. */
  readonly environment?: string;
}

/** Scopes by scheme name. All schemes of one requirement apply together; several requirements are alternatives. */
export type SecurityRequirement = Readonly<Record<string, readonly string[]>>;

export interface SecurityScheme {
  readonly send: SendRule;
  /** The credentials that the user gives. */
  readonly credentials: Readonly<Record<string, CredentialField>>;
  /** The second party whose credentials these are, which `as()` takes: `"customer"`. */
  readonly actor?: string;
  /** How a token is obtained. Absent where the credentials themselves are sent, by `value`. */
  readonly lifecycle?: Lifecycle;
  /** Without a lifecycle: the value that is sent, e.g. `$credentials.apiKey`, or username and password for HTTP Basic. */
  readonly value?: StaticValue;
}

/** How a token or key is sent with a request. */
export interface SendRule {
  readonly in: "header" | "query" | "cookie";
  readonly name: string;
  /** E.g. `"Bearer "`; empty when absent. */
  readonly prefix?: string;
}

export type StaticValue =
  | { readonly as: "raw"; readonly value: Expression }
  | { readonly as: "basic"; readonly username: Expression; readonly password: Expression };

export interface CredentialField {
  readonly description?: string;
  /** Secrets are removed from every message. `false` for identifiers, which may be logged. */
  readonly secret: boolean;
  readonly optional?: boolean;
  /** The value where the caller gives none, e.g. for an audience. */
  readonly default?: string;
  /** A regular expression (flag `u`) the value must match, e.g. no colon in an RFC 7617 user-id. */
  readonly pattern?: string;
}

/**
 * An OpenAPI runtime expression, extended: `$response.body#/json/pointer`, `$response.header.Name`,
 * `$credentials.name`, `$token.refreshToken`. Any other string is a constant.
 */
export type Expression = string;

/** JSON whose strings are expressions. Members whose expression has no value are left out. */
export type Template = string | number | boolean | null | readonly Template[] | { readonly [name: string]: Template };

/** How one scheme's token is obtained, refreshed and revoked (`x-latchkey-lifecycle`). */
export interface Lifecycle {
  /** Ways to sign in. The first whose credentials are all given is used. */
  readonly obtain: readonly TokenOperation[];
  /** The exchange of a refresh token. Absent where a new token is obtained instead. */
  readonly refresh?: TokenOperation;
  readonly revoke?: RevokeOperation;
  /** Shapes of the token response. The first whose access token is found is used. */
  readonly response: readonly TokenResponseShape[];
  /** Accepted `token_type`s, without regard to case. @default ["Bearer"] */
  readonly tokenTypes?: readonly string[];
  /** The access token's documented lifetime, used where the response names none. */
  readonly lifetimeInSeconds?: number;
  readonly refreshLifetimeInSeconds?: number;
  /** The documented buffer before expiry. @default 300 */
  readonly bufferInSeconds?: number;
  /** True where each refresh replaces the refresh token, which can be used only once (RFC 9700 §4.14.2). */
  readonly rotates?: boolean;
}

/** The names of RFC 7591 §2 where one exists. With `body`, the request template alone decides. */
export type ClientAuthentication = "client_secret_basic" | "client_secret_post" | "none" | "body";

/** One request to a token endpoint. */
export interface TokenOperation {
  readonly method: string;
  readonly path: string;
  /** A host of `VendorServer.hosts`. @default the main one */
  readonly host?: string;
  /** The grant type by RFC 6749, or the vendor's own name; part of the token's key. */
  readonly grant: string;
  readonly contentType: "application/x-www-form-urlencoded" | "application/json";
  readonly clientAuthentication: ClientAuthentication;
  /** With `client_secret_basic`: user-id and password, `raw` UTF-8 or form-encoded first (RFC 6749 §2.3.1). @default "raw" */
  readonly basic?: { readonly username: Expression; readonly password: Expression; readonly encoding?: "raw" | "form" };
  readonly request: { readonly [name: string]: Template };
  readonly headers?: Readonly<Record<string, Expression>>;
  /** True where `path` is that of a discovery document. The token endpoint that it names must be on the same origin. */
  readonly discovery?: true;
  /** Security requirements of this request itself: a customer token is requested with the client's own token. */
  readonly security?: readonly SecurityRequirement[];
}

export interface RevokeOperation extends TokenOperation {
  /** `all` where one revocation ends every token of the client, also those of other workers. */
  readonly revokes: "token" | "all";
}

export interface TokenResponseShape {
  readonly accessToken: Expression;
  readonly tokenType?: Expression;
  readonly refreshToken?: Expression;
  readonly scope?: Expression;
  /** Places of the expiry. Of all that are present, the earliest counts. */
  readonly expiry?: readonly ExpiryRule[];
  readonly refreshExpiry?: readonly ExpiryRule[];
  /** The time at which the vendor asks for a refresh (`refresh_in`). */
  readonly refreshAt?: ExpiryRule;
  /** Other properties that `auth.status()` shows: `{ identifier: "$response.body#/identifier" }`. Never a secret. */
  readonly attributes?: Readonly<Record<string, Expression>>;
  /** For a token in a list: the item whose values equal those of the expressions. An expression without a value is ignored. */
  readonly item?: { readonly in: Expression; readonly where?: Readonly<Record<string, Expression>> };
}

export interface ExpiryRule {
  readonly from: Expression;
  /**
   * `seconds` from now; the others are points in time. Numbers may be strings. `instant` is epoch seconds or ISO 8601. `jwt-exp` reads the
   * `exp` of a JWT, only where the document says that the token is one: to a client, tokens are opaque (RFC 6749 §1.4).
   */
  readonly as: "seconds" | "epoch-seconds" | "epoch-milliseconds" | "date-time" | "instant" | "jwt-exp";
}

export interface Operation {
  /** `[]` for a public operation. @default the vendor's `security` */
  readonly security?: readonly SecurityRequirement[];
  readonly host?: string;
  /** The permission that the operation needs, in the vendor's words; quoted in the error after a 403. */
  readonly permission?: string;
  readonly pagination?: Pagination;
  readonly bulk?: Bulk;
  readonly idempotency?: Idempotency;
  /** Parameters whose serialisation differs from the default of their place. */
  readonly parameters?: ParameterRules;
  /** Media types of the request body, where it is not application/json alone. The first that fits the given value is sent. */
  readonly sends?: readonly string[];
  /** The encoding of a form's members, where it differs from the standard's default. */
  readonly encoding?: Readonly<Record<string, FieldEncoding>>;
  /** The Accept header. @default "application/json" */
  readonly accept?: string;
  /** Media types of the 2xx responses, where one of them is not JSON. */
  readonly receives?: readonly string[];
  /** Documented statuses of successes without content: `"202"`, or `"2XX"` for all. Whatever comes with them is not read. */
  readonly bodiless?: readonly string[];
  /** Statuses whose error is a text: `"404"`, `"4XX"`, `"default"`; those whose error is JSON have a `!` before them. Absent where all errors are JSON. */
  readonly textErrors?: readonly string[];
  /** Set where the data of server-sent events is JSON; otherwise it is text. */
  readonly eventData?: "json";
  /** Names of properties whose values are never logged (voucher codes), at any depth of the bodies. */
  readonly sensitive?: readonly string[];
}

/** By place and name. A header parameter's name is spelt as in the document. */
export interface ParameterRules {
  readonly path?: Readonly<Record<string, ParameterRule>>;
  readonly query?: Readonly<Record<string, ParameterRule>>;
  readonly header?: Readonly<Record<string, ParameterRule>>;
  readonly cookie?: Readonly<Record<string, ParameterRule>>;
  /** The whole query is one value (OpenAPI 3.2, `in: querystring`): `params.query`. */
  readonly querystring?: { readonly content: string; readonly encoding?: Readonly<Record<string, FieldEncoding>> };
}

/** OpenAPI's Parameter Object. Without a rule, a parameter has the style of its place: `form` in the query and in cookies, `simple` in the path and in headers. */
export interface ParameterRule {
  /** `tabDelimited` is the `tsv` of Swagger 2.0. */
  readonly style?:
    | "simple"
    | "label"
    | "matrix"
    | "form"
    | "cookie"
    | "spaceDelimited"
    | "pipeDelimited"
    | "tabDelimited"
    | "deepObject";
  /** @default true for `form` and `cookie`, false for the others */
  readonly explode?: boolean;
  /** Reserved characters that have no meaning in the place are not percent-encoded. */
  readonly allowReserved?: true;
  /** The media type that the value is written in; no style applies then. */
  readonly content?: string;
}

/** The members of OpenAPI's Encoding Object that change what is sent. */
export interface FieldEncoding {
  readonly contentType?: string;
  readonly style?: "form" | "spaceDelimited" | "pipeDelimited" | "tabDelimited" | "deepObject";
  readonly explode?: boolean;
}

/** How a list is paged (`x-latchkey-pagination`). */
export interface Pagination {
  /**
   * `page`: numbered pages; `offset`: records to skip; `cursor`: a token from the last page; `link`: a URL in the body or a Link header
   * (RFC 8288); `keyset`: items after the last item's key.
   */
  readonly scheme: "page" | "offset" | "cursor" | "link" | "keyset";
  readonly in: "query" | "body";
  /** Name of the parameter that holds the position: page number, offset or cursor. In a body also a JSON pointer. */
  readonly position?: string;
  /** Name of the parameter that holds the page size. */
  readonly size?: string;
  readonly defaultSize?: number;
  readonly maxSize?: number;
  /** @default 1 for `page`, 0 for `offset` */
  readonly first?: number;
  readonly items: Expression;
  /** The number of records in the whole list. */
  readonly total?: Expression;
  /** The number of pages of the whole list. */
  readonly pages?: Expression;
  readonly hasMore?: Expression;
  /** The next cursor or URL. */
  readonly next?: Expression;
  /** The highest position the vendor serves. */
  readonly maxPosition?: number;
  /** How the list continues after an item: always with the scheme `keyset`; with the others where the list exceeds `maxPosition`. */
  readonly keyset?: Keyset;
}

export interface Keyset {
  /** JSON pointer to an item's key: unique, and what the list is then ordered by. */
  readonly key: string;
  /** Name of the parameter that holds the last item's key. */
  readonly parameter: string;
  /** Its value, with `{key}` in it. @default "{key}" */
  readonly value?: string;
  /** Separates it from the caller's own value of the parameter. Absent where the caller may give no value. */
  readonly separator?: string;
  /** Further parameters of every such request, e.g. the order by the key. The keyset is not used where the caller gives other values. */
  readonly with?: Readonly<Record<string, string>>;
}

export interface Bulk {
  /** JSON pointer of the rows in the request body; `""` is the body itself. */
  readonly rows: string;
  readonly maxRows?: number;
  readonly results?: BulkResults;
}

/** How a bulk write reports each row. Absent where it reports none, and writes all rows or none. */
export interface BulkResults {
  readonly rows: Expression;
  /** Pointer, in a result, to whether the row was written. Absent where all are written or none. */
  readonly success?: string;
  /** Pointer, in a result, to the error message. */
  readonly error?: string;
  readonly code?: string;
  readonly fields?: FieldPointers;
  /** Pointers to a value that a row and its result share. Absent where results are in the rows' order. */
  readonly match?: { readonly row: string; readonly result: string };
}

export interface Idempotency {
  /** `natural-key`: fields that make a repetition harmless or detectable; `header`: a key that the client generates. */
  readonly by: "natural-key" | "header";
  readonly fields?: readonly string[];
  readonly header?: string;
  /** The operation that finds what a request without a response may have created. */
  readonly lookup?: {
    readonly method: string;
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
  };
}

/** The kinds of errors, the same for every vendor. The union is closed: a `switch` over it narrows. */
export type ErrorKind =
  | "invalid_request"
  | "validation_failed"
  | "invalid_credentials"
  | "invalid_grant"
  | "invalid_token"
  | "expired_token"
  | "revoked_token"
  | "wrong_environment"
  | "ip_not_allowed"
  | "permission_denied"
  | "not_found"
  | "conflict"
  | "duplicate"
  | "rate_limited"
  | "server_error"
  | "unavailable"
  | "unexpected";

/** The request that a response belongs to: the same code can mean different things at sign-in and on a resource. */
export type Phase = "obtain" | "refresh" | "revoke" | "resource";

/** `x-latchkey-errors`. */
export interface ErrorRules {
  /** Shapes of error bodies, in order. RFC 6749 §5.2, RFC 9457, JSON:API and an object `error` are always tried after them. */
  readonly envelopes: readonly ErrorEnvelope[];
  /** The first rule that applies decides; where none applies, the status does. */
  readonly table: readonly ErrorRule[];
}

/** JSON pointers into an error body. An envelope fits where its `code`, or without one its `message`, is found as text or number. */
export interface ErrorEnvelope {
  readonly code?: string;
  readonly message?: string;
  readonly requestId?: string;
  readonly fields?: FieldPointers;
}

/** Pointers to a list of field errors, and into each of its items. */
export interface FieldPointers {
  readonly in: string;
  readonly path?: string;
  readonly message?: string;
  readonly code?: string;
}

export interface ErrorRule {
  /** A 2xx status means that the vendor also reports errors under it: its bodies are read, and a rejected token is replaced as after a 401. */
  readonly status?: number;
  readonly code?: string;
  /** Part of the vendor's message, without regard to case, where nothing else distinguishes two errors. */
  readonly message?: string;
  /** @default every phase */
  readonly on?: readonly Phase[];
  /** The scheme whose token endpoint responded; with `on`. */
  readonly scheme?: string;
  readonly kind: ErrorKind;
  /** What to do, one sentence. */
  readonly advice?: string;
}

/** The vendor's own schedule for a 429 without Retry-After (`x-latchkey-retry`). */
export interface RetryRules {
  readonly delaysInSeconds: readonly number[];
  readonly maxDelayInSeconds?: number;
}

/** A header's type, by JSON Schema's names. A header with two types in a document, or one that text cannot express, stays a string. */
export type HeaderType = "string" | "number" | "boolean" | "json" | "string[]" | "number[]" | "boolean[]";

/** A documented limit (`x-latchkey-rate-limits`). */
export interface RateLimit {
  readonly requests: number;
  readonly perSeconds: number;
  /** What the limit is counted by, in the vendor's words: `"client"`, `"organization"`, `"store"`. */
  readonly sharedBy: string;
  /** The server that the limit applies to. @default all */
  readonly server?: string;
  /** `"GET /path"` keys. @default all */
  readonly operations?: readonly string[];
}

/** The exports of a vendor's `schemas` module: by `"GET /path"`, functions that build a zod schema on first use. */
export interface VendorSchemas {
  readonly operations: Readonly<Record<string, OperationSchemas>>;
}

export interface OperationSchemas {
  readonly request?: () => Schema;
  /** The schema of each item of a request body of JSON lines. */
  readonly requestItem?: () => Schema;
  /** By status as in the document: `"200"`, `"4XX"`, `"default"`. */
  readonly responses: Readonly<Record<string, () => Schema>>;
  /** Schemas of a stream's items (a line, an event's data), by status. */
  readonly items?: Readonly<Record<string, () => Schema>>;
}

/** The part of a zod schema that the runtime uses. */
export interface Schema<T = unknown> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { issues: readonly SchemaIssue[] } };
}

export interface SchemaIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string | undefined;
  readonly expected?: string | undefined;
  readonly format?: string | undefined;
  readonly minimum?: number | bigint | undefined;
  readonly maximum?: number | bigint | undefined;
  readonly values?: readonly unknown[] | undefined;
}

/** For generated files: the type of an operation's list items, by the document's pointer; `unknown` where the document has no type. */
export type ItemAt<Call, Pointer extends readonly string[]> = Known<Element<At<SuccessData<Call>, Pointer>>>;

export interface BatchAt<
  Call,
  Rows extends readonly string[],
  Results extends readonly string[] | undefined = undefined,
  Success extends string = never,
> {
  row: Known<Element<At<Body<Call>, Rows>>>;
  /** The body's other members. */
  rest: Rows extends readonly [infer Name extends string]
    ? Omit<Body<Call>, Name>
    : Rows extends readonly []
      ? never
      : Partial<Body<Call>>;
  /** The result of a row that was written: of several shapes, those whose success member is not `false`. */
  result: Results extends readonly string[]
    ? [Success] extends [never]
      ? ItemAt<Call, Results>
      : Exclude<ItemAt<Call, Results>, { readonly [Name in Success]: false }>
    : undefined;
}

type SuccessData<Call> = Call extends (init: never) => Promise<infer R> ? DataOf<R> : never;
type DataOf<R> = R extends { readonly data: infer D; readonly error?: undefined } ? D : never;
type Body<Call> = Call extends (init: infer I) => unknown
  ? NonNullable<I> extends { body?: infer B }
    ? NonNullable<B>
    : never
  : never;
/** The value at a pointer; of a union, of the members that have the property. */
type At<T, Pointer extends readonly string[]> = Pointer extends readonly [
  infer Name,
  ...infer Rest extends readonly string[],
]
  ? T extends unknown
    ? Name extends keyof T
      ? At<NonNullable<T[Name]>, Rest>
      : never
    : never
  : T;
type Element<T> = T extends readonly (infer I)[] ? I : never;
type Known<T> = [T] extends [never] ? unknown : T;
