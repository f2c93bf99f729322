/** Validates values against schemas of the document (JSON Schema 2020-12 with formats). */
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import formatsModule from "ajv-formats";
import type { SandboxDocument } from "./document.ts";
import type { Located } from "./document-reader.ts";
import { isObject, type Json } from "../../codegen/util/json.ts";
import { toPointer } from "../../codegen/util/json-pointer.ts";
import { patternLimit } from "../../codegen/openapi/pattern-limit.ts";
import { readPointer } from "./json.ts";

export interface Problem {
  /** JSON pointer into the value. */
  readonly path: string;
  readonly message: string;
  /** JSON Schema's keyword: `required`, `type`, `maximum`, … */
  readonly keyword: string;
  /** The last name on the path; for a missing property the property. */
  readonly field: string;
}

export type SchemaCheck = (schema: Located, value: Json, direction: "request" | "response") => readonly Problem[];

const addFormats = formatsModule.default;

export function createSchemaCheck(document: SandboxDocument): SchemaCheck {
  const ajv = new Ajv2020({
    code: { regExp: Object.assign(limitedPattern, { code: "" }) },
    ownProperties: true,
    strict: false,
    allErrors: true,
    verbose: true,
    validateSchema: false,
    logger: false,
  });
  addFormats(ajv);
  // The whole document is one schema resource, so that its references resolve unchanged.
  ajv.addSchema({ ...document.json, $id: "openapi:" }, undefined, undefined, false);
  const compiled = new Map<string, ValidateFunction>();

  return (schema, value, direction) => {
    let validate = compiled.get(schema.at);
    if (!validate) {
      try {
        validate = ajv.compile({ $ref: `openapi:#${encodeURI(schema.at)}` });
      } catch (error) {
        throw new Error(
          `${document.file}: ${schema.at}: cannot be used as a schema: ${error instanceof Error ? error.message : error}`,
        );
      }
      compiled.set(schema.at, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).filter((error) => !isExempt(error, direction)).map(toProblem);
  };
}

/** A pattern that accepts every text that is too long to be tested in bounded time, as the generated schemas do. */
function limitedPattern(pattern: string, flags: string) {
  const expression = new RegExp(pattern, flags);
  const limit = patternLimit(pattern) ?? -1;
  return { test: (text: string) => text.length > limit || expression.test(text), toString: () => String(expression) };
}

/** `readOnly` properties are required of responses only, `writeOnly` ones of requests only (OpenAPI 3.1, Schema Object). */
function isExempt(error: ErrorObject, direction: "request" | "response"): boolean {
  if (error.keyword !== "required") return false;
  const name = String(error.params.missingProperty);
  const property = readPointer(
    isObject(error.parentSchema) ? error.parentSchema : {},
    `/properties${toPointer([name])}`,
  );
  return isObject(property) && property[direction === "request" ? "readOnly" : "writeOnly"] === true;
}

function toProblem(error: ErrorObject): Problem {
  const missing = error.keyword === "required" ? toPointer([String(error.params.missingProperty)]) : "";
  const path = `${error.instancePath}${missing}`;
  const allowed = error.keyword === "enum" ? `: ${JSON.stringify(error.params.allowedValues)}` : "";
  return {
    path,
    keyword: error.keyword,
    field: path.split("/").at(-1) ?? "",
    message: `${error.instancePath.slice(1).replaceAll("/", ".")} ${error.message ?? "is not valid"}${allowed}`.trim(),
  };
}
