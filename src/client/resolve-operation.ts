/** What is known of an operation before it is called, looked up once for each path that is used. */
import type { ClientContext } from "./client-context.ts";
import type { Operation, Phase, SecurityRequirement } from "../vendor.ts";

export interface ResolvedOperation {
  /** `"GET /v2/products"`. */
  readonly operation: string;
  /** What the document says beyond the defaults. */
  readonly details: Operation | undefined;
  readonly security: readonly SecurityRequirement[];
  readonly phase: Phase;
  readonly scheme: string | undefined;
  /** Where it lives, if not on the main host. */
  readonly host: string | undefined;
}

const maxRoutes = 2_000;

export type ResolveOperation = (method: string, path: string) => ResolvedOperation;

export function createOperationResolver(session: ClientContext): ResolveOperation {
  const byMethod = new Map<string, Map<string, ResolvedOperation>>();
  const { vendor, server } = session;

  function read(method: string, path: string): ResolvedOperation {
    const operation = `${method} ${path}`;
    const details = Object.hasOwn(vendor.operations, operation) ? vendor.operations[operation] : undefined;
    const { phase, scheme } = session.tokenRoleOf(operation);
    const host = details?.host === undefined ? undefined : server.hosts[details.host];
    return { operation, details, security: session.securityOf(details), phase, scheme, host };
  }

  return (method, path) => {
    const known = byMethod.get(method) ?? new Map<string, ResolvedOperation>();
    if (known.size === 0) byMethod.set(method, known);
    const route = known.get(path) ?? read(method, path);
    // A caller's paths are the document's, and few: a program that invents them is not remembered.
    if (known.size < maxRoutes && !known.has(path)) known.set(path, route);
    return route;
  };
}
