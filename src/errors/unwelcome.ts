/** What a call makes of an answer that is not the one it hoped for. Loaded ahead of need. */
import { SchemaError } from "./schema-error.ts";

export { describe } from "./describe.ts";

export const notJson = (vendor: string, operation: string): SchemaError =>
  new SchemaError(vendor, operation, "response", [{ path: "", message: "it is not JSON" }]);
