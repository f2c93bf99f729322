/**
 * Schemas of the `x-latchkey-*` specification extensions. The published JSON Schema is generated from them, and docs/extensions.md
 * describes them. Every object is strict: an unknown key is an error.
 */
import * as z from "zod";
import type { ErrorKind } from "../../../src/vendor.ts";
import { variableName } from "../util/environment-variables.ts";

const describe = <T extends z.ZodType>(text: string, schema: T): T => schema.describe(text);

const expression = describe(
  "An OpenAPI runtime expression ($response.body#/pointer, $response.header.Name, $credentials.name, $token.refreshToken) or a constant",
  z.string(),
);
const responseExpression = describe(
  "A place in the response: $response.body, $response.body#/json/pointer or $response.header.Name",
  z.string().regex(/^\$response\.(body(#\/.*)?|header\.[!#$%&'*+.^_`|~0-9A-Za-z-]+)$/u, {
    error: "must be $response.body, $response.body#/json/pointer or $response.header.Name",
  }),
);
const pointer = describe(
  "A JSON pointer (RFC 6901)",
  z.string().regex(/^(\/.*)?$/u, { error: "must be a JSON pointer: empty, or beginning with /" }),
);
const name = z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/u, { error: "must be a camelCase name" });
const environmentVariable = z.string().regex(variableName, { error: "must be an UPPER_CASE variable name" });
const template: z.ZodType<unknown> = describe(
  "JSON whose strings may be expressions; members whose expression has no value are left out",
  z.json(),
);

const credentialField = z.strictObject({
  description: z.string().optional(),
  secret: describe("Set to false only if the value may be logged", z.boolean().default(true)),
  optional: z.boolean().optional(),
  default: z.string().optional(),
  pattern: describe("A regular expression (flag u) that the value must match", z.string().optional()),
});

const tokenOperation = z.strictObject({
  operation: describe("The operationId of an operation in this document", z.string()),
  grant: describe("RFC 6749's name of the grant, or the vendor's", z.string()),
  clientAuthentication: z.enum(["client_secret_basic", "client_secret_post", "none", "body"]),
  basic: z
    .strictObject({ username: expression, password: expression, encoding: z.enum(["raw", "form"]).optional() })
    .optional(),
  request: describe("The fields of the body", z.record(z.string(), template)),
  headers: z.record(z.string(), expression).optional(),
});

const expiryRule = z.strictObject({
  from: responseExpression,
  as: z.enum(["seconds", "epoch-seconds", "epoch-milliseconds", "date-time", "instant", "jwt-exp"]),
});

const tokenResponse = z.strictObject({
  accessToken: responseExpression,
  tokenType: responseExpression.optional(),
  refreshToken: responseExpression.optional(),
  scope: responseExpression.optional(),
  expiry: z.array(expiryRule).optional(),
  refreshExpiry: z.array(expiryRule).optional(),
  refreshAt: expiryRule.optional(),
  attributes: z.record(name, responseExpression).optional(),
  item: describe(
    "For a token inside a list: `in` is the list, `where` selects the item (default: the first); the other expressions of the shape then start at that item",
    z.strictObject({ in: responseExpression, where: z.record(pointer, expression).optional() }).optional(),
  ),
});

/** On a security scheme. */
export const lifecycle = z.strictObject({
  credentials: describe("The credentials, by name", z.record(name, credentialField)),
  actor: describe(
    "Whose credentials they are, if not the API client's own; they are then passed to as()",
    name.optional(),
  ),
  obtain: describe(
    "Token operations that sign in; the first one whose credentials are all given is used",
    z.array(tokenOperation).min(1),
  ),
  refresh: tokenOperation.optional(),
  revoke: tokenOperation.extend({ revokes: z.enum(["token", "all"]) }).optional(),
  response: describe(
    "Shapes of the token response; the first one whose access token is found is used",
    z.array(tokenResponse).min(1),
  ),
  tokenTypes: z.array(z.string()).optional(),
  lifetimeInSeconds: z.number().positive().optional(),
  refreshLifetimeInSeconds: z.number().positive().optional(),
  bufferInSeconds: z.number().nonnegative().optional(),
  rotates: z.boolean().optional(),
});

export const errorKinds = [
  "invalid_request",
  "validation_failed",
  "invalid_credentials",
  "invalid_grant",
  "invalid_token",
  "expired_token",
  "revoked_token",
  "wrong_environment",
  "ip_not_allowed",
  "permission_denied",
  "not_found",
  "conflict",
  "duplicate",
  "rate_limited",
  "server_error",
  "unavailable",
  "unexpected",
] as const satisfies readonly ErrorKind[];

/** A compile-time check that the list has every kind of the vendor contract. */
type Missing = Exclude<ErrorKind, (typeof errorKinds)[number]>;
errorKinds satisfies [Missing] extends [never] ? readonly ErrorKind[] : Missing;

const fieldPointers = z.strictObject({
  in: pointer,
  path: pointer.optional(),
  message: pointer.optional(),
  code: pointer.optional(),
});

/** On the document. */
export const errors = z.strictObject({
  envelopes: z.array(
    z.strictObject({
      code: pointer.optional(),
      message: pointer.optional(),
      requestId: pointer.optional(),
      fields: fieldPointers.optional(),
    }),
  ),
  table: z.array(
    z.strictObject({
      status: z.number().int().min(100).max(599).optional(),
      code: z.union([z.string(), z.number().transform(String)]).optional(),
      message: describe("A part of the vendor's message, case-insensitive", z.string().optional()),
      on: z.array(z.enum(["obtain", "refresh", "revoke", "resource"])).optional(),
      scheme: z.string().optional(),
      kind: z.enum(errorKinds),
      advice: z.string().optional(),
      "x-inferred": z.literal(true).optional(),
      "x-source": z.string().optional(),
    }),
  ),
});

const keyset = z.strictObject({
  key: describe("JSON pointer, inside an item, to a value that no two items share", pointer),
  parameter: describe("The name of the parameter that receives the last item's key", z.string()),
  value: describe(
    "The value of the parameter; it contains {key}",
    z.string().includes("{key}", { error: "must contain {key}" }).optional(),
  ),
  separator: describe("Joins the value to what the caller gives in the same parameter", z.string().optional()),
  with: describe("Additional parameters, usually the sort order by key", z.record(z.string(), z.string()).optional()),
});

/** On an operation. */
export const pagination = z
  .strictObject({
    scheme: z.enum(["page", "offset", "cursor", "link", "keyset"]),
    in: z.enum(["query", "body"]),
    position: describe("A parameter's name; in a body also a JSON pointer", z.string().optional()),
    size: describe("A parameter's name; in a body also a JSON pointer", z.string().optional()),
    defaultSize: z.number().int().positive().optional(),
    maxSize: z.number().int().positive().optional(),
    first: z.number().int().nonnegative().optional(),
    items: responseExpression,
    total: responseExpression.optional(),
    pages: responseExpression.optional(),
    hasMore: responseExpression.optional(),
    next: responseExpression.optional(),
    maxPosition: z.number().int().positive().optional(),
    keyset: keyset.optional(),
  })
  .superRefine((rule, context) => {
    // Without these only the first page could be read.
    const needed = {
      page: "position",
      offset: "position",
      cursor: "position",
      link: undefined,
      keyset: "keyset",
    } as const;
    const key = needed[rule.scheme];
    if (key !== undefined && rule[key] === undefined)
      context.addIssue({ code: "custom", path: [], message: `the scheme ${rule.scheme} needs ${key}` });
    if (rule.scheme === "cursor" && rule.next === undefined)
      context.addIssue({ code: "custom", path: [], message: "the scheme cursor needs next" });
  });

/** On an operation. */
export const bulk = z.strictObject({
  rows: pointer,
  maxRows: z.number().int().positive().optional(),
  results: z
    .strictObject({
      rows: responseExpression,
      success: describe(
        "Whether the row was accepted; without it, all rows of a request succeed or fail together",
        pointer.optional(),
      ),
      error: pointer.optional(),
      code: pointer.optional(),
      fields: fieldPointers.optional(),
      match: describe(
        "Pointers to the value that a row and its result share; without it, results are in the order of the rows",
        z.strictObject({ row: pointer, result: pointer }).optional(),
      ),
    })
    .optional(),
});

/** On an operation. */
export const idempotency = z.strictObject({
  by: z.enum(["natural-key", "header"]),
  fields: z.array(pointer).optional(),
  header: z.string().optional(),
  lookup: z
    .strictObject({
      operation: z.string(),
      query: describe("Query parameter → pointer into the request body", z.record(z.string(), pointer)),
    })
    .optional(),
});

/** On an operation: the vendor's name of the permission that it needs. */
export const permission = z.string().min(1);

/** On the document. */
export const retry = z.strictObject({
  delaysInSeconds: z.array(z.number().positive()).min(1),
  maxDelayInSeconds: z.number().positive().optional(),
});

/** On the document. */
export const rateLimits = z.array(
  z.strictObject({
    requests: z.number().int().positive(),
    perSeconds: z.number().positive(),
    sharedBy: z.string(),
    server: z.string().optional(),
    operations: describe("operationIds", z.array(z.string()).optional()),
    "x-inferred": z.literal(true).optional(),
    "x-source": z.string().optional(),
  }),
);

/** On a server object. A server below a path or an operation names its `host`. */
export const server = z.strictObject({
  name,
  host: name.optional(),
  environment: describe("Credential → environment variable", z.record(name, environmentVariable).optional()),
});

/** On a server variable. */
export const serverVariable = z.strictObject({
  required: describe("The default is a placeholder, so the caller must give a value", z.boolean().optional()),
  environment: environmentVariable.optional(),
});

/** On a schema: values are never logged. */
export const sensitive = z.literal(true);

/** By name of an extension: its allowed place and its schema. */
export const extensions = {
  "x-latchkey-lifecycle": { on: "security scheme", schema: lifecycle },
  "x-latchkey-errors": { on: "document", schema: errors },
  "x-latchkey-retry": { on: "document", schema: retry },
  "x-latchkey-rate-limits": { on: "document", schema: rateLimits },
  "x-latchkey-server": { on: "server", schema: server },
  "x-latchkey-variable": { on: "server variable", schema: serverVariable },
  "x-latchkey-pagination": { on: "operation", schema: pagination },
  "x-latchkey-bulk": { on: "operation", schema: bulk },
  "x-latchkey-idempotency": { on: "operation", schema: idempotency },
  "x-latchkey-permission": { on: "operation", schema: permission },
  "x-latchkey-sensitive": { on: "schema", schema: sensitive },
} as const;

export type ExtensionName = keyof typeof extensions;
