/** Checks bodies against the vendor's schemas, which are loaded when the first one is checked. */
import { SchemaError } from "./errors/schema-error.ts";
import type { OperationSchemas, Schema, Vendor, VendorSchemas } from "./vendor.ts";

export interface Validator {
  /** @throws SchemaError */
  checkRequest(operation: string, body: unknown): Promise<void>;
  /** @throws SchemaError */
  checkResponse(operation: string, status: number, body: unknown): Promise<void>;
}

export function createValidator(vendor: Vendor): Validator {
  let loading: Promise<VendorSchemas> | undefined;
  const schemasOf = async (operation: string): Promise<OperationSchemas | undefined> => {
    if (!vendor.schemas) return undefined;
    loading ??= vendor.schemas();
    return (await loading).operations[operation];
  };
  return {
    async checkRequest(operation, body) {
      const schema = (await schemasOf(operation))?.request?.();
      if (schema) check(vendor.name, operation, "request", schema, body);
    },
    async checkResponse(operation, status, body) {
      const responses = (await schemasOf(operation))?.responses ?? {};
      const schema = (responses[String(status)] ?? responses[`${Math.floor(status / 100)}XX`] ?? responses.default)?.();
      if (schema && body !== undefined) check(vendor.name, operation, "response", schema, body, status);
    },
  };
}

function check(
  vendor: string,
  operation: string,
  direction: "request" | "response",
  schema: Schema,
  body: unknown,
  status?: number,
): void {
  const result = schema.safeParse(body);
  if (result.success) return;
  const issues = result.error.issues.map(({ path, message }) => ({
    path: path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join(""),
    message,
  }));
  throw new SchemaError(vendor, operation, direction, issues, status);
}
