/** Tells an OpenAPI document from what is given for one by mistake, and reads its version. */
import { isObject, type Json, type JsonObject, toObject } from "../util/json.ts";

interface Mistake {
  readonly message: string;
  readonly fix: string;
}

/** What a text is that no document can be in. */
export function describeOther(text: string): Mistake | undefined {
  if (text.trim() === "") return { message: "the file is empty", fix: "save the document to it" };
  const start = text.slice(0, 10_000).replace(/<!--[\s\S]*?-->/gu, "");
  if (/^\s*<(?:!doctype\s+html|html)\b/iu.test(start)) {
    const fix = "give the address of the document itself, which such a page links to, often as openapi.json";
    return { message: "this is an HTML page, not an OpenAPI document", fix };
  }
  return undefined;
}

/** Changes a version that YAML reads as a number to text: `swagger: 2.0` is 2, and `openapi: 3.1` is 3.1. */
export function settleVersion(document: Json): void {
  if (!isObject(document)) return;
  for (const name of ["openapi", "swagger"] as const) {
    const version = document[name];
    if (typeof version === "number") document[name] = Number.isInteger(version) ? `${version}.0` : String(version);
  }
}

export const isSwagger = (document: Json): boolean => /^2(\.|$)/u.test(String(toObject(document).swagger ?? ""));

/** Why a value is no OpenAPI 3 document. */
export function describeVersion(document: JsonObject): Mistake | undefined {
  const { openapi, swagger, swaggerVersion, overlay } = document;
  if (typeof openapi === "string" && /^3\.[012](\.|$)/u.test(openapi)) return undefined;
  const fix = "give an OpenAPI 3.0, 3.1 or 3.2 document, or Swagger 2.0";
  const older = swagger ?? swaggerVersion;
  if (older !== undefined) return { message: `Swagger ${JSON.stringify(older)} is not supported`, fix };
  if (openapi !== undefined) return { message: `OpenAPI ${JSON.stringify(openapi)} is not supported`, fix };
  if (overlay !== undefined)
    return {
      message: "this is an OpenAPI Overlay, not a document",
      fix: "give it with --overlay, beside the document",
    };
  return { message: "this is not an OpenAPI document: it has neither openapi nor swagger", fix };
}
