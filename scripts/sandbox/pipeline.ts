/**
 * One request from arrival to answer, in the order a gateway works: fault, address, limit, token, permission, request, action,
 * check of the answer. A refusal anywhere becomes the vendor's documented error.
 */
import { type Access, accountOf, checkAccess } from "./auth/access.ts";
import type { Resources } from "./resources/action.ts";
import { runAction } from "./resources/run-action.ts";
import { replyToSituation, fillHeaders, SandboxError, type Reply } from "./spec/error-replies.ts";
import type { TokenCandidate } from "./spec/candidate.ts";
import { isProcessed } from "./state/faults.ts";
import { toJson } from "./spec/json.ts";
import type { LimitState, RateLimiter } from "./state/rate-limits.ts";
import type { SandboxRequest } from "./http/request.ts";
import { checkResponse } from "./http/response-check.ts";
import { answerTokenRequest, candidatesFor, identify } from "./auth/sign-in.ts";
import type { Fault, RateLimitFigure, SandboxPhase } from "./spec/switches.ts";
import type { Scope } from "./spec/template.ts";
import { baseScope, layersOf, type SandboxState } from "./state/sandbox-state.ts";

export interface Pipeline {
  readonly world: SandboxState;
  readonly resources: Resources;
  readonly limiter: RateLimiter;
  sleep(milliseconds: number): Promise<void>;
}

/** Without an operation: a path that the document does not have. */
export type Arrival = Omit<SandboxRequest, "operation"> & {
  readonly operation: SandboxRequest["operation"] | undefined;
};

export interface Outcome {
  readonly reply: Reply;
  readonly account: string | undefined;
}

export function phaseOf(
  world: SandboxState,
  arrival: Arrival,
): { phase: SandboxPhase; candidates: readonly TokenCandidate[] } {
  const candidates = arrival.operation ? candidatesFor(world, arrival.operation.id) : [];
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
  const { world } = pipeline;
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
    account = candidates.length > 0 ? identify(world, request, candidates) : accountOf(world, request)?.name;
    if (fault?.as !== undefined)
      throw new SandboxError(fault.as, { message: `As asked for: ${fault.as}` }, candidates[0]?.scheme.name);
    checkAddress(world, request);
    limit = takeLimit(pipeline, request, account);
    const access = checkAccess(world, request);
    account = Object.values(access.tokens)[0]?.account ?? account;
    ({ reply, account } = await act(pipeline, request, candidates, access, account));
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    reply = refuse(world, arrival, phase, error, limit);
  }
  const scope = { ...baseScope(world, arrival.id), limit: toLimitScope(world, limit) };
  const headers = {
    ...fillHeaders(world.data.headers, scope),
    ...(limit ? fillHeaders(world.data.rateLimitHeaders, scope) : {}),
    ...reply.headers,
    ...fault?.headers,
  };
  const problem = arrival.operation && checkResponse(world, arrival.operation, { ...reply, headers });
  if (problem === undefined) return { reply: { ...reply, headers }, account };
  const place = `${world.document.file}: ${problem}`;
  if (world.switches.checkResponses ?? world.hasData) return { reply: sandboxProblem(place), account };
  // A stranger's document may contradict itself: its answer is sent, and the place named beside it.
  return { reply: { ...reply, headers: { ...headers, "x-sandbox-problem": place } }, account };
}

async function act(
  { world, resources, sleep }: Pipeline,
  request: SandboxRequest,
  candidates: readonly TokenCandidate[],
  access: Access,
  account: string | undefined,
): Promise<{ reply: Reply; account: string | undefined }> {
  if (candidates.length === 0) {
    const pause = () => sleep(world.switches.resourceLatencyInMs);
    return { reply: await runAction(world, resources, request, access, pause), account };
  }
  await sleep(world.switches.tokenLatencyInMs);
  return answerTokenRequest(world, request, candidates, access);
}

function checkAddress(world: SandboxState, { remoteAddress }: SandboxRequest): void {
  const { ipAllowList } = world.switches;
  const address = remoteAddress.replace(/^::ffff:/u, "");
  if (ipAllowList && !ipAllowList.includes(address))
    throw new SandboxError("ip-refused", { message: `The address ${address} is not allowed` });
}

function takeLimit(
  { world, limiter }: Pipeline,
  { operation, remoteAddress }: SandboxRequest,
  account: string | undefined,
): LimitState | undefined {
  const figures = limitsOf(world).filter(
    (limit) => limit.operations === undefined || limit.operations.includes(operation.id),
  );
  const attributes = world.accounts.find(({ name }) => name === account)?.attributes ?? {};
  const state = limiter.take(
    figures,
    (sharedBy) => attributes[sharedBy] ?? (sharedBy === "client" ? (account ?? remoteAddress) : sharedBy),
    world.now(),
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

function refuse(
  world: SandboxState,
  arrival: Arrival,
  phase: SandboxPhase,
  refusal: SandboxError,
  taken: LimitState | undefined,
): Reply {
  const limit = refusal instanceof RateLimited ? refusal.state : taken;
  const limited = toLimitScope(world, limit);
  const scope: Scope = {
    ...baseScope(world, arrival.id),
    problem: toJson({
      path: "",
      field: "",
      keyword: "",
      ...refusal.problem,
      code: toCode(refusal),
      situation: refusal.situation,
    }),
    limit: limited,
    method: arrival.method,
    path: arrival.path,
  };
  const context = { phase, operation: arrival.operation, scheme: refusal.scheme, scope };
  const reply = replyToSituation(
    refusal.situation,
    context,
    layersOf(world, "answers"),
    world.document,
    world.examples,
  );
  if (refusal.situation !== "rate-limited") return reply;
  const documented =
    world.data.retryAfter === undefined ? {} : fillHeaders({ "retry-after": world.data.retryAfter }, scope);
  const { retryAfter } = world.switches;
  const headers =
    retryAfter === "always" ? { "retry-after": String(limited.retryAfter) } : retryAfter === "never" ? {} : documented;
  const rateLimitHeaders = limit ? fillHeaders(world.data.rateLimitHeaders, scope) : {};
  return { ...reply, headers: { ...rateLimitHeaders, ...reply.headers, ...headers } };
}

/** `REQUIRED_FIELD`, `INVALID_SKU`, …: what is wrong, as one word. */
function toCode({ problem, situation }: SandboxError): string {
  if (problem.keyword === "required") return "REQUIRED_FIELD";
  const subject = problem.field || problem.path?.split("/").at(-1) || situation;
  return `INVALID_${subject
    .replaceAll(/([a-z])([A-Z])/gu, "$1_$2")
    .replaceAll(/[^A-Za-z0-9]+/gu, "_")
    .toUpperCase()}`;
}

/** What a limit's templates can name; a forced 429 has no state, and asks for one second. */
function toLimitScope(world: SandboxState, state: LimitState | undefined) {
  const resetAt = state?.resetAt ?? world.now() + 1000;
  const seconds = Math.max(1, Math.ceil((resetAt - world.now()) / 1000));
  return {
    requests: state?.requests ?? 0,
    remaining: state?.remaining ?? 0,
    retryAfter: seconds,
    resetEpochSeconds: Math.ceil((world.serverNow() + (resetAt - world.now())) / 1000),
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
