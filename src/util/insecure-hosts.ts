/** Decides which addresses requests may go to without TLS. */

/** Exact hosts, as the caller named them: `gateway.internal` (any port) or `gateway.internal:8080`. */
export type InsecureHosts = ReadonlySet<string>;

/** Normalises a host with or without a port; `undefined` for anything else: a URL, a path, a wildcard. */
export function parseHost(text: string): string | undefined {
  const url = /^(?:[\p{L}\p{N}_.-]+|\[[\d:A-Fa-f.]+\])(?::\d{1,5})?$/u.test(text) ? URL.parse(`ws://${text}/`) : null;
  if (!url) return undefined;
  // The parser drops the scheme's own port.
  return /:\d+$/u.test(text) ? withPort(url) : url.hostname;
}

/** True for http to one of the hosts. */
export const isInsecureHost = (hosts: InsecureHosts, url: URL): boolean =>
  url.protocol === "http:" && (hosts.has(url.hostname) || hosts.has(withPort(url)));

const withPort = ({ hostname, port }: URL): string => `${hostname}:${port || "80"}`;

/** True for an address of this machine, whose traffic does not leave it. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/u.test(host);
