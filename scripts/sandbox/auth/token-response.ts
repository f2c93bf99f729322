/** A token response: the document's example, with new tokens and expiries written at the places that the response shape names. */
import type { Reply } from "../spec/error-replies.ts";
import { createMap, isObject, type Json } from "../../codegen/util/json.ts";
import { mergeKnown, readPointer, textOf, writePointer } from "../spec/json.ts";
import { isJsonType, type SandboxRequest } from "../http/request.ts";
import type { SandboxScheme, TokenCandidate, TokenResponse } from "../spec/security-scheme.ts";
import { fillTemplate } from "../spec/template.ts";
import { type IssuedToken, mintToken } from "../state/issued-tokens.ts";
import { type Account, baseScope, layersOf, type SandboxState } from "../state/sandbox-state.ts";

type Expiry = NonNullable<TokenResponse["expiry"]>[number];

export function writeTokenResponse(
  sandbox: SandboxState,
  request: SandboxRequest,
  { scheme, token }: TokenCandidate,
  account: Account,
  family: number,
  refreshed: IssuedToken | undefined,
): Reply {
  // A refreshed token keeps the grant type of the sign-in, which decides its permissions.
  const grant = refreshed?.grant ?? token.grant;
  const format = layersOf(sandbox, "tokens").filter(
    (one) =>
      (one.scheme === undefined || one.scheme === scheme.name) &&
      (one.grants === undefined || one.grants.includes(grant)),
  );
  const pick = <Key extends keyof (typeof format)[number]>(key: Key) =>
    format.find((one) => one[key] !== undefined)?.[key];
  const [status = "200", response] =
    Object.entries(request.operation.responses).find(([code]) => code.startsWith("2")) ?? [];
  const [contentType = "application/json", media] =
    Object.entries(response?.content ?? {}).find(([type]) => isJsonType(type)) ?? [];
  const scope = {
    ...baseScope(sandbox, request.id),
    account: { name: account.name, ...account.credentials, ...account.attributes },
  };
  const template = pick("body");
  const headers = createMap<string>();

  let body = (template === undefined ? sandbox.examples.fitting(media) : fillTemplate(template, scope)) ?? null;
  const given = body !== null;
  if (!isObject(body)) body = {};
  for (const patch of [sandbox.data.grants[grant]?.response, account.response]) {
    if (patch !== undefined) body = mergeKnown(body, fillTemplate(patch, scope) ?? {});
  }
  const shapes = scheme.lifecycle?.responses ?? [];
  const shape =
    shapes.find((one) => readPointer(firstItem(body, one), pointerOf(one.accessToken)) !== undefined) ?? shapes[0];
  if (shape) {
    const list = shape.item && readPointer(body, pointerOf(shape.item.in));
    if (shape.item && Array.isArray(list))
      for (const [index, item] of list.entries()) list[index] = writeTokens(item, shape);
    else body = writeTokens(body, shape);
  }
  const cache = { "cache-control": "no-store", pragma: "no-cache" };
  return { status: Number(status) || 200, headers: { ...cache, ...headers }, contentType, body };

  function writeTokens(target: Json, one: TokenResponse): Json {
    const now = sandbox.now();
    const life = accessLifetime(sandbox, scheme, pick("lifetimeInSeconds"), target, one);
    const refreshLife =
      sandbox.switches.refreshLifetimeInSeconds ?? scheme.lifecycle?.refreshLifetimeInSeconds ?? 7 * 86_400;
    const attributes = createMap(Object.entries(account.attributes));
    if (one.item && isObject(target)) {
      for (const [name, value] of Object.entries(target)) if (typeof value === "string") attributes[name] = value;
    }
    const issue = (kind: IssuedToken["kind"], seconds: number): string => {
      const times = { iat: Math.floor(now / 1000), exp: Math.floor(now / 1000 + seconds) };
      const claims = pick("claims");
      const filled = claims === undefined ? {} : fillTemplate(claims, scope);
      const value = mintToken(
        { format: pick("format"), length: pick("length"), algorithm: pick("algorithm") },
        { sub: account.name, ...times, ...(isObject(filled) ? filled : {}) },
      );
      const expiresAt = now + seconds * 1000;
      sandbox.tokens.issue({
        value,
        kind,
        scheme: scheme.name,
        account: account.name,
        grant,
        attributes,
        family,
        expiresAt,
      });
      return value;
    };
    const put = (expression: string | undefined, value: Json): void => {
      if (expression === undefined) return;
      const header = /^\$response\.header\.(.+)$/u.exec(expression)?.[1];
      if (header === undefined) target = writePointer(target, pointerOf(expression), value);
      else headers[header] = textOf(value) ?? "";
    };
    put(one.accessToken, issue("access", life));
    if (!given) put(one.tokenType, "Bearer");
    if (one.refreshToken !== undefined) {
      const kept = refreshed !== undefined && !scheme.lifecycle?.rotates;
      put(one.refreshToken, kept ? refreshed.value : issue("refresh", refreshLife));
      for (const rule of one.refreshExpiry ?? [])
        putExpiry(rule, kept ? (refreshed.expiresAt - now) / 1000 : refreshLife);
    }
    for (const rule of one.expiry ?? []) putExpiry(rule, life);
    return target;

    /** Writes an expiry in the format of the example: a number in a string stays a string, whole seconds stay whole. */
    function putExpiry(rule: Expiry, seconds: number): void {
      const before = rule.from.startsWith("$response.body") ? readPointer(target, pointerOf(rule.from)) : "";
      if (before === undefined && given) return;
      const at = sandbox.serverNow() + seconds * 1000;
      const asText = typeof before === "string" && /^\d+$/u.test(before);
      const numeric = (value: number): Json => (asText ? String(value) : value);
      const iso = new Date(at).toISOString();
      const spelled = typeof before === "string" && !/\.\d+/u.test(before) ? iso.replace(/\.\d{3}Z$/u, "Z") : iso;
      switch (rule.as) {
        case "seconds":
          put(rule.from, numeric(Math.max(0, Math.round(seconds))));
          break;
        case "epoch-seconds":
          put(rule.from, numeric(Math.floor(at / 1000)));
          break;
        case "epoch-milliseconds":
          put(rule.from, numeric(Math.floor(at)));
          break;
        case "date-time":
          put(rule.from, spelled);
          break;
        // The token's own `exp` claim has it already.
        case "jwt-exp":
          break;
        case "instant":
          put(rule.from, typeof before === "string" && !asText ? spelled : numeric(Math.floor(at / 1000)));
      }
    }
  }
}

const pointerOf = (expression: string): string => expression.split("#", 2)[1] ?? "";

function firstItem(body: Json, shape: TokenResponse): Json | undefined {
  return shape.item ? readPointer(body, `${pointerOf(shape.item.in)}/0`) : body;
}

/** The first that is set of: the switch, the sandbox data, the document, the document's example, one hour. */
function accessLifetime(
  sandbox: SandboxState,
  scheme: SandboxScheme,
  format: number | undefined,
  body: Json,
  shape: TokenResponse,
): number {
  const own = sandbox.switches.accessLifetimeInSeconds;
  const switched = typeof own === "object" ? createMap(Object.entries(own))[scheme.name] : own;
  const rule = shape.expiry?.find(({ as, from }) => as === "seconds" && from.startsWith("$response.body"));
  const example = rule && Number(textOf(readPointer(body, pointerOf(rule.from))));
  return (
    switched ?? format ?? scheme.lifecycle?.lifetimeInSeconds ?? (example !== undefined && example > 0 ? example : 3600)
  );
}
