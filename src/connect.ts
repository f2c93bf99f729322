/** The entrance: a vendor's value and options become a client. The pipeline of a call, from the outside in: */
//   openapi-fetch (serialise, the caller's middleware) → retry → authorizer → guard → fetch
import createClient, { type Middleware } from "openapi-fetch";
import { createAuthHandle } from "./auth-handle.ts";
import type { Client, Method } from "./client.ts";
import { describe, rememberCall } from "./errors/describe.ts";
import { SchemaError } from "./errors/schema-error.ts";
import { ConfigurationError } from "./errors/transport-error.ts";
import type { ConnectOptions } from "./options.ts";
import { createPages } from "./pagination/paginate.ts";
import { createSession, type Session } from "./session.ts";
import type { Fetch } from "./transport/guard.ts";
import { isReplayable, OutgoingRequest, toOutgoing } from "./transport/outgoing.ts";
import { createRetrier, defaultRetryRules, type Retrier } from "./transport/retry.ts";
import { createValidator, type Validator } from "./validation.ts";
import type { Vendor, VendorTypes } from "./vendor.ts";

/**
 * Connects to a vendor. Nothing is sent until the first call.
 *
 * @throws ConfigurationError at once for an unknown server, missing or unknown credentials, or a vendor of another contract
 */
export function connect<T extends VendorTypes>(vendor: Vendor<T>, options: ConnectOptions<T> = {}): Client<T> {
  const session = createSession(vendor, options);
  const retry = createRetrier({
    vendor: vendor.name,
    rules: vendor.retry ?? defaultRetryRules,
    clock: session.clock,
    emit: session.emit,
    random: Math.random,
  });
  const validator = options.validate === "strict" ? createValidator(vendor) : undefined;
  return createVendorClient({ session, retry, validator, headers: options.headers ?? {} }) as unknown as Client<T>;
}

interface Parts {
  readonly session: Session;
  readonly retry: Retrier;
  readonly validator: Validator | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** openapi-fetch's client without its types: they are given back by `Client<T>`. */
interface UntypedClient {
  request(method: string, path: string, init: object): Promise<UntypedResult>;
  use(...middleware: Middleware[]): void;
  eject(...middleware: Middleware[]): void;
}

interface UntypedResult {
  data?: unknown;
  error?: unknown;
  response: Response;
  status?: number;
}

interface UntypedInit extends Record<string, unknown> {
  readonly body?: unknown;
  readonly baseUrl?: string;
  readonly fetch?: Fetch;
  readonly middleware?: readonly Middleware[];
  readonly params?: { readonly path?: Readonly<Record<string, unknown>> };
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
] as const satisfies readonly Method[];

function createVendorClient(parts: Parts, shared?: readonly Middleware[]) {
  const { session, retry, validator } = parts;
  const { vendor, server } = session;
  const inner: UntypedClient = Object(createClient({ baseUrl: server.url, headers: parts.headers }));
  const middlewares: Middleware[] = [...(shared ?? [])];
  if (shared?.length) inner.use(...shared);

  async function call(method: string, path: string, init: UntypedInit = {}): Promise<UntypedResult> {
    const operation = `${method} ${path}`;
    const details = Object.hasOwn(vendor.operations, operation) ? vendor.operations[operation] : undefined;
    const role = session.roleOf(operation);
    checkPathParameters(vendor.name, operation, init.params?.path);
    if (validator && init.body !== undefined) await validator.checkRequest(operation, init.body);

    const isTouched = middlewares.length > 0 || (init.middleware?.length ?? 0) > 0;
    const authorized = { operation, security: session.securityOf(details), ...role };
    const guard = session.watch(session.guard(init.fetch), operation, role.phase);
    const send = async (request: Request | OutgoingRequest): Promise<Response> => {
      const outgoing = request instanceof OutgoingRequest ? request : toOutgoing(request);
      const response = await retry({
        operation,
        signal: outgoing.signal,
        canSendAgain: isReplayable(outgoing),
        send: () => session.authorizer.send(outgoing, authorized, guard),
      });
      if (role.phase !== "resource" && response.ok) await session.noticeEnd(role);
      return response;
    };

    const host = details?.host === undefined ? undefined : server.hosts[details.host];
    const result = await inner
      .request(method, path, {
        ...init,
        ...(init.baseUrl === undefined && host !== undefined ? { baseUrl: host } : {}),
        // A body that is sent as it is, or made anew for each sending, needs no serialising.
        ...(isSentAsIs(init.body) ? { bodySerializer: (given: unknown) => given } : {}),
        // Middleware is given the platform's Request; without any, a lighter one serves.
        ...(isTouched ? {} : { Request: OutgoingRequest }),
        fetch: send,
      })
      .catch((error: unknown) => {
        // openapi-fetch parses a 2xx body as JSON and lets the parser's error, which quotes the body, out.
        if (error instanceof SyntaxError)
          throw new SchemaError(vendor.name, operation, "response", [{ path: "", message: "it is not JSON" }]);
        throw error;
      });
    const { response } = result;
    result.status = response.status;
    rememberCall(response, {
      vendor: vendor.name,
      operation,
      details,
      rules: vendor.errors,
      scrubber: session.scrubber,
      now: session.clock.now(),
      ...role,
    });
    if (validator && response.ok) await validator.checkResponse(operation, response.status, result.data);
    return result;
  }

  const client = {
    ...Object.fromEntries(
      methods.map((method) => [method, (path: string, init?: UntypedInit) => call(method, path, init)]),
    ),
    paginate: (method: string, path: string, init: UntypedInit = {}) =>
      createPages({
        vendor: vendor.name,
        operation: `${method} ${path}`,
        origin: new URL(server.url).origin,
        rule: vendor.operations[`${method} ${path}`]?.pagination,
        init,
        async fetch(page) {
          const result = await call(method, path, page);
          const error = describe(result);
          if (error) throw error;
          return { data: result.data, response: result.response };
        },
      }),
    use(...added: Middleware[]) {
      inner.use(...added);
      middlewares.push(...added);
    },
    eject(...removed: Middleware[]) {
      inner.eject(...removed);
      for (const one of removed) {
        const at = middlewares.indexOf(one);
        if (at >= 0) middlewares.splice(at, 1);
      }
    },
    async as(credentials: Readonly<Record<string, unknown>>) {
      const second = session.as(credentials);
      await second.accounts.at(-1)?.manager.token();
      return createVendorClient({ ...parts, session: second }, middlewares);
    },
    auth: createAuthHandle(session.accounts),
    vendor,
    async close(options: { readonly revoke?: boolean } = {}) {
      if (options.revoke) await createAuthHandle(session.accounts).revoke();
      await session.close();
    },
    [Symbol.asyncDispose]: () => session.close(),
  };
  return client;
}

const isSentAsIs = (body: unknown): boolean => typeof body === "function" || body instanceof ReadableStream;

/** `..` is the one segment that encoding does not disarm (RFC 3986 §5.2.4). */
function checkPathParameters(vendor: string, operation: string, values: Readonly<Record<string, unknown>> = {}): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === "." || value === ".." || value === "") {
      throw new ConfigurationError(
        vendor,
        `${operation}: params.path.${name} must be a name, not ${value === "" ? "empty" : "a dot segment"}`,
      );
    }
  }
}
