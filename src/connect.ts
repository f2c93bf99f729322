/** The entrance: a vendor's value and options become a client. Nothing else puts the parts together. */
import { createAuthHandle } from "./auth-handle.ts";
import { type BatchSource, runBatch } from "./bulk/batch.ts";
import { type Caller, createCaller, type UntypedInit } from "./call.ts";
import type { Client, CloseOptions, Method } from "./client.ts";
import type { ConnectOptions } from "./options.ts";
import { createPages } from "./pagination/paginate.ts";
import { createPathCalls } from "./path-calls.ts";
import { createSession, type Session } from "./session.ts";
import { createRetrier } from "./transport/retry.ts";
import { createRetryBudget } from "./transport/retry-budget.ts";
import { createValidator } from "./validation.ts";
import type { Vendor, VendorTypes } from "./vendor.ts";

/**
 * Connects to a vendor. Nothing is sent until the first call.
 *
 * @throws ConfigurationError at once for an unknown server, missing or unknown credentials, or a vendor of another contract
 */
export function connect<T extends VendorTypes>(vendor: Vendor<T>, options: ConnectOptions<T> = {}): Client<T> {
  const session = createSession(vendor, options);
  const { clock, emit } = session;
  const retry = createRetrier({
    vendor: vendor.name,
    rules: vendor.retry,
    clock,
    emit,
    budget: createRetryBudget(),
    random: Math.random,
  });
  const { headers = {}, timeoutInMs, deadlineInMs, retries, validate } = options;
  const defaults = { timeoutInMs, deadlineInMs, retries, validate };
  const common = { retry, validator: createValidator(vendor, emit), headers, defaults };
  const open = (one: Session, middleware: Caller["middleware"]): object => {
    const caller = createCaller({ ...common, session: one, middleware });
    return createVendorClient(one, caller, (second) => open(second, caller.middleware));
  };
  // The one place where the types, which exist for the checker alone, are put back on.
  return open(session, []) as Client<T>;
}

const methods = [
  "GET",
  "PUT",
  "POST",
  "DELETE",
  "OPTIONS",
  "HEAD",
  "PATCH",
  "TRACE",
  "QUERY",
] as const satisfies readonly Method[];

function createVendorClient(session: Session, caller: Caller, open: (session: Session) => object): object {
  const { vendor, server } = session;
  const { call, use, eject } = caller;
  return {
    ...Object.fromEntries(
      methods.map((method) => [method, (path: string, init?: UntypedInit) => call(method, path, init)]),
    ),
    paths: createPathCalls(call),
    paginate: (method: string, path: string, init: UntypedInit = {}) => {
      const host = vendor.operations[`${method} ${path}`]?.host;
      const { origin } = new URL(host === undefined ? server.url : (server.hosts[host] ?? server.url));
      return createPages({ vendor, method, path, origin, init, emit: session.emit, call });
    },
    batch(method: string, path: string, init: BatchSource["init"]) {
      const { clock, emit, scrubber } = session;
      return runBatch({ vendor, method, path, init, clock, emit, quote: (text) => scrubber.quote(text), call });
    },
    use,
    eject,
    async as(credentials: Readonly<Record<string, unknown>>) {
      const second = session.as(credentials);
      await second.accounts.at(-1)?.manager.token();
      return open(second);
    },
    auth: createAuthHandle(session.accounts),
    vendor,
    async close(options: CloseOptions = {}) {
      if (options.revoke) await createAuthHandle(session.accounts).revoke(options);
      await session.close();
    },
    [Symbol.asyncDispose]: () => session.close(),
  };
}
