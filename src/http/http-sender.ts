/**
 * Sends every request of a client. Requests go only to the vendor's own origins, over https (loopback excepted), and a redirect to
 * another origin is not followed: whatever a base URL, a link or a parameter says, credentials are sent nowhere else.
 */
import { ConfigurationError } from "../errors/configuration-error.ts";
import { isWrite, mayBeProcessed, wasNeverConnected } from "../errors/delivery.ts";
import type { Redactor } from "../errors/redactor.ts";
import { toSafeCause } from "../errors/safe-cause.ts";
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
  /** A caller's own `fetch`, which gets a `Request`. @default the platform's, as it is when a request is sent */
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
  const sendOnce: SendOnce = customFetch
    ? async (url, init) => checkResponse(vendor, await customFetch(createRequest(url, init)))
    : (url, init) => globalThis.fetch(url, init);
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
      `${origin === undefined ? "that address" : redactor.redact(origin)} is not one of the vendor's origins (${[...origins].join(", ")}); nothing was sent`,
    );
  }

  async function followRedirects(outgoing: OutgoingRequest, first: Response): Promise<Response> {
    if (outgoing.redirect === "manual") return hideCredentials(first);
    let response = first;
    let url = outgoing.url;
    let isElsewhere = false;
    let rules = redirectRules;
    for (let redirects = 0; isRedirect(response); redirects += 1) {
      const isSeeOther = response.status === 303 && isWrite(outgoing.method) && response.headers.has("location");
      if (isSeeOther) {
        outgoing.becomeSeeOther();
        // The result of a write is fetched from the vendor alone.
        rules = { ...redirectRules, allowsCrossOrigin: false };
      }
      const next = await nextRedirectUrl(rules, outgoing, url, response, redirects);
      if (next === undefined) break;
      isElsewhere ||= new URL(next).origin !== new URL(url).origin;
      url = next;
      // A replay or a retry of this GET must not go where the write went.
      if (isSeeOther && !isElsewhere) outgoing.url = next;
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
    if (error instanceof TransportError || error instanceof ConfigurationError) return error;
    const { origin } = new URL(url);
    const code = systemErrorCode(error);
    // The error itself may hold the request and its headers: the message quotes its name and code alone.
    if (customFetch && code === "ERR_INVALID_URL") return foreignFetch(vendor);
    const name = code ?? (error instanceof Error ? redactor.redactCode(String(error.name)) : undefined);
    const what = wasNeverConnected(error)
      ? `${origin} could not be reached`
      : code === undefined
        ? `the request to ${origin} failed`
        : `the connection to ${origin} was lost`;
    const message = `${what}${name === undefined ? "" : ` (${name})`}`;
    return new TransportError(vendor, "network", message, { code, cause: toSafeCause(error, redactor) });
  }

  return {
    async send(outgoing) {
      assertAllowedUrl(outgoing.url);
      // A body that cannot be made is the caller's own error.
      const init = outgoing.toInit();
      outgoing.isInFlight = true;
      try {
        const response = await sendOnce(outgoing.url, init);
        outgoing.isInFlight = false;
        outgoing.wasAnswered = true;
        outgoing.isInDoubt ||= mayBeProcessed(response.status);
        return isRedirect(response) ? await followRedirects(outgoing, response) : hideCredentials(response);
      } catch (error) {
        // A redirect that is not followed has its status, which was looked at.
        outgoing.isInDoubt ||= outgoing.isInFlight && !wasNeverConnected(error);
        throw toError(error, outgoing);
      }
    },
    followRedirects,
    assertAllowedUrl,
  };
}

/** @throws TransportError for anything but a response: a caller's `fetch` may be written in JavaScript */
function checkResponse(vendor: string, response: Response): Response {
  if (typeof response?.status === "number" && typeof response.headers?.get === "function") return response;
  throw new TransportError(
    vendor,
    "network",
    "the fetch option returned something that is not a Response; return what fetch resolves with",
  );
}

const foreignFetch = (vendor: string): ConfigurationError =>
  new ConfigurationError(
    vendor,
    "the fetch option does not take this platform's Request; wrap it: fetch: adaptFetch(fetch). Nothing was sent",
  );

/** Removes query parameters from the `url` that callers of the response see. */
function withoutParameters(response: Response, names: readonly string[]): Response {
  const url = URL.parse(response.url);
  if (!url || !names.some((name) => url.searchParams.has(name))) return response;
  for (const name of names) url.searchParams.delete(name);
  return Object.defineProperty(response, "url", { value: url.href, configurable: true });
}
