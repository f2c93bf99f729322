import type { Delivery } from "./delivery.ts";
import { errorClass, LatchkeyError } from "./latchkey-error.ts";

/** Reports options, credentials or a vendor description that cannot work. Thrown before anything is sent. */
export class ConfigurationError extends LatchkeyError {
  override readonly name = "ConfigurationError";
  /** Set where an earlier attempt of the call may have been processed. */
  readonly delivery: Delivery | undefined;

  constructor(
    vendor: string,
    message: string,
    details: { readonly delivery?: Delivery; readonly cause?: unknown } = {},
  ) {
    super(vendor, "configuration", message, details.cause);
    this.delivery = details.delivery;
  }

  override get [errorClass](): string {
    return "ConfigurationError";
  }
}
