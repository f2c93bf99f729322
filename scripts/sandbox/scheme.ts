/** A security scheme as the sandbox needs it: how its token travels, what is exchanged for it and where the reply keeps it. */
import type * as z from "zod";
import * as extensions from "../codegen/extensions.ts";
import type { DocumentOperation } from "./document.ts";
import { isObject, type Json, type JsonObject, textOf, toPointer } from "./json.ts";

export interface SandboxScheme {
  readonly name: string;
  /** HTTP Basic carries two credentials; everything else one value after a prefix. */
  readonly send: { readonly in: string; readonly name: string; readonly prefix: string; readonly basic: boolean };
  readonly credentials: Readonly<Record<string, { readonly optional: boolean; readonly default: string | undefined }>>;
  /** Set where the token is a second party's. */
  readonly actor: string | undefined;
  readonly lifecycle: SandboxLifecycle | undefined;
}

export interface SandboxLifecycle {
  readonly operations: readonly TokenOperation[];
  readonly responses: readonly TokenResponse[];
  readonly lifetimeInSeconds: number | undefined;
  readonly refreshLifetimeInSeconds: number | undefined;
  readonly rotates: boolean;
}

export type TokenResponse = z.output<typeof extensions.lifecycle>["response"][number];

export interface TokenOperation {
  readonly phase: "obtain" | "refresh" | "revoke";
  readonly operation: DocumentOperation;
  readonly grant: string;
  /** `any`: what RFC 6749 §2.3.1 lets a client choose from. */
  readonly clientAuthentication: "client_secret_basic" | "client_secret_post" | "none" | "body" | "any";
  readonly basic: { readonly username: string; readonly password: string; readonly encoding: "raw" | "form" };
  readonly request: JsonObject;
  readonly revokes: "token" | "all";
}

const clientBasic = {
  username: "$credentials.clientId",
  password: "$credentials.clientSecret",
  encoding: "raw",
} as const;

export function parseScheme(
  name: string,
  scheme: JsonObject,
  operations: DocumentOperation[],
  file: string,
): SandboxScheme {
  const send = toSend(scheme);
  if (scheme["x-latchkey-lifecycle"] !== undefined) {
    const at = `${file}: /components/securitySchemes${toPointer(name, "x-latchkey-lifecycle")}`;
    return { name, send, ...parseLifecycle(scheme["x-latchkey-lifecycle"], operations, at) };
  }
  const flows = isObject(scheme.flows) ? scheme.flows : {};
  const flow = [flows.clientCredentials, flows.password].find(isObject);
  if (scheme.type === "oauth2" && flow) {
    return { name, send, ...plainOAuth2(flow, flow === flows.clientCredentials, operations) };
  }
  const names = send.basic ? ["username", "password"] : [scheme.type === "apiKey" ? "apiKey" : "token"];
  return {
    name,
    send,
    credentials: Object.fromEntries(names.map((field) => [field, required])),
    actor: undefined,
    lifecycle: undefined,
  };
}

const required = { optional: false, default: undefined };

function toSend(scheme: JsonObject): SandboxScheme["send"] {
  if (scheme.type === "apiKey") {
    return { in: textOf(scheme.in) ?? "header", name: textOf(scheme.name) ?? "", prefix: "", basic: false };
  }
  const basic = scheme.type === "http" && textOf(scheme.scheme)?.toLowerCase() === "basic";
  return { in: "header", name: "Authorization", prefix: basic ? "Basic " : "Bearer ", basic };
}

type Exchange = Pick<SandboxScheme, "credentials" | "actor" | "lifecycle">;

function parseLifecycle(value: Json, operations: readonly DocumentOperation[], at: string): Exchange {
  const result = extensions.lifecycle.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new Error(`${at}${toPointer(...(issue?.path ?? []).map(String))}: ${issue?.message ?? "cannot be read"}`);
  }
  const lifecycle = result.data;
  type Raw = (typeof lifecycle.obtain)[number];
  const toOperation = (
    raw: Raw,
    phase: TokenOperation["phase"],
    revokes: TokenOperation["revokes"],
  ): TokenOperation => {
    const operation = operations.find(({ id }) => id === raw.operation);
    if (!operation)
      throw new Error(`${at}: there is no operation "${raw.operation}"; name an operationId of this document`);
    const request: JsonObject = isObject(raw.request) ? structuredClone(raw.request) : {};
    if (raw.clientAuthentication === "client_secret_post") {
      request.client_id ??= "$credentials.clientId";
      request.client_secret ??= "$credentials.clientSecret";
    }
    const basic = { ...clientBasic, ...raw.basic, encoding: raw.basic?.encoding ?? ("raw" as const) };
    return {
      phase,
      operation,
      grant: raw.grant,
      clientAuthentication: raw.clientAuthentication,
      basic,
      request,
      revokes,
    };
  };
  return {
    credentials: Object.fromEntries(
      Object.entries(lifecycle.credentials).map(([name, field]) => [
        name,
        { optional: field.optional ?? false, default: field.default },
      ]),
    ),
    actor: lifecycle.actor,
    lifecycle: {
      operations: [
        ...lifecycle.obtain.map((raw) => toOperation(raw, "obtain", "token")),
        ...(lifecycle.refresh ? [toOperation(lifecycle.refresh, "refresh", "token")] : []),
        ...(lifecycle.revoke ? [toOperation(lifecycle.revoke, "revoke", lifecycle.revoke.revokes)] : []),
      ],
      responses: lifecycle.response,
      lifetimeInSeconds: lifecycle.lifetimeInSeconds,
      refreshLifetimeInSeconds: lifecycle.refreshLifetimeInSeconds,
      rotates: lifecycle.rotates ?? false,
    },
  };
}

/** A scheme with none of our extensions: RFC 6749 §4.4 (or §4.3), §5 and §6 as they stand. */
function plainOAuth2(flow: JsonObject, clientCredentials: boolean, operations: DocumentOperation[]): Exchange {
  const at = (url: Json | undefined): DocumentOperation => {
    const path = new URL(textOf(url) ?? "/token", "http://document.invalid").pathname;
    const known = operations.find((operation) => operation.method === "POST" && operation.path === path);
    if (known) return known;
    const virtual: DocumentOperation = {
      id: `token ${path}`,
      method: "POST",
      path,
      host: undefined,
      parameters: [],
      body: { required: true, content: { "application/x-www-form-urlencoded": { schema: undefined, examples: {} } } },
      responses: {},
      security: [],
      permission: undefined,
      pagination: undefined,
      bulk: undefined,
    };
    operations.push(virtual);
    return virtual;
  };
  const common = { clientAuthentication: "any", basic: clientBasic, revokes: "token" } as const;
  const grant = clientCredentials ? "client_credentials" : "password";
  const user = clientCredentials ? {} : { username: "$credentials.username", password: "$credentials.password" };
  const refreshUrl = flow.refreshUrl ?? (clientCredentials ? undefined : flow.tokenUrl);
  const body = "$response.body#";
  return {
    credentials: {
      ...(clientCredentials ? {} : { username: required, password: required }),
      clientId: required,
      clientSecret: required,
    },
    actor: undefined,
    lifecycle: {
      operations: [
        { phase: "obtain", operation: at(flow.tokenUrl), grant, request: { grant_type: grant, ...user }, ...common },
        ...(refreshUrl === undefined
          ? []
          : [
              {
                phase: "refresh" as const,
                operation: at(refreshUrl),
                grant: "refresh_token",
                request: { grant_type: "refresh_token", refresh_token: "$token.refreshToken" },
                ...common,
              },
            ]),
      ],
      responses: [
        {
          accessToken: `${body}/access_token`,
          tokenType: `${body}/token_type`,
          ...(refreshUrl === undefined ? {} : { refreshToken: `${body}/refresh_token` }),
          scope: `${body}/scope`,
          expiry: [{ from: `${body}/expires_in`, as: "seconds" }],
        },
      ],
      lifetimeInSeconds: undefined,
      refreshLifetimeInSeconds: undefined,
      rotates: refreshUrl !== undefined,
    },
  };
}
