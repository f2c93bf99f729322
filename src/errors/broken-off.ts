import { systemErrorCode } from "../util/system-error-code.ts";
import { TransportError } from "./transport-error.ts";

/** The loss of what had begun to come. @param what `"the answer to GET /things"`. @param doubt what is left to the caller to find out */
export function interrupted(vendor: string, what: string, error: unknown, doubt?: string): TransportError {
  const code = systemErrorCode(error);
  const message = `${what} broke off${code ? ` (${code})` : ""}${doubt ? `; ${doubt}` : ""}`;
  return new TransportError(vendor, "network", message, code);
}
