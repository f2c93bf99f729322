/** Our client as the tools made for openapi-fetch take it: its own `Client<paths>`, over the same calls. */
import type { Client as FetchClient } from "openapi-fetch";
import type { Client } from "./client.ts";
import type { FetchPaths } from "./openapi-fetch-paths.ts";
import type { VendorTypes } from "../vendor.ts";

/**
 * A view, not a copy: tokens, retries and middleware are the client's own. openapi-fetch's types keep its `parseAs`, and lose `status`.
 *
 * @example
 * const $api = createQueryClient(asFetchClient(connect(propeller))); // openapi-react-query
 */
export function asFetchClient<T extends VendorTypes>(client: Client<T>): FetchClient<FetchPaths<T["paths"]>> {
  const calls: object = client;
  const request = (method: string, path: string, init?: object): unknown =>
    Reflect.apply(Reflect.get(calls, method.toUpperCase()), client, [path, init]);
  // The same functions: openapi-fetch's types describe them in their own words.
  return { ...calls, request } as unknown as FetchClient<FetchPaths<T["paths"]>>;
}
