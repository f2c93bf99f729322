/** Authentication alone, as middleware for an existing openapi-fetch client. */
import type { Middleware } from "openapi-fetch";
import { type AuthHandle, createAuthHandle } from "../auth/auth-handle.ts";
import { TransportError } from "../errors/transport-error.ts";
import { setResponseContext } from "../errors/response-context.ts";
import type { ConnectOptions } from "../options.ts";
import { createClientContext } from "./client-context.ts";
import { type OutgoingRequest, toOutgoingRequest } from "../http/outgoing-request.ts";
import type { Vendor, VendorTypes } from "../vendor.ts";
import type { AppliedAuth } from "../auth/apply-auth.ts";
import { defaultMaxBodyInBytes, limitBody } from "../http/limit-body.ts";
import { tryParseJson } from "../util/json.ts";
import { toOwnOptions } from "./own-options.ts";
import { createOperationResolver, type ResolvedOperation } from "./resolve-operation.ts";

export type AuthMiddleware<T extends VendorTypes> = Middleware & {
  readonly auth: AuthHandle<T["credentials"]>;
  close(): Promise<void>;
};

/** A request that `onRequest` sent on, for `onResponse`. */
interface PreparedRequest {
  readonly outgoing: OutgoingRequest;
  readonly authorized: ResolvedOperation;
  readonly appliedAuth: readonly AppliedAuth[];
}

/**
 * Creates middleware that attaches tokens and replays once after a 401. Register it last: `onRequest` runs in the order of registration,
 * so later middleware would see the token, and could send it elsewhere, which is only detected afterwards; `onResponse` runs in reverse order, so a 401 is handled before other middleware sees it. The
 * client's `baseUrl` must be one of the vendor's servers.
 *
 * @throws ConfigurationError as `connect` does
 */
export function authMiddleware<T extends VendorTypes>(
  vendor: Vendor<T>,
  options: ConnectOptions<T> = {},
): AuthMiddleware<T> {
  const context = createClientContext(vendor, options);
  const { maxBodyInBytes: maxInBytes = defaultMaxBodyInBytes } = toOwnOptions(options);
  const resolveOperation = createOperationResolver(context);
  const sender = context.createSender();
  // openapi-fetch passes the same options object to both hooks of a call.
  const prepared = new WeakMap<object, PreparedRequest>();
  return {
    auth: createAuthHandle(context.tokenAccounts, context.createPatience),
    close: () => context.close(),
    async onRequest({ request, schemaPath, options: call }) {
      sender.assertAllowedUrl(request.url);
      const patience = context.createPatience();
      const authorized = { ...resolveOperation(request.method, schemaPath), patience };
      const outgoing = toOutgoingRequest(request);
      request.signal.throwIfAborted();
      prepared.set(call, {
        outgoing,
        authorized,
        appliedAuth: await context.authorizer.authorize(outgoing, authorized),
      });
      // The original is kept for a replay. Redirects are followed in `onResponse`, because the platform would send the headers along.
      const { headers, url } = outgoing;
      const copy = request.clone();
      return new Request(url === request.url ? copy : new Request(url, copy), { headers, redirect: "manual" });
    },
    async onResponse({ request: sent, response, options: call }) {
      const request = prepared.get(call);
      if (!request) return undefined;
      assertNotMoved(vendor.name, request.outgoing.url, sent.url);
      const callSender = context.createSender(call.fetch);
      const { outgoing, authorized, appliedAuth } = request;
      const authorizedCall = { ...authorized, wasReplayed: false };
      const redirected = await callSender.followRedirects(outgoing, response);
      const unlimited = await context.authorizer.handleResponse(
        outgoing,
        authorizedCall,
        appliedAuth,
        redirected,
        callSender,
      );
      const { operation, details, phase, scheme } = authorized;
      const final = limitBody(unlimited, { vendor: vendor.name, operation, maxInBytes });
      if (final.ok) await context.onLogout(authorized);
      setResponseContext(final, {
        vendor: vendor.name,
        operation,
        details,
        rules: vendor.errors,
        redactor: context.redactor,
        now: context.clock.now(),
        sent: details?.sensitive && (await readSent(outgoing)),
        phase,
        scheme,
        wasReplayed: authorizedCall.wasReplayed,
      });
      return final === response ? undefined : final;
    },
  };
}

/** Reads the JSON or the form that a request sent, so that its sensitive values are found; `undefined` for any other body. */
async function readSent({ body }: OutgoingRequest): Promise<unknown> {
  if (body.kind !== "request") return undefined;
  const text = await body.request.clone().text();
  return tryParseJson(text)?.value ?? Object.fromEntries(new URLSearchParams(text));
}

/** @throws TransportError where later middleware has moved a request that carried tokens: its response is not the vendor's */
function assertNotMoved(vendor: string, authorizedUrl: string, sentUrl: string): void {
  if (new URL(sentUrl).href === new URL(authorizedUrl).href) return;
  const message =
    "middleware after authMiddleware moved a request with tokens; register authMiddleware last, and revoke the token";
  throw new TransportError(vendor, "origin", message);
}
