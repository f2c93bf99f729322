/** `latchkey.config.ts`: several vendors, each with its document and how its client is made. Paths are from the file's own folder. */
import type { Selection } from "../codegen/filter-document.ts";
import type { ImportExtension } from "../codegen/import-extension.ts";

export interface Config {
  /** Where the vendors' folders go: `<out>/<name>`. What an earlier run left there of a vendor that is gone from here, goes. */
  readonly out: string;
  /** The vendors by name: lower case and hyphens, as in `<out>/<name>`. */
  readonly vendors: Readonly<Record<string, VendorConfig>>;
  /** How relative imports end. @default what the nearest tsconfig.json takes */
  readonly importExtension?: ImportExtension;
}

export interface VendorConfig {
  /** Path or URL of the OpenAPI document (3.0, 3.1, 3.2 or Swagger 2.0; YAML or JSON). */
  readonly document: string;
  /** Path or URL of an OpenAPI Overlay to apply. @default overlay.yaml beside a document called openapi.* */
  readonly overlay?: string;
  /** Only operations that one of these finds. @default all */
  readonly include?: Selection;
  /** No operation that one of these finds. @default none */
  readonly exclude?: Selection;
  /** Schemas that take no value of an enum and no member but those the document names. @default false */
  readonly strict?: boolean;
  /** References may lead to other servers. @default false */
  readonly remote?: boolean;
  /**
   * Environment variables that the client may read although their names do not begin with the vendor's (`acme-crm`: `ACME_CRM_`).
   * Whoever writes the document decides where their values are sent. @default none
   */
  readonly allowEnvironment?: readonly string[];
}

/** The configuration as it is given: for the editor's completion and the compiler's check. */
export const defineConfig = (config: Config): Config => config;
