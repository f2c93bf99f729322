/** The layer alone, for an openapi-fetch client somebody already has. */
import type { Middleware } from "openapi-fetch";
import { type AuthHandle, createAuthHandle } from "../auth/auth-handle.ts";
import { rememberCall } from "../errors/response-context.ts";
import type { ConnectOptions } from "../options.ts";
import { createSession } from "./client-context.ts";
import { type Outgoing, toOutgoing } from "../http/outgoing-request.ts";
import type { Vendor, VendorTypes } from "../vendor.ts";
import type { Carried } from "../auth/apply-auth.ts";
import type { AuthorizedCall } from "../auth/authorizer.ts";

export type AuthMiddleware<T extends VendorTypes> = Middleware & {
  readonly auth: AuthHandle<T["credentials"]>;
  close(): Promise<void>;
};

interface Prepared {
  readonly outgoing: Outgoing;
  readonly authorized: AuthorizedCall;
  readonly carried: readonly Carried[];
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
  const session = createSession(vendor, options);
  const guard = session.guard();
  // One object per call is the same in both hooks.
  const prepared = new WeakMap<object, Prepared>();
  return {
    auth: createAuthHandle(session.keepers),
    close: () => session.close(),
    async onRequest({ request, schemaPath, options: call }) {
      const operation = `${request.method} ${schemaPath}`;
      guard.check(request.url);
      const security = session.securityOf(vendor.operations[operation]);
      const authorized = { operation, security, ...session.roleOf(operation) };
      const outgoing = toOutgoing(request);
      request.signal.throwIfAborted();
      prepared.set(call, { outgoing, authorized, carried: await session.authorizer.prepare(outgoing, authorized) });
      // The original stays whole for a replay; redirects come back to us, since the platform would carry headers along.
      const { headers, url } = outgoing;
      const copy = request.clone();
      return new Request(url === request.url ? copy : new Request(url, copy), { headers, redirect: "manual" });
    },
    async onResponse({ response, options: call }) {
      const made = prepared.get(call);
      if (!made) return undefined;
      const own = session.guard(call.fetch);
      const { outgoing, authorized, carried } = made;
      const landed = await own.follow(outgoing, response);
      const settled = await session.authorizer.settle(outgoing, authorized, carried, landed, own);
      const { operation } = authorized;
      const role = session.roleOf(operation);
      if (settled.ok) await session.noticeEnd(role);
      rememberCall(settled, {
        vendor: vendor.name,
        operation,
        details: vendor.operations[operation],
        rules: vendor.errors,
        scrubber: session.scrubber,
        now: session.clock.now(),
        ...role,
      });
      return settled === response ? undefined : settled;
    },
  };
}
