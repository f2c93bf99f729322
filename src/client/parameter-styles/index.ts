/** Serialises parameters that need more than the default style of plain values. */
import type { OperationParameters, OwnQuerySerializer, QuerySerializer } from "../parameters.ts";
import type { UntypedInit } from "../untyped-call.ts";
import { cookieIn, serializeHeaders } from "./headers.ts";
import { checkPathParameters, createPathSerializer } from "./path.ts";
import { createOwnQuerySerializer, createRuledQuerySerializer, createWholeQuerySerializer } from "./query.ts";

export interface StyleContext {
  readonly vendor: string;
  /** `"GET /things"` */
  readonly operation: string;
  readonly parameters: OperationParameters;
  /** The caller's own query serialiser for all calls, which applies in place of the document's rules. */
  readonly ofClient: OwnQuerySerializer | undefined;
  /** The caller's own headers for all calls. */
  readonly headers: Readonly<Record<string, string>> | undefined;
}

/**
 * Returns the options for openapi-fetch that serialise the parameters of a call.
 *
 * @throws ConfigurationError that names the parameter whose value cannot be sent
 */
export function serializeParameters(
  { vendor, operation, parameters, ofClient, headers }: StyleContext,
  { params, pathSerializer, querySerializer, headers: ownHeaders }: UntypedInit,
): Pick<UntypedInit, "params" | "pathSerializer" | "querySerializer"> {
  const { rules, fixedQuery } = parameters;
  checkPathParameters(vendor, operation, parameters, params?.path, pathSerializer !== undefined);
  const path = pathSerializer ?? createPathSerializer(rules?.path);
  const serializeQuery = toQuerySerializer(vendor, parameters, querySerializer ?? ofClient);
  const fixed = fixedQuery === undefined ? "" : path(fixedQuery, params?.path ?? {});
  const query: QuerySerializer = (values) =>
    [fixed, serializeQuery(values).replace(/^\?/u, "")].filter(Boolean).join("&");
  const serialized = { pathSerializer: path, querySerializer: fixed === "" ? serializeQuery : query };
  if (!params?.header && !params?.cookie) return serialized;
  const cookie = cookieIn(ownHeaders) ?? cookieIn(headers);
  return { ...serialized, params: { ...params, header: serializeHeaders(vendor, params, rules, cookie) } };
}

function toQuerySerializer(
  vendor: string,
  { rules }: OperationParameters,
  own: OwnQuerySerializer | undefined,
): QuerySerializer {
  if (own !== undefined) return typeof own === "function" ? own : createOwnQuerySerializer(vendor, own);
  return rules?.querystring
    ? createWholeQuerySerializer(vendor, rules.querystring)
    : createRuledQuerySerializer(vendor, rules?.query);
}
