/** Converts Swagger 2.0 to OpenAPI 3.0 with @scalar/openapi-upgrader, after rewriting the parts that it does not convert. */
import { upgradeFromTwoToThree } from "@scalar/openapi-upgrader/2.0-to-3.0";
import { dereference } from "../openapi/dereference.ts";
import {
  copyJson,
  isObject,
  type Json,
  type JsonObject,
  objectEntries,
  type Path,
  toList,
  toObject,
} from "../util/json.ts";
import { methods } from "../openapi/walk-document.ts";
import type { Source } from "./parse-source.ts";

export function convertSwagger(source: Source): Source {
  const document = toObject(copyJson(source.value));
  for (const [, pathItem] of objectEntries(document.paths)) {
    toList(pathItem.parameters).forEach(settleFormat);
    for (const name of methods) if (isObject(pathItem[name])) settleBody(document, pathItem, pathItem[name]);
    if (Array.isArray(pathItem.parameters))
      pathItem.parameters = pathItem.parameters.filter((one) => !isBody(document, one));
  }
  const shared = toObject(document.parameters);
  for (const one of Object.values(shared)) settleFormat(one ?? null);
  const tabbed = tabbedFields(document);
  for (const [name, one] of objectEntries(shared)) if (isBody(document, one)) delete shared[name];
  const value: Json = copyJson(JSON.parse(JSON.stringify(upgradeFromTwoToThree(document))));
  for (const { path, method, name } of tabbed) {
    const operation = toObject(toObject(toObject(toObject(value).paths)[path])[method]);
    for (const [, media] of objectEntries(toObject(operation.requestBody).content))
      media.encoding = { ...toObject(media.encoding), [name]: tabDelimited };
  }
  toObject(value).openapi = convertedVersion;
  return { file: source.file, value, locate: (path) => source.locate(toSwaggerPath(path)) };
}

const isBody = (document: JsonObject, parameter: Json): boolean =>
  ["body", "formData"].includes(String(dereference(document, parameter).in));

/** The version of a converted document: some rules of OpenAPI 3.0 are none of Swagger 2.0. */
const convertedVersion = "3.0.4+swagger-2.0";

const tabDelimited = { style: "tabDelimited", explode: false };

const delimited: Readonly<Record<string, string>> = {
  ssv: "spaceDelimited",
  pipes: "pipeDelimited",
  tsv: "tabDelimited",
};

/** Writes a list's `collectionFormat` (Swagger 2.0, Parameter Object) as a style where the converter has none for it. */
function settleFormat(given: Json): void {
  const parameter = toObject(given);
  if (parameter.type !== "array" || parameter.in === "body") return;
  const format = String(parameter.collectionFormat ?? "csv");
  if (parameter.in === "formData") parameter.collectionFormat = format;
  else if (parameter.in !== "query" || format === "tsv") {
    const style = delimited[format];
    if (style !== undefined) Object.assign(parameter, { style, explode: false });
  }
}

interface Field {
  readonly path: string;
  readonly method: string;
  readonly name: string;
}

/** The fields of forms whose items are separated by tabs, for which OpenAPI 3 has no style. */
const tabbedFields = (document: JsonObject): Field[] =>
  objectEntries(document.paths).flatMap(([path, pathItem]) =>
    methods.flatMap((method) =>
      toList(toObject(pathItem[method]).parameters)
        .map(toObject)
        .filter((one) => one.in === "formData" && one.type === "array" && one.collectionFormat === "tsv")
        .map(({ name }) => ({ path, method, name: String(name) })),
    ),
  );

/** Copies body parameters from the shared parameters, and makes forms without files URL-encoded unless the document says otherwise. */
function settleBody(document: JsonObject, pathItem: JsonObject, operation: JsonObject): void {
  const shared = toList(pathItem.parameters).filter((one) => isBody(document, one));
  const own = toList(operation.parameters);
  const parameters = [...own, ...shared].map((one) =>
    isBody(document, one) ? copyJson(dereference(document, one)) : one,
  );
  parameters.forEach(settleFormat);
  if (parameters.length > 0) operation.parameters = parameters;
  const form = parameters.map(toObject).filter((one) => one.in === "formData");
  const consumes = toList(operation.consumes ?? document.consumes).map(String);
  if (form.length === 0 || consumes.some((type) => /form/iu.test(type))) return;
  operation.consumes = [
    form.some(({ type }) => type === "file") ? "multipart/form-data" : "application/x-www-form-urlencoded",
  ];
}

const sections: Readonly<Record<string, string>> = {
  schemas: "definitions",
  parameters: "parameters",
  requestBodies: "parameters",
  responses: "responses",
  securitySchemes: "securityDefinitions",
};

/** Maps a path to the original document; a part that it does not have is reported at its parent. */
function toSwaggerPath(path: Path): Path {
  const [first, section, ...rest] = path;
  if (first === "openapi") return ["swagger"];
  return first === "components" && section !== undefined ? [sections[String(section)] ?? section, ...rest] : path;
}
