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
  "server-removed": ["removed", "callers", "major", "a server is gone"],
  "default-server-changed": ["changed", "callers", "major", "another server is the default"],
  "server-url-changed": ["changed", "callers", "patch", "the server's URL is another"],
  "host-changed": ["changed", "callers", "patch", "a further host's URL is another"],
  "variable-added": ["added", "nobody", "minor", "a server variable was added"],
  "required-variable-added": ["added", "callers", "major", "a server variable that must be given was added"],
  "variable-removed": ["removed", "callers", "major", "a server variable is gone"],
  "variable-became-required": ["changed", "callers", "major", "a server variable must be given"],
  "variable-default-changed": ["changed", "callers", "patch", "a server variable's default is another"],
  "variable-value-added": ["added", "nobody", "minor", "a server variable takes another value"],
  "variable-value-removed": ["removed", "callers", "major", "a server variable's value is gone"],
  "environment-changed": ["changed", "callers", "major", "credentials are read from another environment variable"],
  "scheme-added": ["added", "nobody", "minor", "a security scheme was added"],
  "scheme-removed": ["removed", "callers", "major", "a security scheme is gone"],
  "sending-changed": ["changed", "callers", "patch", "the token or key travels differently"],
  "static-value-changed": ["changed", "callers", "patch", "what is sent of the credentials is another"],
  "second-party-changed": ["changed", "callers", "major", "whose credentials these are is another"],
  "credential-added": ["added", "nobody", "minor", "a credential that may be given was added"],
  "required-credential-added": ["added", "callers", "major", "a credential that must be given was added"],
  "credential-removed": ["removed", "callers", "major", "a credential is gone"],
  "credential-became-required": ["changed", "callers", "major", "a credential must be given"],
  "credential-became-optional": ["changed", "nobody", "minor", "a credential may be left out"],
  "credential-default-changed": ["changed", "callers", "patch", "a credential's default is another"],
  "credential-pattern-changed": ["changed", "callers", "major", "what a credential looks like is another"],
  "credential-secrecy-changed": ["changed", "nobody", "patch", "whether a credential is secret is another"],
  "grant-added": ["added", "nobody", "minor", "a way to sign in was added"],
  "grant-removed": ["removed", "callers", "major", "a way to sign in is gone"],
  "token-url-changed": ["changed", "callers", "patch", "the token URL is another"],
  "client-authentication-changed": ["changed", "callers", "patch", "the client authenticates differently"],
  "token-request-changed": ["changed", "callers", "patch", "the token request is another"],
  "token-response-changed": ["changed", "readers", "patch", "the token response is another"],
  "token-type-added": ["added", "readers", "patch", "a token type was added"],
  "token-type-removed": ["removed", "nobody", "patch", "a token type is gone"],
  "refresh-added": ["added", "nobody", "minor", "tokens can be refreshed"],
  "refresh-removed": ["removed", "callers", "patch", "tokens can no longer be refreshed"],
  "revocation-added": ["added", "nobody", "minor", "tokens can be revoked"],
  "revocation-removed": ["removed", "callers", "major", "tokens can no longer be revoked"],
  "lifetime-shortened": ["changed", "callers", "patch", "the documented lifetime is shorter"],
  "lifetime-lengthened": ["changed", "nobody", "patch", "the documented lifetime is longer"],
  "lifetime-stated": ["added", "nobody", "patch", "a lifetime is documented"],
  "lifetime-unstated": ["removed", "nobody", "patch", "no lifetime is documented any more"],
  "buffer-changed": ["changed", "nobody", "patch", "the buffer before expiry is another"],
  "rotation-begun": ["changed", "callers", "patch", "a refresh token may be spent once only"],
  "rotation-ended": ["changed", "nobody", "patch", "a refresh token may be spent again"],
  "scope-added": ["added", "nobody", "minor", "a scope was added"],
  "scope-removed": ["removed", "callers", "major", "a scope is gone"],
  "security-tightened": ["changed", "callers", "major", "a call needs a scheme or scope that it did not need"],
  "security-loosened": ["changed", "nobody", "minor", "a call needs less, or takes a further scheme"],
  "permission-changed": ["changed", "callers", "major", "a call needs another permission"],
  "permission-removed": ["removed", "nobody", "patch", "a call needs no permission any more"],
  "error-code-added": ["added", "nobody", "minor", "an error code was added"],
  "error-code-removed": ["removed", "readers", "major", "an error code is gone"],
  "error-rule-added": ["added", "nobody", "minor", "a rule for errors was added"],
  "error-rule-removed": ["removed", "readers", "major", "a rule for errors is gone"],
  "error-kind-changed": ["changed", "readers", "major", "an error is of another kind"],
  "error-envelope-changed": ["changed", "readers", "patch", "error bodies are shaped differently"],
  "rate-limit-changed": ["changed", "nobody", "patch", "the documented rate limits are others"],
  "retry-changed": ["changed", "nobody", "patch", "the documented retry schedule is another"],
} as const satisfies Record<string, Row>;

const operations = {
  "operation-added": ["added", "nobody", "minor", "the operation was added"],
  "operation-removed": ["removed", "callers", "major", "the operation is gone"],
  "operation-moved": ["changed", "callers", "patch", "the operation is on another host"],
  "operation-deprecated": ["changed", "nobody", "minor", "the operation is deprecated"],
  "operation-id-changed": ["changed", "nobody", "minor", "the operationId is another"],
  "path-parameter-renamed": ["changed", "callers", "major", "a path parameter has another name"],
  "parameter-added": ["added", "nobody", "minor", "a parameter that may be given was added"],
  "required-parameter-added": ["added", "callers", "major", "a parameter that must be given was added"],
  "parameter-removed": ["removed", "callers", "major", "a parameter is gone"],
  "parameter-became-required": ["changed", "callers", "major", "a parameter must be given"],
  "parameter-became-optional": ["changed", "nobody", "minor", "a parameter may be left out"],
  "parameter-style-changed": ["changed", "callers", "patch", "a parameter is written differently"],
  "body-added": ["added", "nobody", "minor", "a body may be sent"],
  "required-body-added": ["added", "callers", "major", "a body must be sent"],
  "body-removed": ["removed", "callers", "major", "no body is taken any more"],
  "body-became-required": ["changed", "callers", "major", "the body must be sent"],
  "body-became-optional": ["changed", "nobody", "minor", "the body may be left out"],
  "body-encoding-changed": ["changed", "callers", "patch", "the form's members are written differently"],
  "body-media-type-added": ["added", "nobody", "minor", "a media type of the body was added"],
  "body-media-type-removed": ["removed", "callers", "major", "a media type of the body is gone"],
  "success-response-added": ["added", "readers", "major", "a success with another status was added"],
  "success-response-removed": ["removed", "readers", "major", "a success status is gone"],
  "error-response-added": ["added", "nobody", "minor", "an error status was added"],
  "error-response-removed": ["removed", "nobody", "minor", "an error status is gone"],
  "response-body-added": ["added", "nobody", "minor", "the answer has a body"],
  "response-body-removed": ["removed", "readers", "major", "the answer has no body any more"],
  "response-media-type-added": ["added", "nobody", "minor", "a media type of the answer was added"],
  "response-media-type-removed": ["removed", "readers", "major", "a media type of the answer is gone"],
  "response-header-added": ["added", "nobody", "minor", "a header of the answer was added"],
  "response-header-removed": ["removed", "readers", "major", "a header of the answer is gone"],
  "response-header-became-required": ["changed", "nobody", "minor", "a header of the answer is always there"],
  "response-header-became-optional": ["changed", "readers", "major", "a header of the answer may be missing"],
  "link-added": ["added", "nobody", "minor", "a link of the answer was added"],
  "link-removed": ["removed", "readers", "major", "a link of the answer is gone"],
  "pagination-added": ["added", "nobody", "minor", "paginate() walks the list"],
  "pagination-removed": ["removed", "callers", "major", "paginate() no longer walks the list"],
  "pagination-changed": ["changed", "callers", "patch", "the list is walked differently"],
  "bulk-added": ["added", "nobody", "minor", "rows are written in batches"],
  "bulk-removed": ["removed", "callers", "major", "rows are no longer written in batches"],
  "bulk-changed": ["changed", "callers", "patch", "rows are written differently"],
  "idempotency-changed": ["changed", "nobody", "patch", "what makes a repeat harmless is another"],
  "sensitive-names-changed": ["changed", "nobody", "patch", "what is never logged is another"],
} as const satisfies Record<string, Row>;

/** Requests that the vendor sends; the user's program reads them. */
const messages = {
  "webhook-added": ["added", "nobody", "minor", "the webhook was added"],
  "webhook-removed": ["removed", "readers", "major", "the webhook is no longer sent"],
  "callback-added": ["added", "nobody", "minor", "the callback was added"],
  "callback-removed": ["removed", "readers", "major", "the callback is no longer sent"],
  "message-deprecated": ["changed", "nobody", "minor", "the webhook or callback is deprecated"],
  "message-parameter-added": ["added", "nobody", "minor", "a parameter is sent with it"],
  "message-parameter-removed": ["removed", "readers", "major", "a parameter is no longer sent with it"],
  "message-parameter-became-required": ["changed", "nobody", "minor", "a parameter is always sent with it"],
  "message-parameter-became-optional": ["changed", "readers", "major", "a parameter may be missing"],
  "message-parameter-style-changed": ["changed", "readers", "major", "a parameter is written differently"],
  "message-body-added": ["added", "nobody", "minor", "it has a body"],
  "message-body-removed": ["removed", "readers", "major", "it has no body any more"],
  "message-body-became-required": ["changed", "nobody", "minor", "its body is always there"],
  "message-body-became-optional": ["changed", "readers", "major", "its body may be missing"],
  "message-media-type-added": ["added", "readers", "major", "it may come in a further media type"],
  "message-media-type-removed": ["removed", "nobody", "minor", "it no longer comes in a media type"],
  "answer-added": ["added", "nobody", "minor", "it may be answered with another status"],
  "answer-removed": ["removed", "callers", "major", "a status to answer it with is gone"],
  "answer-body-added": ["added", "callers", "major", "its answer is to have a body"],
  "answer-body-removed": ["removed", "nobody", "minor", "its answer needs no body any more"],
  "answer-media-type-added": ["added", "nobody", "minor", "its answer may be of a further media type"],
  "answer-media-type-removed": ["removed", "callers", "major", "a media type of its answer is gone"],
  "answer-header-added": ["added", "nobody", "minor", "its answer may have a further header"],
  "required-answer-header-added": ["added", "callers", "major", "its answer must have a further header"],
  "answer-header-removed": ["removed", "nobody", "minor", "a header of its answer is gone"],
  "answer-header-became-required": ["changed", "callers", "major", "its answer must have a header"],
  "answer-header-became-optional": ["changed", "nobody", "minor", "a header of its answer may be left out"],
} as const satisfies Record<string, Row>;

const schemas = {
  "schema-added": ["added", "nobody", "minor", "the schema was added"],
  "schema-removed": ["removed", "nobody", "minor", "the schema is gone"],
  "schema-renamed": ["changed", "nobody", "minor", "the schema has another name"],
  "schema-deprecated": ["changed", "nobody", "minor", "this is deprecated"],
  "type-changed": ["changed", "both", "major", "the type is another"],
  "type-narrowed": ["changed", "callers", "major", "fewer types pass"],
  "type-widened": ["changed", "readers", "major", "more types may come"],
  "null-refused": ["changed", "callers", "major", "null no longer passes"],
  "null-allowed": ["changed", "readers", "major", "null may come"],
  "property-added": ["added", "nobody", "minor", "a property was added"],
  "required-property-added": ["added", "callers", "major", "a property that must be sent was added"],
  "property-removed": ["removed", "both", "major", "a property is gone"],
  "property-became-required": ["changed", "callers", "major", "a property must be there"],
  "property-became-optional": ["changed", "readers", "major", "a property may be missing"],
  "property-became-read-only": ["changed", "callers", "major", "a property is received only"],
  "property-became-write-only": ["changed", "readers", "major", "a property is sent only"],
  "property-became-two-way": ["changed", "nobody", "minor", "a property is sent and received"],
  "properties-closed": ["changed", "callers", "major", "no further properties pass"],
  "properties-opened": ["changed", "nobody", "minor", "further properties pass"],
  "enum-value-added": ["added", "nobody", "minor", "a value was added (enums are open to readers)"],
  "enum-value-removed": ["removed", "callers", "major", "a value is gone"],
  "enum-added": ["added", "callers", "major", "only listed values pass"],
  "enum-removed": ["removed", "nobody", "minor", "values beyond a list pass"],
  "constant-added": ["added", "callers", "major", "one value alone passes"],
  "constant-changed": ["changed", "both", "major", "the one value that passes is another"],
  "constant-removed": ["removed", "readers", "major", "more than one value may come"],
  "default-added": ["added", "nobody", "minor", "a default was added"],
  "default-changed": ["changed", "callers", "major", "what is left out means something else"],
  "default-removed": ["removed", "callers", "major", "what is left out has no default any more"],
  "format-added": ["added", "callers", "major", "a format is asked for"],
  "format-changed": ["changed", "both", "major", "the format is another"],
  "format-removed": ["removed", "readers", "major", "no format is promised any more"],
  "constraint-tightened": ["changed", "callers", "major", "a bound or pattern is tighter"],
  "constraint-loosened": ["changed", "readers", "major", "a bound or pattern is looser"],
  "constraint-changed": ["changed", "both", "major", "a pattern or step is another"],
  "variant-added": ["added", "readers", "major", "an alternative was added"],
  "variant-removed": ["removed", "callers", "major", "an alternative is gone"],
  "discriminator-changed": ["changed", "both", "major", "alternatives are told apart differently"],
  "keyword-changed": ["changed", "both", "major", "a condition that is compared as a whole is another"],
} as const satisfies Record<string, Row>;

/** The tables in the order of the page. */
export const tables = { signIn, operations, messages, schemas };

export type RuleName = keyof typeof signIn | keyof typeof operations | keyof typeof messages | keyof typeof schemas;

const rows: Readonly<Record<RuleName, Row>> = { ...signIn, ...operations, ...messages, ...schemas };

export function ruleOf(name: RuleName): Rule {
  const [kind, breaks, version, text] = rows[name];
  return { kind, breaks, version, text };
}
