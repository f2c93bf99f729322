/** Reads the own properties of options, of vendors and of calls: a polluted `Object.prototype` chooses nothing. */
import type { ConnectOptions } from "../options.ts";
import { copyOwn, copyOwnDeep, isPrototypePolluted } from "../util/own-properties.ts";
import type { Vendor, VendorTypes } from "../vendor.ts";
import type { UntypedInit } from "./untyped-call.ts";

const ownVendors = new WeakMap<Vendor, Vendor>();

/** Copies a vendor once, so that what is known by vendor stays shared by all of its clients. */
export function toOwnVendor(vendor: Vendor): Vendor {
  const own = ownVendors.get(vendor) ?? copyOwnDeep(vendor);
  ownVendors.set(vendor, own);
  ownVendors.set(own, own);
  return own;
}

/** The store, the clock and functions are kept: they are known by identity. */
export function toOwnOptions<T extends VendorTypes>(options: ConnectOptions<T>): ConnectOptions<T> {
  const own = copyOwn(options);
  return copyOwn({ ...own, server: copyOwnDeep(own.server), rateLimit: copyOwnDeep(own.rateLimit) });
}

/** Everything that openapi-fetch reads of a client and of a call; `undefined` is its default. */
export const fetchDefaults = {
  Request: undefined,
  baseUrl: undefined,
  body: undefined,
  bodySerializer: undefined,
  fetch: undefined,
  headers: undefined,
  middleware: undefined,
  parseAs: undefined,
  pathSerializer: undefined,
  querySerializer: undefined,
  requestInitExt: undefined,
} as const;

const noParameters = { cookie: undefined, header: undefined, path: undefined, query: undefined } as const;

/** Copies the options of a call where the prototype is polluted, with every option that openapi-fetch reads as a property of their own. */
export function toOwnInit(init: UntypedInit): UntypedInit {
  if (!isPrototypePolluted()) return init;
  const own = copyOwn(init);
  const { requestInitExt: _, ...defaults } = fetchDefaults;
  const params = copyOwn({ ...noParameters, ...copyOwnDeep(own.params) });
  return copyOwn({ ...defaults, ...own, params }) as UntypedInit;
}
