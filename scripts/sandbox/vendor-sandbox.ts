import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  type Sandbox,
  type SandboxOptions,
  startSandbox,
  type VendorLike,
  type VendorSandbox,
} from "./start-sandbox.ts";

const specs = join(import.meta.dirname, "..", "..", "specs");

/** The vendors with a document under `specs/`. */
export const sandboxVendors = (): string[] =>
  existsSync(specs)
    ? readdirSync(specs)
        .filter((name) => existsSync(documentOf(name)))
        .sort()
    : [];

type VendorSandboxOptions = Omit<SandboxOptions, "document" | "vendor">;

/** The sandbox of a built-in vendor, by its value or its name: `const { server, credentials } = await startVendorSandbox(acme)`. */
export function startVendorSandbox<C>(vendor: VendorLike<C>, options?: VendorSandboxOptions): Promise<VendorSandbox<C>>;
export function startVendorSandbox(vendor: string, options?: VendorSandboxOptions): Promise<Sandbox>;
export async function startVendorSandbox(
  vendor: string | VendorLike<unknown>,
  options: VendorSandboxOptions = {},
): Promise<Sandbox> {
  const name = typeof vendor === "string" ? vendor : vendor.name;
  if (!existsSync(documentOf(name))) {
    throw new Error(`sandbox: there is no vendor "${name}"; choose one of ${sandboxVendors().join(", ")}`);
  }
  return startSandbox({ ...options, document: documentOf(name), vendor: name });
}

/** The document of a built-in vendor. */
export const documentOf = (vendor: string): string => join(specs, vendor, "openapi.yaml");
