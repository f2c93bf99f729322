/** The default name of a vendor, from the path or URL of its document. */
import { basename, dirname, extname, resolve } from "node:path";
import { isUrl } from "../codegen/load/document-address.ts";

export function nameOf(document: string): string {
  if (isUrl(document)) return nameOfUrl(new URL(document));
  const name = isGeneric(document) ? basename(dirname(resolve(document))) : stemOf(document);
  return toVendorName(name);
}

/** File names that do not name a vendor; the folder's name is used then. */
export const isGeneric = (path: string): boolean => stemOf(path) === "openapi";

/** The last part of the path that names something, else the host without what every host has: `api.acme.com` is `acme`. */
function nameOfUrl({ pathname, hostname }: URL): string {
  const parts = pathname.split("/").map((part) => toVendorName(stemOf(part), ""));
  const named = parts.findLast((part) => part !== "" && !meansNothing.test(part));
  if (named !== undefined) return named;
  const labels = hostname.split(".").filter((label) => !/^(?:www|apis?|docs?|developers?)$/iu.test(label));
  const isNumber = /^\[|^[\d.]+$/u.test(hostname);
  return toVendorName((isNumber || labels.length < 2 ? labels : labels.slice(0, -1)).join("-"));
}

const meansNothing = /^(?:open-?api|swagger|api|apis|api-?docs?|docs?|spec|schema|index|json|ya?ml|v\d[\d-]*)$/u;

const stemOf = (path: string): string => basename(path, extname(path));

/** Lower case and hyphens: `PetStoreAPI` is `pet-store-api`. @param otherwise the name if nothing is left */
export const toVendorName = (name: string, otherwise = "acme"): string =>
  name
    .replace(/([a-z\d])([A-Z])/gu, "$1-$2")
    .replace(/([A-Z])([A-Z][a-z])/gu, "$1-$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, "-")
    .replace(/^-+|-+$/gu, "") || otherwise;
