/** Access control: checks the tokens of a request against the operation's security and the permissions of their accounts. */
import { createMap } from "../../codegen/util/json.ts";
import { SandboxError } from "../spec/error-replies.ts";
import type { Permission } from "../spec/sandbox-data.ts";
import type { DocumentOperation } from "../spec/document-operation.ts";
import { matchesOperation } from "../spec/operation-pattern.ts";
import type { SandboxRequest } from "../http/request.ts";
import type { SandboxScheme } from "../spec/security-scheme.ts";
import type { IssuedToken, TokenState } from "../state/issued-tokens.ts";
import type { Account, SandboxState } from "../state/sandbox-state.ts";

export interface Access {
  /** By scheme, for every scheme whose token was presented. */
  readonly tokens: Readonly<Record<string, IssuedToken>>;
}

/** Requires that each presented token is valid and that together they satisfy one of the operation's security requirements. */
export function checkAccess(sandbox: SandboxState, request: SandboxRequest): Access {
  const { security } = request.operation;
  const tokens = createMap<IssuedToken>();
  const names = [...new Set(security.flatMap((requirement) => Object.keys(requirement)))];
  for (const name of names) {
    const scheme = sandbox.document.schemes[name];
    const value = scheme && presented(scheme, request);
    if (!scheme || value === undefined) continue;
    const { state, token } = lookUp(sandbox, scheme, value);
    if (state !== "good" || !token) {
      // Two schemes may share the Authorization header: the token may belong to the other scheme.
      if (names.some((other) => other !== name && tokens[other] !== undefined && sameHeader(sandbox, name, other)))
        continue;
      if (names.some((other) => other !== name && sameHeader(sandbox, name, other) && isGood(sandbox, other, request)))
        continue;
      throw new SandboxError(
        state === "expired" ? "token-expired" : "token-refused",
        { message: `The token is ${state}` },
        name,
      );
    }
    tokens[name] = token;
  }
  const satisfied =
    security.length === 0 || security.some((requirement) => Object.keys(requirement).every((name) => tokens[name]));
  if (!satisfied) {
    const missing = Object.keys(security[0] ?? {}).find((name) => !tokens[name]);
    throw new SandboxError("token-missing", { message: "The request carries no token" }, missing);
  }
  for (const token of Object.values(tokens)) checkPermission(sandbox, request.operation, token);
  return { tokens };
}

/** The account of a request's token, also of an expired one: rate limits are counted before access is checked. */
export function accountOf(sandbox: SandboxState, request: SandboxRequest): Account | undefined {
  for (const scheme of Object.values(sandbox.document.schemes)) {
    const value = scheme.secondParty === undefined ? presented(scheme, request) : undefined;
    const token = value === undefined ? undefined : lookUp(sandbox, scheme, value).token;
    if (token) return sandbox.accounts.find((account) => account.name === token.account);
  }
  return undefined;
}

export function readBasic(headers: Headers): { username: string; password: string } | undefined {
  const encoded = /^basic +(\S+)$/iu.exec(headers.get("authorization") ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function presented(scheme: SandboxScheme, request: SandboxRequest): string | undefined {
  const { send } = scheme;
  if (send.in === "query") return request.url.searchParams.get(send.name) ?? undefined;
  if (send.in === "cookie") {
    const pairs = (request.headers.get("cookie") ?? "").split(/; */u).map((pair) => pair.split("=", 2));
    return pairs.find(([name]) => name === send.name)?.[1];
  }
  const value = request.headers.get(send.name);
  if (value === null || !value.toLowerCase().startsWith(send.prefix.toLowerCase())) return undefined;
  return value.slice(send.prefix.length).trim();
}

function lookUp(
  sandbox: SandboxState,
  scheme: SandboxScheme,
  value: string,
): { state: TokenState; token: IssuedToken | undefined } {
  if (scheme.lifecycle) return sandbox.tokens.find(value, "access", scheme.name);
  const account = sandbox.accounts.find((candidate) => {
    if (candidate.scheme !== scheme.name || candidate.refused !== undefined) return false;
    const { credentials } = candidate;
    const expected = scheme.send.basic
      ? Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")
      : Object.values(credentials)[0];
    return expected === value;
  });
  if (!account) return { state: "unknown", token: undefined };
  const token: IssuedToken = {
    value: "",
    kind: "access",
    scheme: scheme.name,
    account: account.name,
    grant: "static",
    attributes: account.attributes,
    family: 0,
    expiresAt: Number.POSITIVE_INFINITY,
    revoked: false,
    spent: false,
  };
  return { state: "good", token };
}

const sameHeader = (sandbox: SandboxState, one: string, other: string): boolean => {
  const [a, b] = [sandbox.document.schemes[one]?.send, sandbox.document.schemes[other]?.send];
  return a?.in === b?.in && a?.name === b?.name;
};

function isGood(sandbox: SandboxState, name: string, request: SandboxRequest): boolean {
  const scheme = sandbox.document.schemes[name];
  const value = scheme && presented(scheme, request);
  return scheme !== undefined && value !== undefined && lookUp(sandbox, scheme, value).state === "good";
}

function checkPermission(sandbox: SandboxState, operation: DocumentOperation, token: IssuedToken): void {
  const account = sandbox.accounts.find(({ name }) => name === token.account);
  for (const permission of [account, sandbox.data.grants[token.grant]]) {
    if (permission && !isPermitted(permission, operation)) {
      const needed = operation.permission ?? `${operation.method} ${operation.path}`;
      throw new SandboxError(
        "permission-missing",
        { message: `The permission is missing: ${needed}`, field: needed },
        token.scheme,
      );
    }
  }
}

function isPermitted({ holds, only, except }: Permission, operation: DocumentOperation): boolean {
  if (holds && operation.permission !== undefined && !holds.includes(operation.permission)) return false;
  if (only && !matchesOperation(operation, only)) return false;
  return !except || !matchesOperation(operation, except);
}
