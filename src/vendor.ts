/**
 * The contract between generated vendors and the runtime: a vendor is a value, plain data, with its types carried along.
 * Generated files import this module's types only. The same shapes are what the `x-latchkey-*` extensions hold in a
 * document (see docs/extensions.md), so that reading a document is mostly copying.
 */

/** The contract's version. A vendor of another contract is refused with the name of the package to update. */
export type Contract = 1;

/** What a vendor value carries for the type checker alone; nothing of it exists at run time. */
export interface VendorTypes {
  /** The client path first, what each call takes and gives back: `{ "/things": { GET(init?: …): Promise<…> } }`. */
  paths: object;
  /** Which paths each method has: `{ GET: "/things" | "/things/{id}" }`. */
  methods: object;
  /** What `connect` takes as `credentials`: a union, one member per way to sign in. */
  credentials: object;
  /** What `as()` takes: the credentials of a second party, or `never`. */
  actors: object;
  /** Names of the document's servers. */
  servers: string;
  /** Names of the hosts beside the main one (`"auth"`), or `never`. */
  hosts: string;
  /** The vendor's documented error codes. */
  codes: string;
  /** What a list holds, by `"GET /path"`: an `ItemAt`. */
  items: object;
  /** What a bulk write takes and gives back for each row, by `"POST /path"`: a `BatchAt`. */
  batches: object;
}

/** Its types are only given out: said, because an editor would work it out at every keystroke. */
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
  /** What an operation needs that names nothing of its own: OpenAPI's top-level `security`. */
  readonly security: readonly SecurityRequirement[];
  /** By `"GET /path/{template}"`; only operations that say something beyond the defaults are listed. */
  readonly operations: Readonly<Record<string, Operation>>;
  readonly errors: ErrorRules;
  readonly retry?: RetryRules;
  readonly rateLimits?: readonly RateLimit[];
  /** How the headers of answers are read, by name: what a result's `headers` holds. */
  readonly headers?: Readonly<Record<string, HeaderType>>;
  /** The zod schemas, loaded only when something is validated. */
  readonly schemas?: () => Promise<VendorSchemas>;
  /** Never present at run time. */
  readonly "~types"?: Types;
}

/** One environment: where it is, and which environment variables hold its credentials. */
export interface VendorServer {
  /** Absolute, with `{variables}`. */
  readonly url: string;
  /** Further hosts by name, for operations that live elsewhere: `{ auth: "https://auth.example" }`. */
  readonly hosts?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, ServerVariable>>;
  /** Environment variables of the credentials, by credential name: `{ clientId: "ACME_CLIENT_ID" }`. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface ServerVariable {
  readonly default: string;
  readonly enum?: readonly string[];
  /** The document only has a placeholder: the caller must say. */
  readonly required?: boolean;
  /** The environment variable that is read when the caller does not say. */
  readonly environment?: string;
}

/** Scheme name → scopes. All schemes of one requirement apply at once; several requirements are alternatives. */
export type SecurityRequirement = Readonly<Record<string, readonly string[]>>;

export interface SecurityScheme {
  readonly send: SendRule;
  /** What the user holds. */
  readonly credentials: Readonly<Record<string, CredentialField>>;
  /** Set where the credentials are a second party's, given to `as()`: `"customer"`. */
  readonly actor?: string;
  /** How a token is had. Absent: the credentials themselves are sent, as `value` says. */
  readonly lifecycle?: Lifecycle;
  /** Without a lifecycle: the expression that is sent, e.g. `$credentials.apiKey`; two joined for HTTP Basic. */
  readonly value?: StaticValue;
}

/** How a token (or key) travels on a request. */
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
  /** Never shown; scrubbed by value from every message. Identifiers that may be logged say `false`. */
  readonly secret: boolean;
  readonly optional?: boolean;
  /** Used where the caller gives none, e.g. an audience. */
  readonly default?: string;
  /** A regular expression (flag `u`) the value must match, e.g. no colon in an RFC 7617 user-id. */
  readonly pattern?: string;
}

/**
 * An OpenAPI runtime expression, extended: `$response.body#/json/pointer`, `$response.header.Name`,
 * `$credentials.name`, `$token.refreshToken`. Any other string is a constant.
 */
export type Expression = string;

/** JSON with expressions as strings; a member whose expression has no value is left out. */
export type Template = string | number | boolean | null | readonly Template[] | { readonly [name: string]: Template };

/** The life of one scheme's token (`x-latchkey-lifecycle`). */
export interface Lifecycle {
  /** Ways to sign in, tried in order: the first whose credentials are all given is used. */
  readonly obtain: readonly TokenOperation[];
  /** Exchange of a refresh token. Absent: a new token is obtained instead. */
  readonly refresh?: TokenOperation;
  readonly revoke?: RevokeOperation;
  /** Shapes of the token response, tried in order: the first whose access token is found is used. */
  readonly response: readonly TokenResponseShape[];
  /** Accepted `token_type`s, compared without case. @default ["Bearer"] */
  readonly tokenTypes?: readonly string[];
  /** The access token's documented lifetime, for a response that names none. */
  readonly lifetimeInSeconds?: number;
  readonly refreshLifetimeInSeconds?: number;
  /** The documented buffer before expiry. @default 300 */
  readonly bufferInSeconds?: number;
  /** The refresh token is replaced at every refresh and may be spent once (RFC 9700 §4.14.2). */
  readonly rotates?: boolean;
}

/** RFC 7591 §2 names where one exists; `body` is whatever the request template says. */
export type ClientAuthentication = "client_secret_basic" | "client_secret_post" | "none" | "body";

/** One request to a token endpoint. */
export interface TokenOperation {
  readonly method: string;
  readonly path: string;
  /** A host of `VendorServer.hosts`; absent: the main one. */
  readonly host?: string;
  /** RFC 6749's name of the grant, or the vendor's; part of the token's key. */
  readonly grant: string;
  readonly contentType: "application/x-www-form-urlencoded" | "application/json";
  readonly clientAuthentication: ClientAuthentication;
  /** With `client_secret_basic`: user-id and password, `raw` UTF-8 or form-encoded first (RFC 6749 §2.3.1). @default "raw" */
  readonly basic?: { readonly username: Expression; readonly password: Expression; readonly encoding?: "raw" | "form" };
  readonly request: { readonly [name: string]: Template };
  readonly headers?: Readonly<Record<string, Expression>>;
  /** `path` is a discovery document's, which names the token endpoint; it must be on the same origin. */
  readonly discovery?: true;
  /** Schemes this request itself needs: a customer token is asked for with the bearer token. */
  readonly security?: readonly SecurityRequirement[];
}

export interface RevokeOperation extends TokenOperation {
  /** `all`: every token of the client ends, other workers' too. */
  readonly revokes: "token" | "all";
}

export interface TokenResponseShape {
  readonly accessToken: Expression;
  readonly tokenType?: Expression;
  readonly refreshToken?: Expression;
  readonly scope?: Expression;
  /** All that are present are read; the earliest wins. */
  readonly expiry?: readonly ExpiryRule[];
  readonly refreshExpiry?: readonly ExpiryRule[];
  /** When the vendor asks for a refresh, where it says so (`refresh_in`). */
  readonly refreshAt?: ExpiryRule;
  /** Whatever else `auth.status()` should show: `{ identifier: "$response.body#/identifier" }`. Never a secret. */
  readonly attributes?: Readonly<Record<string, Expression>>;
  /** The token stands in a list: take the item whose pointers equal these expressions, or the first where they have no value. */
  readonly item?: { readonly in: Expression; readonly where?: Readonly<Record<string, Expression>> };
}

export interface ExpiryRule {
  readonly from: Expression;
  /**
   * `seconds` from now; the others are instants. Numbers may be strings. `instant` takes an epoch in seconds or an ISO 8601 text. `jwt-exp` reads
   * the `exp` of a JWT, only where a document says that the token is one: to a client, tokens are opaque (RFC 6749 §1.4).
   */
  readonly as: "seconds" | "epoch-seconds" | "epoch-milliseconds" | "date-time" | "instant" | "jwt-exp";
}

export interface Operation {
  /** `[]`: public. Absent: the vendor's default. */
  readonly security?: readonly SecurityRequirement[];
  readonly host?: string;
  /** The permission it needs, in the vendor's words; named when a 403 comes back. */
  readonly permission?: string;
  readonly pagination?: Pagination;
  readonly bulk?: Bulk;
  readonly idempotency?: Idempotency;
  /** Media types of its request's body, where that is not simply application/json; the first that fits the value given is sent. */
  readonly sends?: readonly string[];
  /** How a form's members travel, where the standard's default is not it. */
  readonly encoding?: Readonly<Record<string, FieldEncoding>>;
  /** Media types of its answers (2xx), where one of them is not JSON. */
  readonly receives?: readonly string[];
  /** The data of its server-sent events is JSON; otherwise it is text. */
  readonly eventData?: "json";
  /** Names of properties whose values are never logged (voucher codes), at any depth of its bodies. */
  readonly sensitive?: readonly string[];
}

/** OpenAPI's Encoding Object, as far as it changes what is sent. */
export interface FieldEncoding {
  readonly contentType?: string;
  readonly style?: "form" | "spaceDelimited" | "pipeDelimited" | "deepObject";
  readonly explode?: boolean;
}

/** How a list is walked (`x-latchkey-pagination`). */
export interface Pagination {
  /**
   * `page`: numbered pages; `offset`: records to skip; `cursor`: a token from the last page; `link`: a URL in the body or a Link header
   * (RFC 8288); `keyset`: what comes after the last item's key.
   */
  readonly scheme: "page" | "offset" | "cursor" | "link" | "keyset";
  readonly in: "query" | "body";
  /** Name of the parameter that moves: page number, offset or cursor. In a body also a JSON pointer. */
  readonly position?: string;
  /** Name of the parameter for the page's size (propeller calls it `offset`). */
  readonly size?: string;
  readonly defaultSize?: number;
  readonly maxSize?: number;
  /** @default 1 for `page`, 0 for `offset` */
  readonly first?: number;
  readonly items: Expression;
  /** Records in all. */
  readonly total?: Expression;
  /** Pages in all. */
  readonly pages?: Expression;
  readonly hasMore?: Expression;
  /** The next cursor or URL. */
  readonly next?: Expression;
  /** The highest position the vendor serves. */
  readonly maxPosition?: number;
  /** How the list goes on behind an item: always with the scheme `keyset`, with the others where it is longer than `maxPosition`. */
  readonly keyset?: Keyset;
}

export interface Keyset {
  /** JSON pointer into an item, to what the list is then ordered by and no two items share. */
  readonly key: string;
  /** Name of the parameter that holds the last item's key. */
  readonly parameter: string;
  /** Its value, with `{key}` in it. @default "{key}" */
  readonly value?: string;
  /** Joins it to what the caller gives in the same parameter. Absent: the caller may give nothing there. */
  readonly separator?: string;
  /** Further parameters of every such request, e.g. the order by the key. A caller's own other value rules the keyset out. */
  readonly with?: Readonly<Record<string, string>>;
}

export interface Bulk {
  /** JSON pointer of the rows in the request body; `""` is the body itself. */
  readonly rows: string;
  readonly maxRows?: number;
  readonly results?: BulkResults;
}

/** What a bulk write says of each row. Absent: nothing, and all rows go through or none. */
export interface BulkResults {
  readonly rows: Expression;
  /** Pointer, in a result, to whether the row went through. Absent: all go through or none. */
  readonly success?: string;
  /** Pointers, in a result, to what is wrong. */
  readonly error?: string;
  readonly code?: string;
  readonly fields?: FieldPointers;
  /** Which result is which row's: these two pointers lead to the same value. Absent: they come in the rows' order. */
  readonly match?: { readonly row: string; readonly result: string };
}

export interface Idempotency {
  /** `natural-key`: fields that make a repeat harmless or detectable; `header`: a key the client invents. */
  readonly by: "natural-key" | "header";
  readonly fields?: readonly string[];
  readonly header?: string;
  /** The operation that finds what an unanswered request may have made. */
  readonly lookup?: {
    readonly method: string;
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
  };
}

/** What a failure is, whatever the vendor calls it. Closed: a `switch` over it narrows. */
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

/** Where an answer came from: the same code can mean different things at sign-in and on a resource. */
export type Phase = "obtain" | "refresh" | "revoke" | "resource";

/** `x-latchkey-errors`. */
export interface ErrorRules {
  /** Shapes of error bodies, tried in order; RFC 6749 §5.2, RFC 9457, JSON:API and an object `error` are always tried after them. */
  readonly envelopes: readonly ErrorEnvelope[];
  /** First match wins; the status alone decides where none matches. */
  readonly table: readonly ErrorRule[];
}

/** JSON pointers into an error body. An envelope fits when its `code` or, lacking one, its `message` is found as text or number. */
export interface ErrorEnvelope {
  readonly code?: string;
  readonly message?: string;
  readonly requestId?: string;
  readonly fields?: FieldPointers;
}

/** Field-level problems: a list, and what each item says. */
export interface FieldPointers {
  readonly in: string;
  readonly path?: string;
  readonly message?: string;
  readonly code?: string;
}

export interface ErrorRule {
  /** A 2xx says that the vendor hides failures under it: then its bodies are read, and a refused token there is replaced as after a 401. */
  readonly status?: number;
  readonly code?: string;
  /** Part of the vendor's message, compared without case, where nothing else tells two failures apart. */
  readonly message?: string;
  /** @default every phase */
  readonly on?: readonly Phase[];
  /** The scheme whose token endpoint answered; with `on`. */
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

/** A header's type, in JSON Schema's words. Where a document types one name in two ways, or in one that no text tells, it stays a string. */
export type HeaderType = "string" | "number" | "boolean" | "json" | "string[]" | "number[]" | "boolean[]";

/** A documented limit (`x-latchkey-rate-limits`). */
export interface RateLimit {
  readonly requests: number;
  readonly perSeconds: number;
  /** Who shares it, in the vendor's words: `"client"`, `"organization"`, `"store"`. */
  readonly sharedBy: string;
  /** The server it holds on. Absent: all. */
  readonly server?: string;
  /** `"GET /path"` keys. Absent: all. */
  readonly operations?: readonly string[];
}

/** What a vendor's `schemas` module exports: by `"GET /path"`, thunks that build a zod schema on first use. */
export interface VendorSchemas {
  readonly operations: Readonly<Record<string, OperationSchemas>>;
}

export interface OperationSchemas {
  readonly request?: () => Schema;
  /** Of each item that is sent one a line. */
  readonly requestItem?: () => Schema;
  /** By status as the document writes it: `"200"`, `"4XX"`, `"default"`. */
  readonly responses: Readonly<Record<string, () => Schema>>;
  /** Of each item of a stream: a line's, an event's data. By status, too. */
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

/**
 * For generated files: the types of an operation's list items and rows, by the document's pointers. What the document does not
 * type is `unknown`.
 */
export type ItemAt<Call, Pointer extends readonly string[]> = Known<Element<At<Answer<Call>, Pointer>>>;

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
  /** What comes back for a row that went through: of several shapes those that do not say `false` there. */
  result: Results extends readonly string[]
    ? [Success] extends [never]
      ? ItemAt<Call, Results>
      : Exclude<ItemAt<Call, Results>, { readonly [Name in Success]: false }>
    : undefined;
}

type Answer<Call> = Call extends (init: never) => Promise<infer R> ? DataOf<R> : never;
type DataOf<R> = R extends { readonly data: infer D; readonly error?: undefined } ? D : never;
type Body<Call> = Call extends (init: infer I) => unknown
  ? NonNullable<I> extends { body?: infer B }
    ? NonNullable<B>
    : never
  : never;
/** The members of a union that have such a property, each looked into. */
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
