/**
 * Security schemes as the sandbox needs them: where the token is sent, what is exchanged for it and where the token response has it.
 * They are read from the vendor contract that the generator makes, so that a client and its sandbox read a document in the same way.
 */
import * as z from "zod";
import type { DocumentOperation } from "./document-operation.ts";
import { createMap, type JsonObject } from "../../codegen/util/json.ts";

export interface SandboxScheme {
  readonly name: string;
  /** `basic`: HTTP Basic, which sends two credentials; every other scheme sends one value after a prefix. */
  readonly send: { readonly in: string; readonly name: string; readonly prefix: string; readonly basic: boolean };
  readonly credentials: Readonly<Record<string, CredentialRule>>;
  /** The name of the second party that the token acts for, if it is not the client's own. */
  readonly secondParty: string | undefined;
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

/** A token operation that a request's path serves, with its scheme. */
export interface TokenCandidate {
  readonly scheme: SandboxScheme;
  readonly token: TokenOperation;
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

/** @param isPlain whether the document has no extension for the scheme, so that all that the standards allow is accepted */
export function parseScheme(name: string, value: unknown, isPlain: boolean, find: FindOperation): SandboxScheme {
  const { send, credentials, actor: secondParty, lifecycle, value: fixed } = contractScheme.parse(value);
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
    credentials: createMap(Object.entries(credentials)),
    secondParty,
    lifecycle: lifecycle && {
      operations: [
        ...lifecycle.obtain.map((raw) => toOperation(raw, "obtain")),
        ...(lifecycle.refresh ? [toOperation(lifecycle.refresh, "refresh")] : []),
        ...(lifecycle.revoke ? [toOperation(lifecycle.revoke, "revoke")] : []),
      ],
      responses: lifecycle.response,
      lifetimeInSeconds: lifecycle.lifetimeInSeconds,
      refreshLifetimeInSeconds: lifecycle.refreshLifetimeInSeconds,
      // Without an extension the server is assumed to follow RFC 9700 §4.14.2.
      rotates: lifecycle.rotates ?? isPlain,
    },
  };
}
