/** Calls without the types of a vendor: what call.ts gets from callers, and passes to openapi-fetch. */
import type { Middleware } from "openapi-fetch";
import type { Fetch } from "../http/http-sender.ts";
import type { CallOptions } from "./call-options.ts";
import type { ParameterInput, PathSerializer } from "./parameters.ts";

export interface UntypedInit extends CallOptions, ParameterInput, Record<string, unknown> {
  readonly body?: unknown;
  readonly headers?: unknown;
  readonly baseUrl?: string | undefined;
  readonly fetch?: Fetch | undefined;
  readonly parseAs?: string;
  readonly pathSerializer?: PathSerializer | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly middleware?: readonly Middleware[];
}

/** The options that openapi-fetch gets. */
export interface ForwardedInit extends UntypedInit {
  baseUrl?: string | undefined;
  headers?: unknown;
  fetch: Fetch;
}

export interface FetchResult {
  data?: unknown;
  error?: unknown;
  readonly response: Response;
}

/** The client of openapi-fetch without its types; `Client<T>` gives calls their types. */
export interface UntypedClient {
  request(method: string, path: string, init: object): Promise<FetchResult>;
  use(...middleware: Middleware[]): void;
  eject(...middleware: Middleware[]): void;
}
