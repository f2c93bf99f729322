/** The layer alone, for an openapi-fetch client somebody already has. */
import type { Middleware } from "openapi-fetch";
import { type AuthHandle, createAuthHandle } from "../auth-handle.ts";
import { rememberCall } from "../errors/describe.ts";
import type { ConnectOptions } from "../options.ts";
import { createSession } from "../session.ts";
import { noBody } from "../transport/replayable-body.ts";
import type { Vendor, VendorTypes } from "../vendor.ts";
import type { Prepared } from "./authorizer.ts";

export type AuthMiddleware<T extends VendorTypes> = Middleware & {
  readonly auth: AuthHandle<T["credentials"]>;
  close(): Promise<void>;
};

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
  const authorizer = session.authorizer();
  // One object per call is the same in both hooks.
  const prepared = new WeakMap<object, Prepared>();
  return {
    auth: createAuthHandle(session.managers),
    close: () => session.close(),
    async onRequest({ request, schemaPath, options: call }) {
      const operation = `${request.method} ${schemaPath}`;
      const role = session.roleOf(operation);
      const made = await authorizer.prepare(request, {
        operation,
        security: session.securityOf(vendor.operations[operation]),
        body: request.body ? { kind: "clone", request: request.clone() } : noBody,
        phase: role.phase,
        ...(role.scheme === undefined ? {} : { scheme: role.scheme }),
      });
      prepared.set(call, made);
      if (made.carried.length > 0) await session.guard(async () => new Response())(made.request, false);
      return made.request;
    },
    async onResponse({ response, options: call }) {
      const made = prepared.get(call);
      if (!made) return undefined;
      const settled = await authorizer.settle(made, response, session.guard(call.fetch));
      const { operation } = made.call;
      const role = session.roleOf(operation);
      if (role.phase === "revoke" && settled.ok) await session.managers.get(role.scheme ?? "")?.forget();
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
