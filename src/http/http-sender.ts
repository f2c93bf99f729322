/**
 * The one place where requests leave. Only to the vendor's own origins, over https (loopback excepted), and never across a
 * redirect to another origin: what carries credentials goes nowhere else, whatever a base URL, a link or a parameter says.
 */
import { preloadedModule } from "../util/lazy-module.ts";
import { systemErrorCode } from "../util/system-error-code.ts";
import { TransportError } from "../errors/transport-error.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";

/** The platform's `fetch`, or a caller's own. */
export type Fetch = (request: Request) => Promise<Response>;
type Send = (url: string, init: RequestInit) => Promise<Response>;

export interface HttpSender {
  /** @throws TransportError for another origin, a lost connection, a redirect elsewhere; the signal's reason when aborted */
  send(outgoing: OutgoingRequest): Promise<Response>;
  /** The answer behind a redirect within the origin, or the answer itself. */
  followRedirects(outgoing: OutgoingRequest, response: Response): Promise<Response>;
  /** @throws TransportError */
  assertAllowedUrl(url: string): void;
}

export interface HttpSenderOptions {
  readonly vendor: string;
  /** Allowed origins. */
  readonly origins: ReadonlySet<string>;
  /** A caller's own; it gets a `Request`. @default the platform's, captured when the client was made */
  readonly fetch?: Fetch | undefined;
}

const redirecting = preloadedModule(() => import("./redirect.ts"));

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

const isRedirect = ({ status, type }: Response): boolean =>
  (status > 300 && status < 400 && redirects.has(status)) || type === "opaqueredirect";

/** Requests under way, by their signals: a platform may follow a Request's signal only while somebody holds that Request. */
const underWay = new WeakMap<AbortSignal, Request>();

function kept(url: string, init: RequestInit): Request {
  const request = new Request(url, init);
  if (init.signal) underWay.set(init.signal, request);
  return request;
}

export function createHttpSender({ vendor, origins, fetch: own }: HttpSenderOptions): HttpSender {
  const platform = globalThis.fetch;
  const transmit: Send = own ? async (url, init) => own(kept(url, init)) : (url, init) => platform(url, init);
  const [main] = origins;
  const prefix = `${main}/`;

  function check(url: string): void {
    if (url.startsWith(prefix)) return;
    const { origin, username, password } = URL.parse(url) ?? {};
    if (origin !== undefined && origins.has(origin) && !username && !password) return;
    const known = [...origins].join(", ");
    throw new TransportError(
      vendor,
      "origin",
      `${origin ?? "that address"} is none of its origins (${known}); nothing was sent`,
    );
  }

  function toError(error: unknown, url: string, signal: AbortSignal | null | undefined): unknown {
    if (signal?.aborted) return signal.reason;
    if (error instanceof TransportError) return error;
    // The platform's error, or a custom fetch's, may hold the request and its headers: only its code is kept.
    return TransportError.network(vendor, new URL(url).origin, systemErrorCode(error));
  }

  /** No async function: it is on the way of every call, and a frame costs more than the two handlers. */
  function send(outgoing: OutgoingRequest): Promise<Response> {
    check(outgoing.url);
    const fail = (error: unknown): never => {
      throw toError(error, outgoing.url, outgoing.signal);
    };
    return transmit(outgoing.url, outgoing.toInit()).then(
      (response) => (isRedirect(response) ? follow(outgoing, response).catch(fail) : response),
      fail,
    );
  }

  async function follow(outgoing: OutgoingRequest, first: Response): Promise<Response> {
    if (outgoing.redirect === "manual" || !isRedirect(first)) return first;
    const { nextRedirectUrl: nextOf } = await redirecting.load();
    let response = first;
    let url = outgoing.url;
    for (let hop = 0; isRedirect(response); hop += 1) {
      const next = await nextOf(vendor, outgoing, url, response, hop);
      if (next === undefined) return response;
      url = next;
      response = await transmit(url, outgoing.toInit());
    }
    return response;
  }

  return { send, followRedirects: follow, assertAllowedUrl: check };
}
