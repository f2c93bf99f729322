/** Creates a client from a vendor and options; nothing else combines a context, calls, pagination and batches. */
import { createAuthHandle } from "./auth/auth-handle.ts";
import type { BatchSource } from "./bulk/batch.ts";
import type { Validator } from "./client/body-validation.ts";
import { type Caller, createCaller } from "./client/call.ts";
import type { Client, CloseOptions, Method } from "./client/client.ts";
import { type ClientContext, createClientContext } from "./client/client-context.ts";
import { toOwnOptions } from "./client/own-options.ts";
import { createPathBasedClient } from "./client/path-based-client.ts";
import type { UntypedInit } from "./client/untyped-call.ts";
import { runAction } from "./errors/call-error.ts";
import { createRetrier } from "./http/retry.ts";
import { createRetryBudget } from "./http/retry-budget.ts";
import type { ConnectOptions } from "./options.ts";
import type { Pages, PageSource } from "./pagination/paginate.ts";
import type { Vendor, VendorTypes } from "./vendor.ts";

/**
 * Connects to a vendor. Nothing is sent until the first call.
 *
 * @throws ConfigurationError at once for an unknown server, missing or unknown credentials, or a vendor of another contract
 */
export function connect<T extends VendorTypes>(vendor: Vendor<T>, options: ConnectOptions<T> = {}): Client<T> {
  const context = createClientContext(vendor, options);
  const own = toOwnOptions(options);
  const { headers, querySerializer, timeoutInMs, deadlineInMs, retries, maxBodyInBytes, validate } = own;
  const { clock, emit } = context;
  const common = {
    retry: createRetrier({
      vendor: vendor.name,
      rules: vendor.retry,
      errors: vendor.errors,
      clock,
      emit,
      budget: createRetryBudget(),
      random: Math.random,
    }),
    validator: createLazyValidator(context),
    headers,
    querySerializer,
    defaults: { timeoutInMs, deadlineInMs, retries, maxBodyInBytes, validate },
  };
  const createClient = (of: ClientContext, middleware: Caller["middleware"]): object => {
    const caller = createCaller({ ...common, context: of, middleware });
    return createVendorClient(vendor, of, caller, (secondParty) => createClient(secondParty, caller.middleware));
  };
  // The one place where the client gets its types: they exist at compile time alone.
  return createClient(context, []) as Client<T>;
}

/** Loads the validator with the first body that is validated. */
function createLazyValidator(context: ClientContext): Validator {
  let validator: Validator | undefined;
  return async (mode, target) => {
    if (!validator) {
      const { createValidator } = await import("./client/body-validation.ts");
      validator ??= createValidator(context);
    }
    return validator(mode, target);
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

/** @param createClient creates the client of a second party from its context */
function createVendorClient(
  given: Vendor,
  context: ClientContext,
  caller: Caller,
  createClient: (context: ClientContext) => object,
): object {
  const { vendor, server, clock, emit, redactor } = context;
  const { call, use, eject } = caller;
  return {
    ...Object.fromEntries(
      methods.map((method) => [method, (path: string, init?: UntypedInit) => call(method, path, init)]),
    ),
    paths: createPathBasedClient(call),
    paginate: (method: string, path: string, init: UntypedInit = {}) =>
      createLazyPages({ vendor, method, path, server, init, emit, redactor, call }),
    async *batch(method: string, path: string, init: BatchSource["init"]) {
      const { runBatch } = await import("./bulk/batch.ts");
      yield* runBatch({ vendor, method, path, init, clock, emit, redactor, call });
    },
    use,
    eject,
    async as(credentials: Readonly<Record<string, unknown>>) {
      const secondParty = await context.as(credentials);
      const { tokenAccounts, createPatience } = secondParty;
      await runAction("as()", async () => tokenAccounts.at(-1)?.manager.getToken(undefined, createPatience()));
      return createClient(secondParty);
    },
    auth: createAuthHandle(context.tokenAccounts, context.createPatience),
    vendor: given,
    async close(options: CloseOptions = {}) {
      if (options.revoke) await createAuthHandle(context.tokenAccounts, context.createPatience).revoke(options);
      await context.close();
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** Iterates over a list; loads the pagination with the first iteration. */
function createLazyPages(source: PageSource): Pages<unknown> {
  const load = async () => (await import("./pagination/paginate.ts")).createPages(source);
  return {
    async *pages() {
      yield* (await load()).pages();
    },
    async *[Symbol.asyncIterator]() {
      yield* await load();
    },
  };
}
