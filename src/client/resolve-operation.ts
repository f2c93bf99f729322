/** Resolves a method and path to what is known of the operation before it is called; each path is resolved once. */
import type { Operation, Phase, SecurityRequirement } from "../vendor.ts";
import type { ClientContext } from "./client-context.ts";
import { type OperationParameters, resolveParameters } from "./parameters.ts";

export interface ResolvedOperation {
  /** `"GET /v2/products"`, without secrets where the document does not name it. */
  readonly operation: string;
  /** What the document says of the operation beyond the defaults. */
  readonly details: Operation | undefined;
  readonly security: readonly SecurityRequirement[];
  readonly phase: Phase;
  readonly scheme: string | undefined;
  /** The address of its host if it is not the main one. */
  readonly host: string | undefined;
  readonly parameters: OperationParameters;
}

/** The most paths remembered for one method. */
const maxPaths = 2_000;

const maxNameLength = 2_000;

export type ResolveOperation = (method: string, path: string) => ResolvedOperation;

export function createOperationResolver(context: ClientContext): ResolveOperation {
  const byMethod = new Map<string, Map<string, ResolvedOperation>>();
  const { vendor, server } = context;

  function resolve(method: string, path: string): ResolvedOperation {
    const operation = `${method} ${path}`;
    const details = Object.hasOwn(vendor.operations, operation) ? vendor.operations[operation] : undefined;
    const { phase, scheme } = context.tokenRoleOf(operation);
    const host = details?.host === undefined ? undefined : server.hosts[details.host];
    // A path that a program made up may hold a secret; a documented one is used as it is.
    const name = details ? operation : context.redactor.redact(operation, maxNameLength);
    const parameters = resolveParameters(path, details?.parameters);
    return { operation: name, details, security: context.securityOf(details), phase, scheme, host, parameters };
  }

  return (method, path) => {
    const known = byMethod.get(method) ?? new Map<string, ResolvedOperation>();
    if (known.size === 0) byMethod.set(method, known);
    const operation = known.get(path) ?? resolve(method, path);
    // The document's paths are few; a program that invents paths must not fill the memory.
    if (known.size < maxPaths && !known.has(path)) known.set(path, operation);
    return operation;
  };
}
