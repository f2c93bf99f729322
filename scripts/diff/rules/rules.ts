/**
 * Every kind of change and its effect: the table of docs/regenerating.md. A change breaks callers if a request that the old document allowed
 * is now invalid, and readers if a response may be one that the old document did not describe. A schema's change counts only in the
 * directions in which the schema is used. `version` is what the change needs: `patch` if generating again fixes it completely, `major` if the
 * user's code, configuration or permissions must change. A change that breaks nothing in its direction needs `minor`.
 */
export interface Rule {
  readonly kind: "added" | "changed" | "removed";
  readonly breaks: "nobody" | "callers" | "readers" | "both";
  readonly version: Version;
  readonly text: string;
}

export type Version = "major" | "minor" | "patch";

export type Row = readonly [kind: Rule["kind"], breaks: Rule["breaks"], version: Version, text: string];

const signIn = {
  "server-added": ["added", "nobody", "minor", "a server was added"],
  "server-removed": ["removed", "callers", "major", "a server was removed"],
  "default-server-changed": ["changed", "callers", "major", "the default server changed"],
  "server-url-changed": ["changed", "callers", "patch", "the URL of the server changed"],
  "host-changed": ["changed", "callers", "patch", "the URL of an additional host changed"],
  "variable-added": ["added", "nobody", "minor", "an optional server variable was added"],
  "required-variable-added": ["added", "callers", "major", "a required server variable was added"],
  "variable-removed": ["removed", "callers", "major", "a server variable was removed"],
  "variable-became-required": ["changed", "callers", "major", "a server variable became required"],
  "variable-default-changed": ["changed", "callers", "patch", "the default of a server variable changed"],
  "variable-value-added": ["added", "nobody", "minor", "a value of a server variable was added"],
  "variable-value-removed": ["removed", "callers", "major", "a value of a server variable was removed"],
  "environment-changed": ["changed", "callers", "major", "credentials are read from other environment variables"],
  "scheme-added": ["added", "nobody", "minor", "a security scheme was added"],
  "scheme-removed": ["removed", "callers", "major", "a security scheme was removed"],
  "sending-changed": ["changed", "callers", "patch", "the token or key is sent in another way"],
  "static-value-changed": ["changed", "callers", "patch", "the value made from the credentials changed"],
  "second-party-changed": ["changed", "callers", "major", "whose credentials these are changed"],
  "credential-added": ["added", "nobody", "minor", "an optional credential was added"],
  "required-credential-added": ["added", "callers", "major", "a required credential was added"],
  "credential-removed": ["removed", "callers", "major", "a credential was removed"],
  "credential-became-required": ["changed", "callers", "major", "a credential became required"],
  "credential-became-optional": ["changed", "nobody", "minor", "a credential became optional"],
  "credential-default-changed": ["changed", "callers", "patch", "the default of a credential changed"],
  "credential-pattern-changed": ["changed", "callers", "major", "the pattern of a credential changed"],
  "credential-secrecy-changed": ["changed", "nobody", "patch", "whether a credential is secret changed"],
  "grant-added": ["added", "nobody", "minor", "a way to sign in was added"],
  "grant-removed": ["removed", "callers", "major", "a way to sign in was removed"],
  "token-url-changed": ["changed", "callers", "patch", "the token URL changed"],
  "client-authentication-changed": ["changed", "callers", "patch", "the client authentication changed"],
  "token-request-changed": ["changed", "callers", "patch", "the token request changed"],
  "token-response-changed": ["changed", "readers", "patch", "the token response changed"],
  "token-type-added": ["added", "readers", "patch", "a token type was added"],
  "token-type-removed": ["removed", "nobody", "patch", "a token type was removed"],
  "refresh-added": ["added", "nobody", "minor", "tokens can be refreshed"],
  "refresh-removed": ["removed", "callers", "patch", "tokens can no longer be refreshed"],
  "revocation-added": ["added", "nobody", "minor", "tokens can be revoked"],
  "revocation-removed": ["removed", "callers", "major", "tokens can no longer be revoked"],
  "lifetime-shortened": ["changed", "callers", "patch", "the documented lifetime is shorter"],
  "lifetime-lengthened": ["changed", "nobody", "patch", "the documented lifetime is longer"],
  "lifetime-stated": ["added", "nobody", "patch", "a lifetime is documented"],
  "lifetime-unstated": ["removed", "nobody", "patch", "no lifetime is documented anymore"],
  "buffer-changed": ["changed", "nobody", "patch", "the buffer before expiry changed"],
  "rotation-begun": ["changed", "callers", "patch", "a refresh token can be used only once"],
  "rotation-ended": ["changed", "nobody", "patch", "a refresh token can be used more than once"],
  "scope-added": ["added", "nobody", "minor", "a scope was added"],
  "scope-removed": ["removed", "callers", "major", "a scope was removed"],
  "security-tightened": ["changed", "callers", "major", "the operation needs an additional scheme or scope"],
  "security-loosened": [
    "changed",
    "nobody",
    "minor",
    "the operation needs fewer schemes or scopes, or accepts another scheme",
  ],
  "permission-changed": ["changed", "callers", "major", "the operation needs another permission"],
  "permission-removed": ["removed", "nobody", "patch", "the operation needs no permission anymore"],
  "error-code-added": ["added", "nobody", "minor", "an error code was added"],
  "error-code-removed": ["removed", "readers", "major", "an error code was removed"],
  "error-rule-added": ["added", "nobody", "minor", "an error rule was added"],
  "error-rule-removed": ["removed", "readers", "major", "an error rule was removed"],
  "error-kind-changed": ["changed", "readers", "major", "the kind of an error changed"],
  "error-envelope-changed": ["changed", "readers", "patch", "the shape of error bodies changed"],
  "rate-limit-changed": ["changed", "nobody", "patch", "the documented rate limits changed"],
  "retry-changed": ["changed", "nobody", "patch", "the documented retry schedule changed"],
} as const satisfies Record<string, Row>;

const operations = {
  "operation-added": ["added", "nobody", "minor", "the operation was added"],
  "operation-removed": ["removed", "callers", "major", "the operation was removed"],
  "operation-moved": ["changed", "callers", "patch", "the operation moved to another host"],
  "operation-deprecated": ["changed", "nobody", "minor", "the operation is deprecated"],
  "operation-id-changed": ["changed", "nobody", "minor", "the operationId changed"],
  "path-parameter-renamed": ["changed", "callers", "major", "a path parameter was renamed"],
  "parameter-added": ["added", "nobody", "minor", "an optional parameter was added"],
  "required-parameter-added": ["added", "callers", "major", "a required parameter was added"],
  "parameter-removed": ["removed", "callers", "major", "a parameter was removed"],
  "parameter-became-required": ["changed", "callers", "major", "a parameter became required"],
  "parameter-became-optional": ["changed", "nobody", "minor", "a parameter became optional"],
  "parameter-style-changed": ["changed", "callers", "patch", "the serialisation of a parameter changed"],
  "body-added": ["added", "nobody", "minor", "an optional body was added"],
  "required-body-added": ["added", "callers", "major", "a required body was added"],
  "body-removed": ["removed", "callers", "major", "the body was removed"],
  "body-became-required": ["changed", "callers", "major", "the body became required"],
  "body-became-optional": ["changed", "nobody", "minor", "the body became optional"],
  "body-encoding-changed": ["changed", "callers", "patch", "the serialisation of the form changed"],
  "body-media-type-added": ["added", "nobody", "minor", "a media type of the body was added"],
  "body-media-type-removed": ["removed", "callers", "major", "a media type of the body was removed"],
  "success-response-added": ["added", "readers", "major", "a success status was added"],
  "success-response-removed": ["removed", "readers", "major", "a success status was removed"],
  "error-response-added": ["added", "nobody", "minor", "an error status was added"],
  "error-response-removed": ["removed", "nobody", "minor", "an error status was removed"],
  "response-body-added": ["added", "nobody", "minor", "the response has a body"],
  "response-body-removed": ["removed", "readers", "major", "the response has no body anymore"],
  "response-media-type-added": ["added", "nobody", "minor", "a media type of the response was added"],
  "response-media-type-removed": ["removed", "readers", "major", "a media type of the response was removed"],
  "response-header-added": ["added", "nobody", "minor", "a response header was added"],
  "response-header-removed": ["removed", "readers", "major", "a response header was removed"],
  "response-header-became-required": ["changed", "nobody", "minor", "a response header is always sent"],
  "response-header-became-optional": ["changed", "readers", "major", "a response header may be missing"],
  "link-added": ["added", "nobody", "minor", "a link of the response was added"],
  "link-removed": ["removed", "readers", "major", "a link of the response was removed"],
  "pagination-added": ["added", "nobody", "minor", "paginate() can read the list"],
  "pagination-removed": ["removed", "callers", "major", "paginate() can no longer read the list"],
  "pagination-changed": ["changed", "callers", "patch", "the pagination of the list changed"],
  "bulk-added": ["added", "nobody", "minor", "batch() can write rows"],
  "bulk-removed": ["removed", "callers", "major", "batch() can no longer write rows"],
  "bulk-changed": ["changed", "callers", "patch", "the way rows are written changed"],
  "idempotency-changed": ["changed", "nobody", "patch", "what makes a repeated write safe changed"],
  "sensitive-names-changed": ["changed", "nobody", "patch", "the values that are never logged changed"],
} as const satisfies Record<string, Row>;

/** Requests that the vendor sends; the user's program reads them. */
const messages = {
  "webhook-added": ["added", "nobody", "minor", "the webhook was added"],
  "webhook-removed": ["removed", "readers", "major", "the webhook is no longer sent"],
  "callback-added": ["added", "nobody", "minor", "the callback was added"],
  "callback-removed": ["removed", "readers", "major", "the callback is no longer sent"],
  "message-deprecated": ["changed", "nobody", "minor", "the webhook or callback is deprecated"],
  "message-parameter-added": ["added", "nobody", "minor", "a parameter was added"],
  "message-parameter-removed": ["removed", "readers", "major", "a parameter is no longer sent"],
  "message-parameter-became-required": ["changed", "nobody", "minor", "a parameter is always sent"],
  "message-parameter-became-optional": ["changed", "readers", "major", "a parameter may be missing"],
  "message-parameter-style-changed": ["changed", "readers", "major", "the serialisation of a parameter changed"],
  "message-body-added": ["added", "nobody", "minor", "the message has a body"],
  "message-body-removed": ["removed", "readers", "major", "the message has no body anymore"],
  "message-body-became-required": ["changed", "nobody", "minor", "the body is always sent"],
  "message-body-became-optional": ["changed", "readers", "major", "the body may be missing"],
  "message-media-type-added": ["added", "readers", "major", "the body may have another media type"],
  "message-media-type-removed": ["removed", "nobody", "minor", "the body no longer has a media type"],
  "answer-added": ["added", "nobody", "minor", "another status is accepted in reply"],
  "answer-removed": ["removed", "callers", "major", "a status is no longer accepted in reply"],
  "answer-body-added": ["added", "callers", "major", "the reply needs a body"],
  "answer-body-removed": ["removed", "nobody", "minor", "the reply needs no body anymore"],
  "answer-media-type-added": ["added", "nobody", "minor", "another media type is accepted in reply"],
  "answer-media-type-removed": ["removed", "callers", "major", "a media type is no longer accepted in reply"],
  "answer-header-added": ["added", "nobody", "minor", "an optional header of the reply was added"],
  "required-answer-header-added": ["added", "callers", "major", "a required header of the reply was added"],
  "answer-header-removed": ["removed", "nobody", "minor", "a header of the reply was removed"],
  "answer-header-became-required": ["changed", "callers", "major", "a header of the reply became required"],
  "answer-header-became-optional": ["changed", "nobody", "minor", "a header of the reply became optional"],
} as const satisfies Record<string, Row>;

const schemas = {
  "schema-added": ["added", "nobody", "minor", "the schema was added"],
  "schema-removed": ["removed", "nobody", "minor", "the schema was removed"],
  "schema-renamed": ["changed", "nobody", "minor", "the schema was renamed"],
  "schema-deprecated": ["changed", "nobody", "minor", "deprecated"],
  "type-changed": ["changed", "both", "major", "the type changed"],
  "type-narrowed": ["changed", "callers", "major", "fewer types are accepted"],
  "type-widened": ["changed", "readers", "major", "the value may have more types"],
  "null-refused": ["changed", "callers", "major", "null is no longer accepted"],
  "null-allowed": ["changed", "readers", "major", "the value may be null"],
  "property-added": ["added", "nobody", "minor", "a property was added"],
  "required-property-added": ["added", "callers", "major", "a required property was added"],
  "property-removed": ["removed", "both", "major", "a property was removed"],
  "property-became-required": ["changed", "callers", "major", "a property became required"],
  "property-became-optional": ["changed", "readers", "major", "a property became optional"],
  "property-became-read-only": ["changed", "callers", "major", "a property became read-only"],
  "property-became-write-only": ["changed", "readers", "major", "a property became write-only"],
  "property-became-two-way": ["changed", "nobody", "minor", "a property is no longer read-only or write-only"],
  "properties-closed": ["changed", "callers", "major", "additional properties are no longer accepted"],
  "properties-opened": ["changed", "nobody", "minor", "additional properties are accepted"],
  "enum-value-added": ["added", "nobody", "minor", "an enum value was added (enums are open in responses)"],
  "enum-value-removed": ["removed", "callers", "major", "an enum value was removed"],
  "enum-added": ["added", "callers", "major", "only listed values are accepted"],
  "enum-removed": ["removed", "nobody", "minor", "values are no longer limited to a list"],
  "constant-added": ["added", "callers", "major", "only one value is accepted"],
  "constant-changed": ["changed", "both", "major", "the constant changed"],
  "constant-removed": ["removed", "readers", "major", "the value is no longer constant"],
  "default-added": ["added", "nobody", "minor", "a default was added"],
  "default-changed": ["changed", "callers", "major", "the default changed"],
  "default-removed": ["removed", "callers", "major", "the default was removed"],
  "format-added": ["added", "callers", "major", "a format was added"],
  "format-changed": ["changed", "both", "major", "the format changed"],
  "format-removed": ["removed", "readers", "major", "the format was removed"],
  "constraint-tightened": ["changed", "callers", "major", "a limit or pattern became stricter"],
  "constraint-loosened": ["changed", "readers", "major", "a limit or pattern became less strict"],
  "constraint-changed": ["changed", "both", "major", "a pattern or step changed"],
  "variant-added": ["added", "readers", "major", "an alternative was added"],
  "variant-removed": ["removed", "callers", "major", "an alternative was removed"],
  "discriminator-changed": ["changed", "both", "major", "the discriminator changed"],
  "keyword-changed": ["changed", "both", "major", "a condition changed (compared as a whole)"],
} as const satisfies Record<string, Row>;

/** The tables in the order of the page. */
export const tables = { signIn, operations, messages, schemas };

export type RuleName = keyof typeof signIn | keyof typeof operations | keyof typeof messages | keyof typeof schemas;

const rows: Readonly<Record<RuleName, Row>> = { ...signIn, ...operations, ...messages, ...schemas };

export function ruleOf(name: RuleName): Rule {
  const [kind, breaks, version, text] = rows[name];
  return { kind, breaks, version, text };
}
