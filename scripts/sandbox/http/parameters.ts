/** Reads a request's parameters by their style (OpenAPI 3.1, Parameter Object), converts them to their schemas' types and checks them. */
import {
  rawPairs,
  readCookieTexts,
  readHeaderTexts,
  readPathTexts,
  readQueryTexts,
  type Shape,
  type Texts,
  WrongStyle,
} from "./parameter-styles.ts";
import { SandboxError } from "../spec/error-replies.ts";
import type { DocumentParameter } from "../spec/document-operation.ts";
import type { DocumentReader, Located } from "../spec/document-reader.ts";
import { createMap, isObject, type Json, type JsonObject } from "../../codegen/util/json.ts";
import { toPointer } from "../../codegen/util/json-pointer.ts";
import { textOf, toJson } from "../spec/json.ts";
import type { SandboxRequest } from "./request.ts";
import type { SandboxState } from "../state/sandbox-state.ts";

export interface Parameters {
  readonly query: JsonObject;
  readonly path: JsonObject;
}

export function readParameters(
  sandbox: SandboxState,
  request: SandboxRequest,
  lookupBy: string | undefined,
): Parameters {
  const query: JsonObject = createMap<Json>();
  const path: JsonObject = createMap<Json>(Object.entries(request.pathParameters));
  for (const parameter of request.operation.parameters) {
    const value = read(parameter);
    if (value === undefined) {
      if (parameter.required) refuse(parameter, "is required", "required");
      continue;
    }
    const problem = parameter.schema && sandbox.check(parameter.schema, value, "request")[0];
    if (problem) refuse(parameter, problem.message, problem.keyword);
    if (parameter.in === "path") path[parameter.name] = value;
    if (parameter.in === "query") query[parameter.name] = value;
  }
  // A parameter that the document does not list may be a filter of the sandbox data.
  for (const name of request.url.searchParams.keys()) query[name] ??= request.url.searchParams.get(name);
  return { query, path };

  function read(parameter: DocumentParameter): Json | undefined {
    try {
      return readParameter(parameter, request, sandbox.reader);
    } catch (error) {
      if (error instanceof WrongStyle) return refuse(parameter, error.message, "style");
      throw error;
    }
  }

  function refuse(parameter: DocumentParameter, message: string, keyword: string): never {
    const { pagination } = request.operation;
    // An operation without a response for an invalid request answers an invalid path with 404.
    const declared = ["400", "422", "4XX", "default"].some(
      (status) => request.operation.responses[status] !== undefined,
    );
    if (parameter.in === "path" && !declared)
      throw new SandboxError("not-found", { message: `There is nothing at ${request.path}`, path: request.path });
    const paging = pagination?.in === "query" && [pagination.position, pagination.size].includes(parameter.name);
    const situation = parameter.name === lookupBy ? "lookup-invalid" : paging ? "page-out-of-range" : "invalid-query";
    throw new SandboxError(situation, {
      message: `${parameter.name} ${message}`,
      path: toPointer([parameter.name]),
      field: parameter.name,
      keyword,
    });
  }
}

function readParameter(
  parameter: DocumentParameter,
  request: SandboxRequest,
  reader: DocumentReader,
): Json | undefined {
  const { name, schema } = parameter;
  const shape = parameter.isJson ? "scalar" : shapeOf(schema);
  const texts = readTexts(parameter, shape, request, Object.keys(propertiesOf(schema, reader)));
  if (texts === undefined) return undefined;
  if (!parameter.isJson) return toValue(texts, schema, reader);
  try {
    return toJson(JSON.parse(String(texts)));
  } catch {
    throw new WrongStyle(`is not JSON; ${name} is written in it`);
  }
}

function readTexts(
  parameter: DocumentParameter,
  shape: Shape,
  { rawPathParameters, headers, url }: SandboxRequest,
  properties: readonly string[],
): Texts | undefined {
  const { name } = parameter;
  switch (parameter.in) {
    case "path": {
      const raw = rawPathParameters[name];
      return raw === undefined ? undefined : readPathTexts(parameter, shape, raw);
    }
    case "header": {
      const text = headers.get(name);
      return text === null ? undefined : readHeaderTexts(parameter, shape, text);
    }
    case "query":
      return readQueryTexts(parameter, shape, rawPairs(url.search), properties);
    case "cookie":
      return readCookieTexts(parameter, shape, headers.get("cookie") ?? "", properties);
    default:
      return undefined;
  }
}

/** Converts texts to the types that the schema names. */
function toValue(texts: Texts, schema: Located | undefined, reader: DocumentReader): Json {
  if (typeof texts === "string") return coerce(texts, schema, reader);
  if (isTextList(texts)) {
    const items = schema && reader.at(`${schema.at}/items`);
    return texts.map((text) => coerce(text, items, reader));
  }
  const members = createMap<Json>();
  for (const [name, text] of Object.entries(texts)) {
    const property =
      schema &&
      (reader.at(`${schema.at}/properties${toPointer([name])}`) ?? reader.at(`${schema.at}/additionalProperties`));
    members[name] = toValue(text, property, reader);
  }
  // Numbered members are a list's items.
  return typesOf(schema).includes("array") ? Object.values(members).map((one) => one ?? null) : members;
}

const isTextList = (texts: Exclude<Texts, string>): texts is readonly string[] => Array.isArray(texts);

const propertiesOf = (schema: Located | undefined, reader: DocumentReader): JsonObject =>
  schema ? reader.object(`${schema.at}/properties`) : {};

/** A schema of several types is read as a scalar, which every text is. */
function shapeOf(schema: Located | undefined): Shape {
  const types = typesOf(schema).filter((type) => type !== "null");
  if (types.length !== 1) return "scalar";
  return types[0] === "array" ? "list" : types[0] === "object" ? "object" : "scalar";
}

/** Converts a string to the type that the schema names; returns the string if it has no such value. */
export function coerce(text: string, schema: Located | undefined, reader: DocumentReader): Json {
  const types = typesOf(schema);
  if (schema && types.length === 0) {
    for (const choice of ["anyOf", "oneOf", "allOf"]) {
      for (const part of reader.list(`${schema.at}/${choice}`)) {
        const value = coerce(text, part, reader);
        if (value !== text) return value;
      }
    }
  }
  if ((types.includes("integer") || types.includes("number")) && /^-?\d+(\.\d+)?$/u.test(text)) return Number(text);
  if (types.includes("boolean") && (text === "true" || text === "false")) return text === "true";
  if (types.includes("object") && text.startsWith("{")) {
    try {
      return toJson(JSON.parse(text));
    } catch {
      return text;
    }
  }
  return text;
}

function typesOf(schema: Located | undefined): string[] {
  const type = isObject(schema?.value) ? schema.value.type : undefined;
  return Array.isArray(type) ? type.flatMap((one) => textOf(one) ?? []) : typeof type === "string" ? [type] : [];
}
