/**
 * The one place where requests leave. Only to the vendor's own origins, over https (loopback excepted), and never across a
 * redirect to another origin: what carries credentials goes nowhere else, whatever a base URL, a link or a parameter says.
 */
import { TransportError } from "../errors/transport-error.ts";
import { systemCode } from "../token/endpoint.ts";

export type Fetch = (request: Request) => Promise<Response>;

/** @param follow Whether a redirect within the origin is followed; else the redirect itself is returned. */
export type GuardedFetch = (request: Request, follow: boolean) => Promise<Response>;

export interface GuardOptions {
  readonly vendor: string;
  /** Allowed origins. */
  readonly origins: ReadonlySet<string>;
  readonly fetch: Fetch;
}

const maxRedirects = 5;

export function createGuardedFetch({ vendor, origins, fetch }: GuardOptions): GuardedFetch {
  const check = (url: URL): void => {
    if (!origins.has(url.origin)) {
      throw new TransportError(
        vendor,
        "origin",
        `${url.origin} is none of its origins (${[...origins].join(", ")}); nothing was sent`,
      );
    }
  };

  return async (request, follow) => {
    let current = request;
    check(new URL(current.url));
    for (let hop = 0; ; hop += 1) {
      const response = await call(current);
      if (!follow) return response;
      const target = redirectTarget(vendor, current, response);
      if (!target) return response;
      await response.body?.cancel();
      if (!origins.has(target.origin) || target.origin !== new URL(current.url).origin) {
        throw new TransportError(
          vendor,
          "redirect",
          `the answer redirects to ${target.origin}; credentials are not sent there`,
        );
      }
      if (current.method !== "GET" && current.method !== "HEAD") {
        throw new TransportError(
          vendor,
          "redirect",
          `a ${current.method} was redirected to ${target.pathname}; send it there`,
        );
      }
      if (hop === maxRedirects) throw new TransportError(vendor, "redirect", `more than ${maxRedirects} redirects`);
      current = new Request(target, {
        method: current.method,
        headers: current.headers,
        signal: current.signal,
        redirect: "manual",
      });
    }
  };

  async function call(request: Request): Promise<Response> {
    try {
      return await fetch(request);
    } catch (error) {
      if (request.signal.aborted) throw request.signal.reason;
      if (error instanceof TransportError) throw error;
      // The platform's error, or a custom fetch's, may hold the request and its headers: only its code is kept.
      const code = systemCode(error);
      throw new TransportError(
        vendor,
        "network",
        `${new URL(request.url).origin} could not be reached${code ? ` (${code})` : ""}`,
      );
    }
  }
}

function redirectTarget(vendor: string, request: Request, response: Response): URL | undefined {
  if (response.type === "opaqueredirect") {
    throw new TransportError(
      vendor,
      "redirect",
      `${new URL(request.url).pathname} redirects, and the platform does not say where to`,
    );
  }
  const location = response.headers.get("location");
  if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return undefined;
  return URL.parse(location, request.url) ?? undefined;
}
