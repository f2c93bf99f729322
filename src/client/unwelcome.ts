/** What a call makes of an answer that is not the one it hoped for, or of none. Loaded ahead of need. */
export { toVendorError } from "../errors/to-vendor-error.ts";
export { recoverUnreadableResponse as recover } from "./response-recovery.ts";
