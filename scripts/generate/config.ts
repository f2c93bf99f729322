/** The type of `latchkey.config.ts`: several vendors with their documents and options. Paths are relative to the file. */
import type { Selection } from "../codegen/resolve/filter-document.ts";
import type { TypesOptions } from "../codegen/types-only/options.ts";
import type { WarningKind } from "../codegen/load/warnings.ts";
import type { ImportExtension } from "../codegen/util/import-extension.ts";

export interface Config {
  /** The folder of the vendors' folders `<out>/<name>`. @default none; with vendors it is required */
  readonly out?: string;
  /** The vendors by name: lower case and hyphens, as in `<out>/<name>`. @default none */
  readonly vendors?: Readonly<Record<string, VendorConfig>>;
  /** Files of types in the shapes of openapi-typescript, by name. @default none */
  readonly types?: Readonly<Record<string, TypesConfig>>;
  /** The extension of relative imports. @default the one that the nearest tsconfig.json allows */
  readonly importExtension?: ImportExtension;
}

export interface VendorConfig {
  /** Path or URL of the OpenAPI document (3.0, 3.1, 3.2 or Swagger 2.0; YAML or JSON). */
  readonly document: string;
  /** Path or URL of an OpenAPI Overlay to apply. @default overlay.yaml beside a document called openapi.* */
  readonly overlay?: string;
  /** Operations to generate. @default all */
  readonly include?: Selection;
  /** Operations to leave out. @default none */
  readonly exclude?: Selection;
  /** Whether schemas reject undocumented enum values and members. @default false */
  readonly strict?: boolean;
  /** Whether references may lead to other servers. @default false */
  readonly remote?: boolean;
  /**
   * Environment variables that the client may read although their names do not begin with the vendor's (`acme-crm`: `ACME_CRM_`).
   * The author of the document decides where their values are sent. @default none
   */
  readonly allowEnvironment?: readonly string[];
  /** Kinds of warnings that are not printed, such as `"unused-flow"`. @default none */
  readonly quiet?: readonly WarningKind[];
  /** Whether warnings are errors. @default false */
  readonly strictDocument?: boolean;
  /**
   * Request headers for a document behind a login, each read from an environment variable:
   * `{ Authorization: { environment: "ACME_DOCUMENT_AUTHORIZATION" } }`. Only the document's own server receives them. @default none
   */
  readonly headers?: Readonly<Record<string, { readonly environment: string }>>;
}

/** One file of types, with openapi-typescript's options. */
export interface TypesConfig
  extends TypesOptions,
    Pick<
      VendorConfig,
      "document" | "overlay" | "include" | "exclude" | "remote" | "headers" | "quiet" | "strictDocument"
    > {
  /** The file to write: `src/acme.ts`. */
  readonly out: string;
}

/** Returns the configuration unchanged; its type gives completion in editors and checks by the compiler. */
export const defineConfig = (config: Config): Config => config;
