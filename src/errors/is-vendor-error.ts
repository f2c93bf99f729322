import type { Vendor, VendorTypes } from "../vendor.ts";
import { VendorError } from "./vendor-error.ts";

/** Narrows to a `VendorError`; with a vendor, to one of that vendor, whose documented codes then complete. */
export function isVendorError<T extends VendorTypes>(
  error: unknown,
  vendor?: Vendor<T>,
): error is VendorError<T["codes"]> {
  return error instanceof VendorError && (vendor === undefined || error.vendor === vendor.name);
}
