import { errorClass, LatchkeyError } from "./latchkey-error.ts";

/** Reports options, credentials or a vendor description that cannot work. Thrown before anything is sent. */
export class ConfigurationError extends LatchkeyError {
  override readonly name = "ConfigurationError";

  constructor(vendor: string, message: string) {
    super(vendor, "configuration", message);
  }

  override get [errorClass](): string {
    return "ConfigurationError";
  }
}
