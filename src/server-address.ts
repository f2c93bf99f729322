/** Where a vendor is called, compared as it is requested: for whatever is kept by address. */

/** URLs that the paths of operations are appended to, hosts by name. */
export interface ServerAddress {
  readonly url: string;
  readonly hosts: Readonly<Record<string, string>>;
}

/** The server and its hosts, each with its whole path: a tenant may be a path. Two are equal only where all requests to them are. */
export const toAddresses = ({ url, hosts }: ServerAddress): readonly unknown[] => [
  toBase(url),
  ...Object.entries(hosts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, host]) => [name, toBase(host)]),
];

/** The URL as it is requested. Neither the case of a path nor its percent-encoding is changed. */
export const toRequested = (url: string): string => URL.parse(url)?.href ?? url;

/** With the slash that every path begins with: a URL's end is parsed differently from its middle. */
const toBase = (url: string): string => toRequested(`${url}/`);
