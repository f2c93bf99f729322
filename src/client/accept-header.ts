/** The Accept header of a call: what the document documents, unless the caller says otherwise. */
import type { ForwardedInit } from "./untyped-call.ts";

type NamedHeaders = Readonly<Record<string, string>>;

export function setAccept(forwarded: ForwardedInit, accept: string, clientHeaders: NamedHeaders | undefined): void {
  const { headers } = forwarded;
  if (hasAccept(headers) || hasAccept(clientHeaders)) return;
  if (headers instanceof Headers) {
    const copy = new Headers(headers);
    copy.set("accept", accept);
    forwarded.headers = copy;
  } else forwarded.headers = { accept, ...Object(headers) };
}

const hasAccept = (headers: unknown): boolean =>
  headers instanceof Headers
    ? headers.has("accept")
    : Object.keys(Object(headers)).some((name) => name.toLowerCase() === "accept");

/** Headers by lower-case name, so that one of the caller's takes the place of ours. */
export const toLowerCaseNames = (headers: NamedHeaders = {}): NamedHeaders =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
