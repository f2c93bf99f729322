/** The entrance: a vendor's value and options become a client. Nothing else puts the parts together. */
import { preloadedModule, lazyModule } from "./util/lazy-module.ts";
import { createAuthHandle } from "./auth/auth-handle.ts";
import type { BatchSource } from "./bulk/batch.ts";
import { type Caller, createCaller, type UntypedInit } from "./client/call.ts";
import type { Client, CloseOptions, Method } from "./client/client.ts";
import type { ConnectOptions } from "./options.ts";
import type { Pages, PageSource } from "./pagination/paginate.ts";
import { createPathBasedClient } from "./client/path-based-client.ts";
import { createClientContext, type ClientContext } from "./client/client-context.ts";
import type { RetryableCall, AttemptOutcome, Retrier } from "./http/retry.ts";
import { createRetryBudget } from "./http/retry-budget.ts";
import type { Validator } from "./client/body-validation.ts";
import type { Vendor, VendorTypes } from "./vendor.ts";

/**
 * Connects to a vendor. Nothing is sent until the first call.
 *
 * @throws ConfigurationError at once for an unknown server, missing or unknown credentials, or a vendor of another contract
 */
export function connect<T extends VendorTypes>(vendor: Vendor<T>, options: ConnectOptions<T> = {}): Client<T> {
  const session = createClientContext(vendor, options);
  const { headers, timeoutInMs, deadlineInMs, retries, validate } = options;
  const defaults = { timeoutInMs, deadlineInMs, retries, validate };
  const common = { retry: createRetry(session), validator: createCheck(session), headers, defaults };
  const open = (one: ClientContext, middleware: Caller["middleware"]): object => {
    const caller = createCaller({ ...common, session: one, middleware });
    return createVendorClient(one, caller, (second) => open(second, caller.middleware));
  };
  // The one place where the types, which exist for the checker alone, are put back on.
  return open(session, []) as Client<T>;
}

const retrying = preloadedModule(() => import("./http/retry.ts"));
export const validating = lazyModule(() => import("./client/body-validation.ts"));
export const batching = lazyModule(() => import("./bulk/batch.ts"));
export const paging = lazyModule(() => import("./pagination/paginate.ts"));

function createRetry({ vendor, clock, emit }: ClientContext): Retrier {
  const budget = createRetryBudget();
  let retrier: Retrier | undefined;
  const retry = async (first: AttemptOutcome, attempt: RetryableCall): Promise<Response> => {
    const part = retrying.loaded ?? (await retrying.load().catch(() => undefined));
    // Without it the first outcome stands, as that of a call which may not be repeated.
    retrier ??= part?.createRetrier({
      vendor: vendor.name,
      rules: vendor.retry,
      clock,
      emit,
      budget,
      random: Math.random,
    });
    if (retrier) return retrier(first, attempt);
    if ("error" in first) throw first.error;
    return first.response;
  };
  return Object.assign(retry, { succeeded: budget.earn });
}

function createCheck(session: ClientContext): Validator {
  let validator: Validator | undefined;
  return async (mode, checked) => {
    validator ??= (await validating.load()).createValidator(session);
    return validator(mode, checked);
  };
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

function createVendorClient(session: ClientContext, caller: Caller, open: (session: ClientContext) => object): object {
  const { vendor, server } = session;
  const { call, use, eject } = caller;
  return {
    ...Object.fromEntries(
      methods.map((method) => [method, (path: string, init?: UntypedInit) => call(method, path, init)]),
    ),
    paths: createPathBasedClient(call),
    paginate: (method: string, path: string, init: UntypedInit = {}) =>
      createWalks({ vendor, method, path, server, init, emit: session.emit, call }),
    async *batch(method: string, path: string, init: BatchSource["init"]) {
      const { clock, emit, scrubber } = session;
      const { runBatch } = await batching.load();
      yield* runBatch({ vendor, method, path, init, clock, emit, quote: (text) => scrubber.redact(text), call });
    },
    use,
    eject,
    async as(credentials: Readonly<Record<string, unknown>>) {
      const second = await session.as(credentials);
      await second.tokenAccounts.at(-1)?.getToken();
      return open(second);
    },
    auth: createAuthHandle(session.tokenAccounts),
    vendor,
    async close(options: CloseOptions = {}) {
      if (options.revoke) await createAuthHandle(session.tokenAccounts).revoke(options);
      await session.close();
    },
    [Symbol.asyncDispose]: () => session.close(),
  };
}

/** Walks over a list; what makes them is loaded when the first begins. */
function createWalks(source: PageSource): Pages<unknown> {
  const begin = async () => (await paging.load()).createPages(source);
  return {
    async *pages() {
      yield* (await begin()).pages();
    },
    async *[Symbol.asyncIterator]() {
      yield* await begin();
    },
  };
}
