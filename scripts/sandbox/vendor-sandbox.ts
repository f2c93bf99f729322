import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Sandbox, type SandboxOptions, startSandbox } from "./sandbox.ts";

const specs = join(import.meta.dirname, "..", "..", "specs");

/** The vendors with a document under `specs/`. */
export const sandboxVendors = (): string[] =>
  existsSync(specs)
    ? readdirSync(specs)
        .filter((name) => existsSync(documentOf(name)))
        .sort()
    : [];

/** The sandbox of a vendor of this repository, from `specs/<vendor>`. */
export function startVendorSandbox(
  vendor: string,
  options: Omit<SandboxOptions, "document" | "vendor"> = {},
): Promise<Sandbox> {
  if (!existsSync(documentOf(vendor))) {
    throw new Error(`sandbox: there is no vendor "${vendor}"; choose one of ${sandboxVendors().join(", ")}`);
  }
  return startSandbox({ ...options, document: documentOf(vendor), vendor });
}

const documentOf = (vendor: string): string => join(specs, vendor, "openapi.yaml");
