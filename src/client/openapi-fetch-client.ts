/** Gives a client the types of openapi-fetch's `Client<paths>`, for tools made for openapi-fetch. */
import type { Client as FetchClient } from "openapi-fetch";
import type { Client } from "./client.ts";
import type { FetchPaths } from "./openapi-fetch-paths.ts";
import type { VendorTypes } from "../vendor.ts";

/**
 * Returns a view of the client, not a copy: tokens, retries and middleware are shared. openapi-fetch's types have `parseAs` but not `status`.
 *
 * @example
 * const $api = createQueryClient(asFetchClient(connect(propeller))); // openapi-react-query
 */
export function asFetchClient<T extends VendorTypes>(client: Client<T>): FetchClient<FetchPaths<T["paths"]>> {
  const calls: object = client;
  const request = (method: string, path: string, init?: object): unknown =>
    Reflect.apply(Reflect.get(calls, method.toUpperCase()), client, [path, init]);
  // The functions are the same; only their types differ.
  return { ...calls, request } as unknown as FetchClient<FetchPaths<T["paths"]>>;
}
