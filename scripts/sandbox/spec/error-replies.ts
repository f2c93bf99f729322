/**
 * Error responses: the sandbox data's response for a situation, else the one that the document declares, else the standard one
 * (RFC 6749 §5.2 at a token endpoint, RFC 9457 elsewhere).
 */
import type { Answer } from "./sandbox-data.ts";
import type { SandboxDocument } from "./document.ts";
import type { DocumentOperation } from "./document-operation.ts";
import type { Examples } from "./examples.ts";
import { createMap, type Json } from "../../codegen/util/json.ts";
import { readPointer, textOf } from "./json.ts";
import { matchesOperation } from "./operation-pattern.ts";
import type { SandboxPhase, Situation } from "./switches.ts";
import { fillTemplate, fillText, type Scope } from "./template.ts";

/** A response before it is sent. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  /** JSON; a string is sent as it is where the content type is not JSON; undefined: no body. */
  readonly body: Json | undefined;
}

/** Ends a request with the response of a situation; templates of the response can use `$problem`. */
export class SandboxError extends Error {
  readonly situation: Situation;
  readonly scheme: string | undefined;
  readonly problem: {
    readonly message: string;
    readonly path?: string;
    readonly field?: string;
    readonly keyword?: string;
  };

  constructor(situation: Situation, problem: SandboxError["problem"], scheme?: string) {
    super(problem.message);
    this.situation = situation;
    this.problem = problem;
    this.scheme = scheme;
  }
}

export interface AnswerContext {
  readonly phase: SandboxPhase;
  readonly operation: DocumentOperation | undefined;
  readonly scheme: string | undefined;
  readonly scope: Scope;
}

interface SituationDefaults {
  /** The situation whose response is sent if the sandbox data has none for this one. */
  readonly like?: Situation;
  readonly statuses: readonly number[];
  readonly kinds: readonly string[];
  /** RFC 6749 §5.2. */
  readonly oauth?: string;
  readonly title: string;
}

const defaults: Readonly<Record<Situation, SituationDefaults>> = {
  "wrong-encoding": {
    like: "malformed-body",
    statuses: [415, 400],
    kinds: ["invalid_request"],
    oauth: "invalid_request",
    title: "Unsupported media type",
  },
  "malformed-body": {
    like: "invalid-request",
    statuses: [400],
    kinds: ["invalid_request"],
    oauth: "invalid_request",
    title: "The body cannot be read",
  },
  "unsupported-grant": {
    like: "parameter-missing",
    statuses: [400],
    kinds: ["invalid_request"],
    oauth: "unsupported_grant_type",
    title: "Unsupported grant type",
  },
  "parameter-missing": {
    like: "invalid-request",
    statuses: [400, 422],
    kinds: ["invalid_request", "validation_failed"],
    oauth: "invalid_request",
    title: "A parameter is missing",
  },
  "credentials-refused": {
    statuses: [401, 403, 400],
    kinds: ["invalid_credentials"],
    oauth: "invalid_client",
    title: "Invalid credentials",
  },
  "credentials-inactive": {
    like: "credentials-refused",
    statuses: [401, 403],
    kinds: ["invalid_credentials"],
    oauth: "invalid_client",
    title: "Inactive credentials",
  },
  "organization-refused": {
    like: "credentials-refused",
    statuses: [400],
    kinds: ["invalid_request"],
    oauth: "invalid_request",
    title: "Unknown organization",
  },
  "audience-refused": {
    like: "credentials-refused",
    statuses: [403],
    kinds: ["permission_denied"],
    oauth: "access_denied",
    title: "Unknown audience",
  },
  "refresh-refused": {
    statuses: [401, 400],
    kinds: ["invalid_grant"],
    oauth: "invalid_grant",
    title: "Invalid refresh token",
  },
  "refresh-expired": {
    like: "refresh-refused",
    statuses: [401, 400],
    kinds: ["invalid_grant"],
    oauth: "invalid_grant",
    title: "Expired refresh token",
  },
  "refresh-reused": {
    like: "refresh-refused",
    statuses: [401, 400],
    kinds: ["invalid_grant"],
    oauth: "invalid_grant",
    title: "Refresh token was used before",
  },
  "token-missing": { like: "token-refused", statuses: [401], kinds: ["invalid_token"], title: "No access token" },
  "token-refused": { statuses: [401], kinds: ["invalid_token"], title: "Invalid access token" },
  "token-expired": { like: "token-refused", statuses: [401], kinds: ["invalid_token"], title: "Expired access token" },
  "permission-missing": { statuses: [403], kinds: ["permission_denied"], title: "Permission missing" },
  "ip-refused": {
    like: "permission-missing",
    statuses: [403],
    kinds: ["ip_not_allowed"],
    title: "Address not allowed",
  },
  "rate-limited": { statuses: [429], kinds: ["rate_limited"], title: "Too many requests" },
  "invalid-request": {
    statuses: [400, 422],
    kinds: ["validation_failed", "invalid_request"],
    oauth: "invalid_request",
    title: "Invalid request",
  },
  "invalid-query": {
    like: "invalid-request",
    statuses: [400, 422],
    kinds: ["validation_failed", "invalid_request"],
    title: "Invalid parameter",
  },
  "invalid-body": {
    like: "invalid-request",
    statuses: [422, 400],
    kinds: ["validation_failed", "invalid_request"],
    title: "Invalid body",
  },
  "page-out-of-range": {
    like: "invalid-query",
    statuses: [400, 422],
    kinds: ["validation_failed", "invalid_request"],
    title: "Page out of range",
  },
  "too-many-rows": {
    like: "invalid-body",
    statuses: [400, 413, 422],
    kinds: ["validation_failed", "invalid_request"],
    title: "Too many rows",
  },
  "lookup-invalid": { like: "invalid-query", statuses: [400], kinds: ["invalid_request"], title: "Invalid lookup key" },
  ambiguous: { like: "invalid-query", statuses: [400, 409], kinds: ["invalid_request"], title: "Several match" },
  "not-found": { statuses: [404], kinds: ["not_found"], title: "Not found" },
  "unknown-path": { like: "not-found", statuses: [404], kinds: ["not_found"], title: "No such path" },
  duplicate: { statuses: [409, 400, 422], kinds: ["duplicate", "conflict"], title: "Exists already" },
  "write-conflict": { statuses: [409, 412], kinds: ["conflict"], title: "Write conflict" },
  "transition-refused": {
    statuses: [409, 422, 400],
    kinds: ["conflict", "validation_failed"],
    title: "Not allowed in this state",
  },
  "server-error": { statuses: [500], kinds: ["server_error"], title: "Internal server error" },
  unavailable: { statuses: [503, 502, 504, 500], kinds: ["unavailable"], title: "Unavailable" },
};

export function replyToSituation(
  situation: Situation,
  context: AnswerContext,
  answers: readonly Answer[],
  document: SandboxDocument,
  examples: Examples,
): Reply {
  for (let name: Situation | undefined = situation; name !== undefined; name = defaults[name].like) {
    const found = answers.find((answer) => fits(answer, name, context));
    if (found) return fillAnswer(found, context.scope);
  }
  return documented(situation, context, document, examples) ?? standard(situation, context);
}

function fits(answer: Answer, situation: Situation | undefined, { phase, scheme, operation }: AnswerContext): boolean {
  return (
    answer.when.some((when) => when === situation) &&
    (answer.on === undefined || answer.on.includes(phase)) &&
    (answer.schemes === undefined || (scheme !== undefined && answer.schemes.includes(scheme))) &&
    (answer.operations === undefined || (operation !== undefined && matchesOperation(operation, answer.operations)))
  );
}

function fillAnswer(answer: Answer, scope: Scope): Reply {
  return {
    status: answer.status,
    contentType: answer.contentType,
    headers: fillHeaders(answer.headers, scope),
    body: answer.body === undefined ? undefined : fillTemplate(answer.body, scope),
  };
}

export function fillHeaders(headers: Readonly<Record<string, string>>, scope: Scope): Record<string, string> {
  const filled = createMap<string>();
  for (const [name, template] of Object.entries(headers)) {
    const text = textOf(fillText(template, scope));
    if (text !== undefined) filled[name] = text;
  }
  return filled;
}

/** A declared response with the first fitting status, and its example whose code has the situation's kind in the document's error table. */
function documented(
  situation: Situation,
  { operation, phase }: AnswerContext,
  document: SandboxDocument,
  examples: Examples,
): Reply | undefined {
  const { statuses, kinds } = defaults[situation];
  for (const status of statuses) {
    const response =
      operation?.responses[status] ??
      operation?.responses[`${Math.floor(status / 100)}XX`] ??
      operation?.responses.default;
    const [contentType, media] = Object.entries(response?.content ?? {})[0] ?? [];
    if (!response) continue;
    if (contentType === undefined) return { status, headers: {}, contentType: "application/json", body: undefined };
    const fitting = Object.values(media?.examples ?? {}).find((example) => kinds.includes(kindOf(example, status)));
    return { status, headers: {}, contentType, body: structuredClone(fitting) ?? examples.fitting(media) };
  }
  return undefined;

  function kindOf(example: Json, status: number): string {
    for (const envelope of document.errors?.envelopes ?? []) {
      const code = envelope.code === undefined ? undefined : textOf(readPointer(example, envelope.code));
      const value = envelope.message === undefined ? undefined : readPointer(example, envelope.message);
      const message = Array.isArray(value) ? value.join("; ") : textOf(value);
      if (code === undefined && message === undefined) continue;
      const rule = document.errors?.table.find(
        (entry) =>
          (entry.status === undefined || entry.status === status) &&
          (entry.code === undefined || entry.code === code) &&
          (entry.message === undefined || message?.toLowerCase().includes(entry.message.toLowerCase())) &&
          (entry.on === undefined || entry.on.includes(phase)),
      );
      if (rule) return rule.kind;
    }
    return "";
  }
}

function standard(situation: Situation, { phase, scope }: AnswerContext): Reply {
  const { statuses, oauth, title } = defaults[situation];
  const detail = fillText("$problem.message", scope) ?? title;
  if (phase !== "resource" && oauth !== undefined) {
    const status = oauth === "invalid_client" ? 401 : 400;
    const headers: Record<string, string> = status === 401 ? { "www-authenticate": 'Basic realm="token"' } : {};
    return { status, headers, contentType: "application/json", body: { error: oauth, error_description: detail } };
  }
  const status = statuses[0] ?? 500;
  // RFC 6750 §3: a request without a token gets a bare challenge.
  const challenge = situation === "token-missing" ? "Bearer" : 'Bearer error="invalid_token"';
  const headers: Record<string, string> = status === 401 ? { "www-authenticate": challenge } : {};
  return {
    status,
    headers,
    contentType: "application/problem+json",
    body: { type: "about:blank", title, status, detail },
  };
}
