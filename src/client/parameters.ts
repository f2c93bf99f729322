/** Gives openapi-fetch the serialisers of an operation whose parameters differ from the defaults, and those of the caller. */
import type { QuerySerializerOptions } from "openapi-fetch";
import type { ParameterRules } from "../vendor.ts";
import { cookieIn, serializeHeaders } from "./header-parameters.ts";
import { createPathSerializer, expressionsIn, type PathSerializer, type PathTemplate } from "./path-parameters.ts";
import {
  createOwnQuerySerializer,
  createRuledQuerySerializer,
  createWholeQuerySerializer,
  type QuerySerializer,
} from "./query-parameters.ts";
import type { ForwardedInit } from "./untyped-call.ts";

/** What is known of an operation's parameters before it is called. */
export interface OperationParameters extends PathTemplate {
  /** The query in the document's path. */
  readonly fixedQuery: string | undefined;
  /** Absent where the default one serves. */
  readonly querySerializer: QuerySerializer | undefined;
  readonly pathSerializer: PathSerializer | undefined;
}

export function resolveParameters(
  vendor: string,
  path: string,
  rules: ParameterRules | undefined,
): OperationParameters {
  // Some documents tell operations apart by a query or a fragment in the path. A fragment is not sent (RFC 3986 §3.5); what follows it must not become part of it.
  const [, plain = path, fixedQuery] = /^([^?#]*)(?:\?([^#]*))?/u.exec(path) ?? [];
  return {
    rules,
    path: plain,
    expressions: expressionsIn(plain),
    fixedQuery: fixedQuery || undefined,
    querySerializer: rules?.querystring
      ? createWholeQuerySerializer(vendor, rules.querystring)
      : rules?.query && createRuledQuerySerializer(vendor, rules.query),
    pathSerializer: rules?.path && createPathSerializer(rules.path),
  };
}

export type OwnQuerySerializer = QuerySerializer | QuerySerializerOptions;

export const toQuerySerializer = (vendor: string, own: OwnQuerySerializer): QuerySerializer =>
  typeof own === "function" ? own : createOwnQuerySerializer(vendor, own);

export interface ClientSerializers {
  /** The client's own, which applies in place of the document's rules. */
  readonly own: QuerySerializer | undefined;
  readonly query: QuerySerializer;
  readonly path: PathSerializer;
  readonly headers: Readonly<Record<string, string>> | undefined;
}

/** Changes the options for openapi-fetch where the operation or the caller asks for more than the client's serialisers. */
export function applyParameters(
  vendor: string,
  { rules, fixedQuery, querySerializer, pathSerializer }: OperationParameters,
  forwarded: ForwardedInit,
  client: ClientSerializers,
): void {
  const { params } = forwarded;
  if (typeof forwarded.querySerializer === "object")
    forwarded.querySerializer = createOwnQuerySerializer(vendor, forwarded.querySerializer);
  else if (querySerializer && !client.own) forwarded.querySerializer ??= querySerializer;
  if (pathSerializer) forwarded.pathSerializer ??= pathSerializer;
  if (fixedQuery !== undefined) {
    const serialize = forwarded.querySerializer ?? client.query;
    const fixed = (forwarded.pathSerializer ?? client.path)(fixedQuery, params?.path ?? {});
    forwarded.querySerializer = (query) => [fixed, serialize(query).replace(/^\?/u, "")].filter(Boolean).join("&");
  }
  if (params?.header || params?.cookie) {
    const cookie = cookieIn(forwarded.headers) ?? cookieIn(client.headers);
    forwarded.params = { ...params, header: serializeHeaders(vendor, params, rules, cookie) };
  }
}
