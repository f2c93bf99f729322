/**
 * Sends every request of a client. Requests go only to the vendor's own origins, over https (loopback excepted), and a redirect to
 * another origin is not followed: whatever a base URL, a link or a parameter says, credentials are sent nowhere else.
 */
import type { Redactor } from "../errors/redactor.ts";
import { TransportError } from "../errors/transport-error.ts";
import { systemErrorCode } from "../util/system-error-code.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";
import type { InsecureHosts } from "../util/insecure-hosts.ts";
import { isRedirect, markForeign, nextRedirectUrl, toCrossOriginInit } from "./redirect.ts";

/** The platform's `fetch`, or a caller's own. */
export type Fetch = (request: Request) => Promise<Response>;
type SendOnce = (url: string, init: RequestInit) => Promise<Response>;

export interface HttpSender {
  /** @throws TransportError for another origin, a lost connection, a redirect elsewhere; the signal's reason when aborted */
  send(outgoing: OutgoingRequest): Promise<Response>;
  /** Follows redirects within the origin, and to others where the caller asks for it. Resolves with the last response. */
  followRedirects(outgoing: OutgoingRequest, response: Response): Promise<Response>;
  /** @throws TransportError for a URL that is not on one of the vendor's origins */
  assertAllowedUrl(url: string): void;
}

export interface HttpSenderOptions {
  readonly vendor: string;
  /** Allowed origins. */
  readonly origins: ReadonlySet<string>;
  readonly redactor: Redactor;
  /** Follows redirects to other origins, without credentials. @default false */
  readonly allowsCrossOriginRedirects?: boolean;
  /** Hosts that may be called without TLS. @default none */
  readonly insecureHosts?: InsecureHosts;
  /** Query parameters that carry credentials. They are removed from the `url` of responses. */
  readonly secretParameters?: readonly string[];
  /** A caller's own `fetch`, which gets a `Request`. @default the platform's, captured when the client is created */
  readonly fetch?: Fetch | undefined;
}

/** Requests in progress, by signal: some platforms stop following a Request's signal once the Request is garbage-collected. */
const inProgress = new WeakMap<AbortSignal, Request>();

function createRequest(url: string, init: RequestInit): Request {
  const request = new Request(url, init);
  if (init.signal) inProgress.set(init.signal, request);
  return request;
}

export function createHttpSender(options: HttpSenderOptions): HttpSender {
  const { vendor, origins, redactor, secretParameters = [], fetch: customFetch } = options;
  const platformFetch = globalThis.fetch;
  const sendOnce: SendOnce = customFetch
    ? async (url, init) => customFetch(createRequest(url, init))
    : (url, init) => platformFetch(url, init);
  const { allowsCrossOriginRedirects = false, insecureHosts = new Set() } = options;
  const redirectRules = { vendor, redactor, allowsCrossOrigin: allowsCrossOriginRedirects, insecureHosts };
  const [mainOrigin] = origins;
  const mainPrefix = `${mainOrigin}/`;

  function assertAllowedUrl(url: string): void {
    if (url.startsWith(mainPrefix)) return;
    const { origin, username, password } = URL.parse(url) ?? {};
    if (origin !== undefined && origins.has(origin) && !username && !password) return;
    throw new TransportError(
      vendor,
      "origin",
      `${origin === undefined ? "that address" : redactor.redact(origin)} is none of its origins (${[...origins].join(", ")}); nothing was sent`,
    );
  }

  async function followRedirects(outgoing: OutgoingRequest, first: Response): Promise<Response> {
    if (outgoing.redirect === "manual") return hideCredentials(first);
    let response = first;
    let url = outgoing.url;
    let isElsewhere = false;
    for (let redirects = 0; isRedirect(response); redirects += 1) {
      const next = await nextRedirectUrl(redirectRules, outgoing, url, response, redirects);
      if (next === undefined) break;
      isElsewhere ||= new URL(next).origin !== new URL(url).origin;
      url = next;
      response = isElsewhere ? await sendElsewhere(url, outgoing) : await sendOnce(url, outgoing.toInit());
    }
    return isElsewhere ? markForeign(response) : hideCredentials(response);
  }

  async function sendElsewhere(url: string, outgoing: OutgoingRequest): Promise<Response> {
    try {
      return await sendOnce(url, toCrossOriginInit(outgoing));
    } catch (error) {
      throw toError(error, { url, signal: outgoing.signal });
    }
  }

  const hideCredentials = (response: Response): Response =>
    secretParameters.length > 0 ? withoutParameters(response, secretParameters) : response;

  function toError(error: unknown, { url, signal }: Pick<OutgoingRequest, "url" | "signal">): unknown {
    if (signal?.aborted) return signal.reason;
    if (error instanceof TransportError) return error;
    // The error of a platform or of a custom fetch may hold the request and its headers: only its code is kept.
    return TransportError.network(vendor, new URL(url).origin, systemErrorCode(error));
  }

  return {
    async send(outgoing) {
      assertAllowedUrl(outgoing.url);
      try {
        const response = await sendOnce(outgoing.url, outgoing.toInit());
        return isRedirect(response) ? await followRedirects(outgoing, response) : hideCredentials(response);
      } catch (error) {
        throw toError(error, outgoing);
      }
    },
    followRedirects,
    assertAllowedUrl,
  };
}

/** Removes query parameters from the `url` that callers of the response see. */
function withoutParameters(response: Response, names: readonly string[]): Response {
  const url = URL.parse(response.url);
  if (!url || !names.some((name) => url.searchParams.has(name))) return response;
  for (const name of names) url.searchParams.delete(name);
  return Object.defineProperty(response, "url", { value: url.href, configurable: true });
}
