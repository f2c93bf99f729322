/** The token endpoints: reads a token request by the document's request template and writes a response in its declared shape. */
import { type Access, readBasic } from "./access.ts";
import { SandboxError, type Reply } from "../spec/error-replies.ts";
import type { TokenCandidate } from "../spec/security-scheme.ts";
import { createMap, isObject, type Json } from "../../codegen/util/json.ts";
import { toPointer } from "../../codegen/util/json-pointer.ts";
import { membersOf, readPointer, textOf } from "../spec/json.ts";
import { readBody, type SandboxRequest } from "../http/request.ts";
import { replyWithSuccess } from "../http/success-reply.ts";
import { writeTokenResponse } from "./token-response.ts";
import type { IssuedToken } from "../state/issued-tokens.ts";
import { type Account, baseScope, type SandboxState } from "../state/sandbox-state.ts";

export interface SignInResult {
  readonly reply: Reply;
  readonly account: string;
}

/** The token operations that an operation serves; empty for a resource operation. */
export const candidatesFor = (sandbox: SandboxState, operationId: string): TokenCandidate[] =>
  Object.values(sandbox.document.schemes).flatMap((scheme) =>
    (scheme.lifecycle?.operations ?? [])
      .filter(({ operation }) => operation.id === operationId)
      .map((token) => ({ scheme, token })),
  );

export function answerTokenRequest(
  sandbox: SandboxState,
  request: SandboxRequest,
  candidates: readonly TokenCandidate[],
  access: Access,
): SignInResult {
  const body = readBody(sandbox, request);
  const { candidate, given } = choose(request, candidates, body?.value ?? {});
  checkBody(sandbox, request, candidate, given, body);
  switch (candidate.token.phase) {
    case "obtain":
      return obtain(sandbox, request, candidate, given);
    case "refresh":
      return refresh(sandbox, request, candidate, given);
    case "revoke":
      return revoke(sandbox, request, candidate, given, access);
  }
}

/** The name of the account that a token request is for, read before the request is checked: rate limits are counted first. */
export function identify(
  sandbox: SandboxState,
  request: SandboxRequest,
  candidates: readonly TokenCandidate[],
): string | undefined {
  try {
    const { given } = choose(request, candidates, readBody(sandbox, request)?.value ?? {});
    const refreshed =
      given.token.refreshToken === undefined
        ? undefined
        : sandbox.tokens.find(given.token.refreshToken, "refresh").token;
    if (refreshed) return refreshed.account;
    const [name, value] = Object.entries(given.credentials)[0] ?? [];
    return name === undefined
      ? undefined
      : sandbox.accounts.find((account) => account.credentials[name] === value)?.name;
  } catch {
    return undefined;
  }
}

interface Given {
  readonly credentials: Record<string, string>;
  readonly token: Record<string, string>;
  /** Pointers of template members that the body lacks. */
  readonly missing: string[];
  /** Pointers of constants that have another value in the body. */
  readonly different: string[];
}

function choose(
  request: SandboxRequest,
  candidates: readonly TokenCandidate[],
  body: Json,
): { candidate: TokenCandidate; given: Given } {
  const read = candidates.map((candidate) => ({ candidate, given: readGiven(candidate, request, body) }));
  const fitting = read
    .filter(({ given }) => given.different.length === 0)
    .sort((a, b) => a.given.missing.length - b.given.missing.length)[0];
  if (fitting) return fitting;
  const first = read[0];
  const pointer = first?.given.different[0] ?? "";
  const field = pointer.split("/").at(-1) ?? "";
  const value = textOf(readPointer(body, pointer)) ?? "";
  throw new SandboxError(
    "unsupported-grant",
    { message: `Unsupported ${field}: ${value}`, path: pointer, field },
    first?.candidate.scheme.name,
  );
}

/** Matches a request body with the template: constants must be equal, and an expression's place holds what the client sent. */
function readGiven({ token }: TokenCandidate, request: SandboxRequest, body: Json): Given {
  const given: Given = { credentials: createMap(), token: createMap(), missing: [], different: [] };
  if (token.clientAuthentication === "client_secret_basic" || token.clientAuthentication === "any") {
    const basic = readBasic(request.headers);
    const decode = (text: string) =>
      token.basic.encoding === "form" ? decodeURIComponent(text.replaceAll("+", " ")) : text;
    if (basic) {
      keep(token.basic.username, decode(basic.username));
      keep(token.basic.password, decode(basic.password));
    } else if (token.clientAuthentication === "any" && isObject(body)) {
      for (const [field, name] of [
        ["client_id", "clientId"],
        ["client_secret", "clientSecret"],
      ] as const) {
        const value = textOf(body[field]);
        if (value !== undefined) given.credentials[name] = value;
      }
    }
  }
  walk(token.request, "");
  return given;

  function walk(template: Json, at: string): void {
    if (isObject(template)) {
      for (const [name, part] of membersOf(template)) walk(part, `${at}${toPointer([name])}`);
    } else if (Array.isArray(template)) {
      for (const [index, part] of template.entries()) walk(part, `${at}/${index}`);
    } else {
      const value = readPointer(body, at);
      if (value === undefined || value === "") given.missing.push(at);
      else if (typeof template === "string" && template.startsWith("$"))
        keep(template, textOf(value) ?? JSON.stringify(value));
      else if (textOf(value) !== textOf(template)) given.different.push(at);
    }
  }

  function keep(expression: string, value: string): void {
    const [kind, name = ""] = expression.slice(1).split(".", 2);
    if (kind === "credentials") given.credentials[name] = value;
    if (kind === "token") given.token[name] = value;
  }
}

function checkBody(
  sandbox: SandboxState,
  request: SandboxRequest,
  { scheme, token }: TokenCandidate,
  given: Given,
  body: { declared: string; value: Json } | undefined,
): void {
  const schema = body && request.operation.body?.content[body.declared]?.schema;
  const problem = schema && sandbox.check(schema, body.value, "request")[0];
  if (problem) throw new SandboxError("parameter-missing", problem, scheme.name);
  const missing = given.missing.filter((pointer) => {
    const expression = readPointer(token.request, pointer);
    const name = typeof expression === "string" ? /^\$credentials\.(.+)$/u.exec(expression)?.[1] : undefined;
    if (name === undefined) return !schema;
    // The sandbox data may define another error for a missing credential; findAccount throws that one.
    return scheme.credentials[name]?.optional !== true && sandbox.data.refusals[name] === undefined && !schema;
  })[0];
  if (missing !== undefined) {
    const field = missing.split("/").at(-1) ?? "";
    throw new SandboxError(
      "parameter-missing",
      { message: `${field} is required`, path: missing, field, keyword: "required" },
      scheme.name,
    );
  }
}

function obtain(sandbox: SandboxState, request: SandboxRequest, candidate: TokenCandidate, given: Given): SignInResult {
  const account = findAccount(sandbox, candidate, given.credentials);
  const reply = writeTokenResponse(sandbox, request, candidate, account, sandbox.tokens.newFamily(), undefined);
  return { reply, account: account.name };
}

/** Exchanges a refresh token (RFC 6749 §6); a rotating one may be used once (RFC 9700 §4.14.2). */
function refresh(
  sandbox: SandboxState,
  request: SandboxRequest,
  candidate: TokenCandidate,
  given: Given,
): SignInResult {
  const { scheme } = candidate;
  const { state, token } = sandbox.tokens.find(given.token.refreshToken ?? "", "refresh", scheme.name);
  if (state === "spent" && token) {
    sandbox.countReuse();
    if (sandbox.switches.revokeFamilyOnReuse) sandbox.tokens.revoke(({ family }) => family === token.family);
    throw new SandboxError("refresh-reused", { message: "The refresh token was used before" }, scheme.name);
  }
  if (state === "expired")
    throw new SandboxError("refresh-expired", { message: "The refresh token has expired" }, scheme.name);
  const account = token && sandbox.accounts.find(({ name }) => name === token.account);
  if (state !== "good" || !token || !account)
    throw new SandboxError("refresh-refused", { message: `The refresh token is ${state}` }, scheme.name);
  if (Object.keys(given.credentials).length > 0 && findAccount(sandbox, candidate, given.credentials) !== account) {
    throw new SandboxError("refresh-refused", { message: "The refresh token belongs to another client" }, scheme.name);
  }
  if (account.refused) throw new SandboxError(account.refused, { message: "The account is not active" }, scheme.name);
  if (scheme.lifecycle?.rotates) token.spent = true;
  return {
    reply: writeTokenResponse(sandbox, request, candidate, account, token.family, token),
    account: account.name,
  };
}

function revoke(
  sandbox: SandboxState,
  request: SandboxRequest,
  { scheme, token }: TokenCandidate,
  given: Given,
  access: Access,
): SignInResult {
  const own = access.tokens[scheme.name];
  const named = [given.token.accessToken, given.token.refreshToken]
    .filter((value) => value !== undefined)
    .map(
      (value) =>
        sandbox.tokens.find(value, "access", scheme.name).token ??
        sandbox.tokens.find(value, "refresh", scheme.name).token,
    )
    .find((found) => found !== undefined);
  const target: IssuedToken | undefined = named ?? own;
  if (target) {
    sandbox.tokens.revoke(
      token.revokes === "all" ? ({ account }) => account === target.account : ({ family }) => family === target.family,
    );
  }
  return { reply: replyWithSuccess(sandbox, request, baseScope(sandbox, request.id)), account: target?.account ?? "" };
}

/** Finds the account that has all given credentials. Credentials with an error of their own in the sandbox data are compared last. */
function findAccount(
  sandbox: SandboxState,
  { scheme }: TokenCandidate,
  given: Readonly<Record<string, string>>,
): Account {
  const { refusals } = sandbox.data;
  const names = [
    ...new Set([
      ...Object.keys(given),
      ...Object.keys(scheme.credentials).filter((name) => refusals[name] !== undefined),
    ]),
  ];
  names.sort((a, b) => Number(refusals[a] !== undefined) - Number(refusals[b] !== undefined));
  let accounts = sandbox.accounts.filter((account) => account.scheme === scheme.name);
  for (const name of names) {
    // An optional value that no account has, such as a scope, does not identify an account.
    if (scheme.credentials[name]?.optional && !accounts.some(({ credentials }) => credentials[name] !== undefined))
      continue;
    accounts = accounts.filter(({ credentials }) => credentials[name] === given[name]);
    if (accounts.length > 0) continue;
    throw new SandboxError(
      refusals[name] ?? "credentials-refused",
      { message: `${name} is not valid`, field: name },
      scheme.name,
    );
  }
  const account = accounts[0];
  if (!account || names.length === 0)
    throw new SandboxError("credentials-refused", { message: "No credentials were sent" }, scheme.name);
  if (account.refused) throw new SandboxError(account.refused, { message: "The account is not active" }, scheme.name);
  return account;
}
