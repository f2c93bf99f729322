/** Reads a request's parameters by their style (OpenAPI 3.1, Parameter Object), converts them to their schemas' types and checks them. */
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
    const value = readParameter(parameter, request, sandbox.reader);
    if (value === undefined) {
      if (parameter.required && parameter.in !== "cookie") refuse(parameter, "is required", "required");
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
  if (parameter.in === "path") {
    const text = request.pathParameters[name];
    return text === undefined ? undefined : coerce(text, schema, reader);
  }
  if (parameter.in === "header") {
    const text = request.headers.get(name);
    return text === null ? undefined : coerce(text, schema, reader);
  }
  if (parameter.in !== "query") return undefined;
  const { searchParams } = request.url;
  if (parameter.style === "deepObject") {
    const members: JsonObject = createMap<Json>();
    for (const [key, value] of searchParams) {
      const inner = key.startsWith(`${name}[`) && key.endsWith("]") ? key.slice(name.length + 1, -1) : undefined;
      const property =
        inner === undefined || !schema ? undefined : reader.at(`${schema.at}/properties${toPointer([inner])}`);
      if (inner !== undefined) members[inner] = coerce(value, property, reader);
    }
    return Object.keys(members).length === 0 ? undefined : members;
  }
  const texts = searchParams.getAll(name);
  const [first] = texts;
  if (first === undefined) return undefined;
  if (typesOf(schema).includes("array")) {
    const separator = parameter.style === "pipeDelimited" ? "|" : parameter.style === "spaceDelimited" ? " " : ",";
    const parts = parameter.explode === false ? first.split(separator) : texts;
    const items = schema && reader.at(`${schema.at}/items`);
    return parts.map((part) => coerce(part, items, reader));
  }
  return coerce(first, schema, reader);
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
