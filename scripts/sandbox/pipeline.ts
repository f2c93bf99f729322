/**
 * Handles one request in the order of a gateway: fault, address, rate limit, token, permission, request, action, check of the
 * response. A `SandboxError` thrown at any step becomes the vendor's documented error.
 */
import { type Access, accountOf, checkAccess } from "./auth/access.ts";
import type { Resources } from "./resources/action.ts";
import { runAction } from "./resources/run-action.ts";
import { replyToSituation, fillHeaders, SandboxError, type Reply } from "./spec/error-replies.ts";
import type { TokenCandidate } from "./spec/security-scheme.ts";
import { isProcessed } from "./state/faults.ts";
import { createMap } from "../codegen/util/json.ts";
import { toJson } from "./spec/json.ts";
import type { LimitState, RateLimiter } from "./state/rate-limits.ts";
import type { SandboxRequest } from "./http/request.ts";
import { checkResponse } from "./http/response-check.ts";
import { answerTokenRequest, candidatesFor, identify } from "./auth/sign-in.ts";
import type { Fault, RateLimitFigure, SandboxPhase } from "./spec/switches.ts";
import type { Scope } from "./spec/template.ts";
import { baseScope, layersOf, type SandboxState } from "./state/sandbox-state.ts";

export interface Pipeline {
  readonly sandbox: SandboxState;
  readonly resources: Resources;
  readonly limiter: RateLimiter;
  sleep(milliseconds: number): Promise<void>;
}

/** An incoming request; `operation` is undefined if the document does not have the path. */
export type Arrival = Omit<SandboxRequest, "operation"> & {
  readonly operation: SandboxRequest["operation"] | undefined;
};

export interface Outcome {
  readonly reply: Reply;
  readonly account: string | undefined;
}

export function phaseOf(
  sandbox: SandboxState,
  arrival: Arrival,
): { phase: SandboxPhase; candidates: readonly TokenCandidate[] } {
  const candidates = arrival.operation ? candidatesFor(sandbox, arrival.operation.id) : [];
  const grantType = /grant_type=refresh_token|"grant_type"\s*:\s*"refresh_token"/u.test(arrival.text);
  const candidate = candidates.find(({ token }) => grantType && token.phase === "refresh") ?? candidates[0];
  return { phase: candidate?.token.phase ?? "resource", candidates };
}

export async function respond(
  pipeline: Pipeline,
  arrival: Arrival,
  phase: SandboxPhase,
  candidates: readonly TokenCandidate[],
  fault: Fault | undefined,
): Promise<Outcome> {
  const { sandbox } = pipeline;
  let limit: LimitState | undefined;
  let account: string | undefined;
  let reply: Reply;
  try {
    if (!isProcessed(fault) && fault?.as === undefined) return { reply: faultReply(fault), account };
    if (!arrival.operation)
      throw new SandboxError("unknown-path", {
        message: `There is nothing at ${arrival.method} ${arrival.path}`,
        path: arrival.path,
      });
    const request: SandboxRequest = { ...arrival, operation: arrival.operation };
    account = candidates.length > 0 ? identify(sandbox, request, candidates) : accountOf(sandbox, request)?.name;
    if (fault?.as !== undefined)
      throw new SandboxError(fault.as, { message: `Fault: ${fault.as}` }, candidates[0]?.scheme.name);
    checkAddress(sandbox, request);
    limit = takeLimit(pipeline, request, account);
    const access = checkAccess(sandbox, request);
    account = Object.values(access.tokens)[0]?.account ?? account;
    ({ reply, account } = await act(pipeline, request, candidates, access, account));
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    reply = toErrorReply(sandbox, arrival, phase, error, limit);
  }
  const scope = { ...baseScope(sandbox, arrival.id), limit: toLimitScope(sandbox, limit) };
  const headers = {
    ...fillHeaders(sandbox.data.headers, scope),
    ...(limit ? fillHeaders(sandbox.data.rateLimitHeaders, scope) : {}),
    ...reply.headers,
    ...fault?.headers,
  };
  const problem = arrival.operation && checkResponse(sandbox, arrival.operation, { ...reply, headers });
  if (problem === undefined) return { reply: { ...reply, headers }, account };
  const place = `${sandbox.document.file}: ${problem}`;
  if (sandbox.switches.checkResponses ?? sandbox.hasData) return { reply: sandboxProblem(place), account };
  // A document without sandbox data may contradict itself: the response is sent, and a header names the place.
  return { reply: { ...reply, headers: { ...headers, "x-sandbox-problem": place } }, account };
}

async function act(
  { sandbox, resources, sleep }: Pipeline,
  request: SandboxRequest,
  candidates: readonly TokenCandidate[],
  access: Access,
  account: string | undefined,
): Promise<{ reply: Reply; account: string | undefined }> {
  if (candidates.length === 0) {
    const pause = () => sleep(sandbox.switches.resourceLatencyInMs);
    return { reply: await runAction(sandbox, resources, request, access, pause), account };
  }
  await sleep(sandbox.switches.tokenLatencyInMs);
  return answerTokenRequest(sandbox, request, candidates, access);
}

function checkAddress(sandbox: SandboxState, { remoteAddress }: SandboxRequest): void {
  const { ipAllowList } = sandbox.switches;
  const address = remoteAddress.replace(/^::ffff:/u, "");
  if (ipAllowList && !ipAllowList.includes(address))
    throw new SandboxError("ip-refused", { message: `The address ${address} is not allowed` });
}

function takeLimit(
  { sandbox, limiter }: Pipeline,
  { operation, remoteAddress }: SandboxRequest,
  account: string | undefined,
): LimitState | undefined {
  const figures = limitsOf(sandbox).filter(
    (limit) => limit.operations === undefined || limit.operations.includes(operation.id),
  );
  const attributes = sandbox.accounts.find(({ name }) => name === account)?.attributes ?? createMap<string>();
  const state = limiter.take(
    figures,
    (sharedBy) => attributes[sharedBy] ?? (sharedBy === "client" ? (account ?? remoteAddress) : sharedBy),
    sandbox.now(),
  );
  if (state && !state.allowed) throw new RateLimited(state);
  return state;
}

class RateLimited extends SandboxError {
  readonly state: LimitState;
  constructor(state: LimitState) {
    super("rate-limited", { message: "Rate limit exceeded" });
    this.state = state;
  }
}

function limitsOf({ switches, document, data }: SandboxState): readonly RateLimitFigure[] {
  if (switches.rateLimits === false) return [];
  if (switches.rateLimits !== true) return switches.rateLimits;
  const server = switches.server ?? data.server ?? document.servers[0];
  return document.rateLimits
    .filter((limit) => limit.server === undefined || limit.server === server)
    .filter((limit) => data.limitsSharedBy?.includes(limit.sharedBy) ?? true)
    .map(({ requests, perSeconds, sharedBy, operations }) => ({
      requests,
      perSeconds,
      sharedBy,
      ...(operations ? { operations } : {}),
    }));
}

function toErrorReply(
  sandbox: SandboxState,
  arrival: Arrival,
  phase: SandboxPhase,
  error: SandboxError,
  taken: LimitState | undefined,
): Reply {
  const limit = error instanceof RateLimited ? error.state : taken;
  const limited = toLimitScope(sandbox, limit);
  const scope: Scope = {
    ...baseScope(sandbox, arrival.id),
    problem: toJson({
      path: "",
      field: "",
      keyword: "",
      ...error.problem,
      code: toCode(error),
      situation: error.situation,
    }),
    limit: limited,
    method: arrival.method,
    path: arrival.path,
  };
  const context = { phase, operation: arrival.operation, scheme: error.scheme, scope };
  const reply = replyToSituation(
    error.situation,
    context,
    layersOf(sandbox, "answers"),
    sandbox.document,
    sandbox.examples,
  );
  if (error.situation !== "rate-limited") return reply;
  const documented =
    sandbox.data.retryAfter === undefined ? {} : fillHeaders({ "retry-after": sandbox.data.retryAfter }, scope);
  const { retryAfter } = sandbox.switches;
  const headers =
    retryAfter === "always" ? { "retry-after": String(limited.retryAfter) } : retryAfter === "never" ? {} : documented;
  const rateLimitHeaders = limit ? fillHeaders(sandbox.data.rateLimitHeaders, scope) : {};
  return { ...reply, headers: { ...rateLimitHeaders, ...reply.headers, ...headers } };
}

/** The problem as a code: `REQUIRED_FIELD`, `INVALID_SKU`, … */
function toCode({ problem, situation }: SandboxError): string {
  if (problem.keyword === "required") return "REQUIRED_FIELD";
  const subject = problem.field || problem.path?.split("/").at(-1) || situation;
  return `INVALID_${subject
    .replaceAll(/([a-z])([A-Z])/gu, "$1_$2")
    .replaceAll(/[^A-Za-z0-9]+/gu, "_")
    .toUpperCase()}`;
}

/** The values that templates of rate limit headers can use. A 429 caused by a fault has no state; its wait is one second. */
function toLimitScope(sandbox: SandboxState, state: LimitState | undefined) {
  const resetAt = state?.resetAt ?? sandbox.now() + 1000;
  const seconds = Math.max(1, Math.ceil((resetAt - sandbox.now()) / 1000));
  return {
    requests: state?.requests ?? 0,
    remaining: state?.remaining ?? 0,
    retryAfter: seconds,
    resetEpochSeconds: Math.ceil((sandbox.serverNow() + (resetAt - sandbox.now())) / 1000),
  };
}

function faultReply(fault: Fault | undefined): Reply {
  const body = fault?.body === undefined ? undefined : toJson(fault.body);
  return {
    status: fault?.status ?? 200,
    headers: fault?.headers ?? {},
    contentType: typeof body === "string" ? "text/plain; charset=utf-8" : "application/json",
    body,
  };
}

export const sandboxProblem = (place: string): Reply => ({
  status: 500,
  headers: { "x-sandbox-problem": place },
  contentType: "application/problem+json",
  body: {
    type: "about:blank",
    title: "The sandbox's answer does not fit the document",
    status: 500,
    detail: `${place}; fix the document or the sandbox data beside it`,
  },
});
