/**
 * Refuses requests that a web page of another site sends: a browser sends them to loopback too, and by DNS rebinding it reads the answers.
 * Such a request names the site in `Host` (RFC 9110 §7.2) or `Origin` (RFC 6454 §7).
 */
import type { IncomingHttpHeaders } from "node:http";

const loopbackNames = ["127.0.0.1", "localhost", "[::1]"];

/** The reason why a request is refused, undefined if it comes from this machine. */
export function refusalOf({ host, origin }: IncomingHttpHeaders, port: number): string | undefined {
  if (!isOwnHost(host, port)) {
    return `sandbox: the Host header is not this sandbox's address. Use http://127.0.0.1:${port}.\n`;
  }
  if (origin === undefined || isLoopbackOrigin(origin)) return undefined;
  return "sandbox: the Origin header is not a loopback address. Send the request from a page on localhost, or without Origin.\n";
}

function isOwnHost(host: string | undefined, port: number): boolean {
  const own = loopbackNames.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]));
  return host !== undefined && own.includes(host.toLowerCase());
}

function isLoopbackOrigin(origin: string): boolean {
  const [, name = ""] = /^https?:\/\/(\[::1\]|[a-z0-9.]+)(?::\d{1,5})?$/iu.exec(origin) ?? [];
  return loopbackNames.includes(name.toLowerCase());
}
