/** The layer alone, for an openapi-fetch client somebody already has. */
import type { Middleware } from "openapi-fetch";
import { type AuthHandle, createAuthHandle } from "../auth/auth-handle.ts";
import { setResponseContext } from "../errors/response-context.ts";
import type { ConnectOptions } from "../options.ts";
import { createClientContext } from "./client-context.ts";
import { type OutgoingRequest, toOutgoingRequest } from "../http/outgoing-request.ts";
import type { Vendor, VendorTypes } from "../vendor.ts";
import type { AppliedAuth } from "../auth/apply-auth.ts";
import type { AuthorizedCall } from "../auth/authorizer.ts";

export type AuthMiddleware<T extends VendorTypes> = Middleware & {
  readonly auth: AuthHandle<T["credentials"]>;
  close(): Promise<void>;
};

interface Prepared {
  readonly outgoing: OutgoingRequest;
  readonly authorized: AuthorizedCall;
  readonly carried: readonly AppliedAuth[];
}

/**
 * Register it last: `onRequest` runs in order of registration, so middleware after it would see the token, and `onResponse` in
 * reverse, so it answers a 401 before anybody else sees it. The client's `baseUrl` must be one of the vendor's servers.
 *
 * @throws ConfigurationError as `connect` does
 */
export function authMiddleware<T extends VendorTypes>(
  vendor: Vendor<T>,
  options: ConnectOptions<T> = {},
): AuthMiddleware<T> {
  const session = createClientContext(vendor, options);
  const guard = session.createSender();
  // One object per call is the same in both hooks.
  const prepared = new WeakMap<object, Prepared>();
  return {
    auth: createAuthHandle(session.tokenAccounts),
    close: () => session.close(),
    async onRequest({ request, schemaPath, options: call }) {
      const operation = `${request.method} ${schemaPath}`;
      guard.assertAllowedUrl(request.url);
      const security = session.securityOf(vendor.operations[operation]);
      const authorized = { operation, security, ...session.tokenRoleOf(operation) };
      const outgoing = toOutgoingRequest(request);
      request.signal.throwIfAborted();
      prepared.set(call, { outgoing, authorized, carried: await session.authorizer.authorize(outgoing, authorized) });
      // The original stays whole for a replay; redirects come back to us, since the platform would carry headers along.
      const { headers, url } = outgoing;
      const copy = request.clone();
      return new Request(url === request.url ? copy : new Request(url, copy), { headers, redirect: "manual" });
    },
    async onResponse({ response, options: call }) {
      const made = prepared.get(call);
      if (!made) return undefined;
      const own = session.createSender(call.fetch);
      const { outgoing, authorized, carried } = made;
      const landed = await own.followRedirects(outgoing, response);
      const settled = await session.authorizer.handleResponse(outgoing, authorized, carried, landed, own);
      const { operation } = authorized;
      const role = session.tokenRoleOf(operation);
      if (settled.ok) await session.onLogout(role);
      setResponseContext(settled, {
        vendor: vendor.name,
        operation,
        details: vendor.operations[operation],
        rules: vendor.errors,
        redactor: session.scrubber,
        now: session.clock.now(),
        ...role,
      });
      return settled === response ? undefined : settled;
    },
  };
}
