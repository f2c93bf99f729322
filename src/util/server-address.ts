/** The addresses of a server, normalised as they are requested, for everything that is stored by address. */

/** The base URLs that the paths of operations are appended to; hosts by name. */
export interface ServerAddress {
  readonly url: string;
  readonly hosts: Readonly<Record<string, string>>;
}

/** Lists the server and its hosts with their paths, since a tenant may be a path. Two lists are equal only where all request URLs are. */
export const toAddresses = ({ url, hosts }: ServerAddress): readonly unknown[] => [
  toBase(url),
  ...Object.entries(hosts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, host]) => [name, toBase(host)]),
];

/** Normalises a URL as it is requested. The case and the percent-encoding of the path are kept. */
export const toRequested = (url: string): string => URL.parse(url)?.href ?? url;

/** Normalises a base URL with the slash that every path begins with, since the end of a URL is parsed differently from its middle. */
const toBase = (url: string): string => toRequested(`${url}/`);
