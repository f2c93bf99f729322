/** An operation of the document as the sandbox serves it. */
import type * as z from "zod";
import type * as extensions from "../../codegen/extensions/definitions.ts";
import type { Located } from "./document-reader.ts";
import type { Json } from "../../codegen/util/json.ts";

export interface DocumentOperation {
  readonly id: string;
  /** Upper case. */
  readonly method: string;
  readonly path: string;
  readonly host: string | undefined;
  readonly parameters: readonly DocumentParameter[];
  readonly body: DocumentBody | undefined;
  readonly responses: Readonly<Record<string, DocumentResponse>>;
  readonly security: readonly Requirement[];
  readonly permission: string | undefined;
  readonly pagination: z.output<typeof extensions.pagination> | undefined;
  readonly bulk: z.output<typeof extensions.bulk> | undefined;
}

export type Requirement = Readonly<Record<string, readonly string[]>>;

export interface DocumentParameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly style: string | undefined;
  readonly explode: boolean | undefined;
  readonly allowReserved: boolean;
  /** The value is JSON (`content`); no style applies. */
  readonly isJson: boolean;
  readonly schema: Located | undefined;
}

export interface DocumentBody {
  readonly required: boolean;
  readonly content: Readonly<Record<string, Media>>;
}

export interface DocumentResponse {
  readonly content: Readonly<Record<string, Media>>;
  readonly headers: Readonly<Record<string, Located>>;
}

export interface Media {
  readonly schema: Located | undefined;
  /** By name; a lone `example` is called `example`. */
  readonly examples: Readonly<Record<string, Json>>;
}
