/**
 * Addresses of documents (paths or URLs), and the addresses that a document may refer to. Documents are untrusted: references reach neither
 * files outside the document's folder nor other servers, unless the user allows it.
 */
import { realpathSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { isPrivateHost } from "./private-hosts.ts";

/** An absolute path, or an https URL (http on loopback). */
export type Address = string;

export const isUrl = (address: Address): boolean => /^https?:\/\//iu.test(address);

export const toAddress = (given: string): Address => (isUrl(given) ? new URL(given).href : resolve(given));

export function resolveAddress(base: Address, reference: string): Address {
  if (/^[a-z][a-z0-9+.-]+:/iu.test(reference) || isUrl(base))
    return new URL(reference, isUrl(base) ? base : undefined).href;
  return resolve(dirname(base), decode(reference));
}

export interface Access {
  /** Whether references may lead to other origins. */
  readonly remote: boolean;
}

/** The reason why the document at `main` may not refer to `address`; undefined if it may. */
export function refusal(
  main: Address,
  address: Address,
  { remote }: Access,
): { message: string; fix: string } | undefined {
  if (isUrl(address)) return refuseUrl(main, new URL(address), remote);
  if (/^[a-z][a-z0-9+.-]+:/iu.test(address) || isUrl(main))
    return {
      message: `references of this kind (${address}) are not followed`,
      fix: "refer to a file or an https URL",
    };
  const folder = dirname(main);
  const root = isInside(process.cwd(), main) ? process.cwd() : folder;
  if (isInside(root, real(address))) return undefined;
  return {
    message: `the reference leaves ${toDisplayName(root)} (to ${toDisplayName(address)})`,
    fix: "run the command in a folder that holds both, or copy the file beside the document",
  };
}

function refuseUrl(main: Address, url: URL, remote: boolean): { message: string; fix: string } | undefined {
  const isLoopback = /^(?:localhost|\[::1\]|127\.\d+\.\d+\.\d+)$/u.test(url.hostname);
  if (url.protocol !== "https:" && !isLoopback)
    return { message: `${url.href} is not https`, fix: "use https (http on loopback only)" };
  const from = isUrl(main) ? new URL(main) : undefined;
  if (from?.origin === url.origin) return undefined;
  // The user has named the document's own host, and no other of its network.
  if (isPrivateHost(url.hostname) && url.hostname !== from?.hostname)
    return {
      message: `the reference points to this machine or its network (${url.origin})`,
      fix: "copy the document, or generate from a document on that server",
    };
  if (remote) return undefined;
  return {
    message: `the reference points to another server (${url.origin})`,
    fix: "allow it with --remote, or copy the document",
  };
}

function isInside(folder: string, path: string): boolean {
  const way = relative(real(folder), real(path));
  return way !== ".." && !way.startsWith(`..${sep}`) && resolve(folder, way) !== way;
}

/** Resolves symbolic links first, so that the file's real folder counts. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function decode(reference: string): string {
  try {
    return decodeURIComponent(reference);
  } catch {
    return reference;
  }
}

/** The path relative to the working directory, with forward slashes, so that messages are the same on every machine. */
export const toDisplayName = (address: Address): string =>
  isUrl(address) ? address : relative(process.cwd(), address).split(sep).join("/") || ".";
