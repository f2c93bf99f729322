/**
 * A security scheme as the sandbox needs it: how its token travels, what is exchanged for it and where the reply keeps it. It is
 * the vendor contract's own form, made by the generator's code, so that a client and its sandbox cannot read a document differently.
 */
import * as z from "zod";
import type { DocumentOperation } from "./document-operation.ts";
import type { JsonObject } from "./json.ts";

export interface SandboxScheme {
  readonly name: string;
  /** HTTP Basic carries two credentials; everything else one value after a prefix. */
  readonly send: { readonly in: string; readonly name: string; readonly prefix: string; readonly basic: boolean };
  readonly credentials: Readonly<Record<string, CredentialRule>>;
  /** Set where the token is a second party's. */
  readonly actor: string | undefined;
  readonly lifecycle: SandboxLifecycle | undefined;
}

export interface CredentialRule {
  readonly optional?: boolean | undefined;
  readonly default?: string | undefined;
}

export interface SandboxLifecycle {
  readonly operations: readonly TokenOperation[];
  readonly responses: readonly TokenResponse[];
  readonly lifetimeInSeconds: number | undefined;
  readonly refreshLifetimeInSeconds: number | undefined;
  readonly rotates: boolean;
}

export interface TokenOperation {
  readonly phase: "obtain" | "refresh" | "revoke";
  readonly operation: DocumentOperation;
  readonly grant: string;
  /** `any`: HTTP Basic or the body, as RFC 6749 §2.3.1 lets a server take both. */
  readonly clientAuthentication: "client_secret_basic" | "client_secret_post" | "none" | "body" | "any";
  readonly basic: { readonly username: string; readonly password: string; readonly encoding: "raw" | "form" };
  readonly request: JsonObject;
  readonly revokes: "token" | "all";
}

const template = z.record(z.string(), z.json());
const tokenOperation = z.object({
  method: z.string(),
  path: z.string(),
  host: z.string().optional(),
  grant: z.string(),
  contentType: z.string(),
  clientAuthentication: z.enum(["client_secret_basic", "client_secret_post", "none", "body"]),
  basic: z
    .object({ username: z.string(), password: z.string(), encoding: z.enum(["raw", "form"]).default("raw") })
    .optional(),
  request: template,
  revokes: z.enum(["token", "all"]).default("token"),
});
const expiry = z.array(
  z.object({
    from: z.string(),
    as: z.enum(["seconds", "epoch-seconds", "epoch-milliseconds", "date-time", "instant", "jwt-exp"]),
  }),
);
const tokenResponse = z.object({
  accessToken: z.string(),
  tokenType: z.string().optional(),
  refreshToken: z.string().optional(),
  expiry: expiry.optional(),
  refreshExpiry: expiry.optional(),
  item: z.object({ in: z.string() }).optional(),
});
export type TokenResponse = z.output<typeof tokenResponse>;

const contractScheme = z.object({
  send: z.object({ in: z.string(), name: z.string(), prefix: z.string().default("") }),
  credentials: z.record(z.string(), z.object({ optional: z.boolean().optional(), default: z.string().optional() })),
  actor: z.string().optional(),
  value: z.object({ as: z.enum(["raw", "basic"]) }).optional(),
  lifecycle: z
    .object({
      obtain: z.array(tokenOperation),
      refresh: tokenOperation.optional(),
      revoke: tokenOperation.optional(),
      response: z.array(tokenResponse),
      lifetimeInSeconds: z.number().optional(),
      refreshLifetimeInSeconds: z.number().optional(),
      rotates: z.boolean().optional(),
    })
    .optional(),
});

type Raw = z.output<typeof tokenOperation>;
type FindOperation = (raw: {
  host: string | undefined;
  method: string;
  path: string;
  contentType: string;
}) => DocumentOperation;

const clientBasic = {
  username: "$credentials.clientId",
  password: "$credentials.clientSecret",
  encoding: "raw",
} as const;

/** `isPlain`: the document says nothing of ours about it, so the standards' leeway applies. */
export function parseScheme(name: string, value: unknown, isPlain: boolean, find: FindOperation): SandboxScheme {
  const { send, credentials, actor, lifecycle, value: fixed } = contractScheme.parse(value);
  const toOperation = (raw: Raw, phase: TokenOperation["phase"]): TokenOperation => {
    const { host, method, path, contentType, clientAuthentication, basic, grant, revokes } = raw;
    const request: JsonObject = { ...raw.request };
    if (clientAuthentication === "client_secret_post") {
      request.client_id ??= "$credentials.clientId";
      request.client_secret ??= "$credentials.clientSecret";
    }
    return {
      phase,
      operation: find({ host, method: method.toUpperCase(), path, contentType }),
      grant,
      clientAuthentication: isPlain ? "any" : clientAuthentication,
      basic: basic ?? clientBasic,
      request,
      revokes,
    };
  };
  return {
    name,
    send: { ...send, basic: fixed?.as === "basic" },
    credentials,
    actor,
    lifecycle: lifecycle && {
      operations: [
        ...lifecycle.obtain.map((raw) => toOperation(raw, "obtain")),
        ...(lifecycle.refresh ? [toOperation(lifecycle.refresh, "refresh")] : []),
        ...(lifecycle.revoke ? [toOperation(lifecycle.revoke, "revoke")] : []),
      ],
      responses: lifecycle.response,
      lifetimeInSeconds: lifecycle.lifetimeInSeconds,
      refreshLifetimeInSeconds: lifecycle.refreshLifetimeInSeconds,
      // A server that sends refresh tokens and says no more about them is taken to follow RFC 9700 §4.14.2.
      rotates: lifecycle.rotates ?? isPlain,
    },
  };
}
