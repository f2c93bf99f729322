/** Reads the parts of an OpenAPI document that a sandbox serves: operations, security schemes, rate limits and the error table. */
import { basename } from "node:path";
import type * as z from "zod";
import * as extensions from "../../codegen/extensions/definitions.ts";
import { type DocumentInput, prepareDocument, readDocument } from "../../codegen/generate-vendor.ts";
import { toAddress, toDisplayName } from "../../codegen/load/document-address.ts";
import { readText } from "../../codegen/load/read-text.ts";
import { overlayBeside } from "../../generate/overlay-beside.ts";
import { toSchemes } from "../../codegen/vendor/vendor-schemes.ts";
import { toServers } from "../../codegen/vendor/vendor-servers.ts";
import type {
  DocumentOperation,
  DocumentParameter,
  DocumentResponse,
  Media,
  Requirement,
} from "./document-operation.ts";
import { createReader, type Located } from "./document-reader.ts";
import { createMap, isObject, type Json, type JsonObject, toList, toObject } from "../../codegen/util/json.ts";
import { toPointer } from "../../codegen/util/json-pointer.ts";
import { readPointer, textOf, toJson } from "./json.ts";
import { parseScheme, type SandboxScheme } from "./security-scheme.ts";
import { upgradeSchemas } from "./upgrade-schemas.ts";

export interface SandboxDocument {
  readonly file: string;
  readonly json: JsonObject;
  readonly title: string;
  readonly operations: readonly DocumentOperation[];
  readonly schemes: Readonly<Record<string, SandboxScheme>>;
  /** Names of the document's servers. */
  readonly servers: readonly string[];
  /** Path that the first server's URL ends in, without a slash at the end. */
  readonly basePath: string;
  readonly hosts: readonly DocumentHost[];
  readonly rateLimits: z.output<typeof extensions.rateLimits>;
  readonly errors: z.output<typeof extensions.errors> | undefined;
}

export interface DocumentHost {
  readonly name: string;
  readonly basePath: string;
}

const methods = ["get", "put", "post", "delete", "patch", "head", "options", "trace", "query"] as const;

/** Without an overlay in the input, the default one is applied. */
export async function readSandboxDocument(given: DocumentInput): Promise<SandboxDocument> {
  const overlay = given.overlay ?? (await overlayBeside(given.document, given.read ?? readText));
  const input = overlay === undefined ? given : { ...given, overlay };
  const checked = await (input.filter === undefined ? readDocument(input) : prepareDocument(input));
  const file = toDisplayName(toAddress(input.document));
  const model = toServers(checked, "sandbox");
  const contractSchemes = toSchemes(checked, model);
  const json = toJson(checked);
  if (!isObject(json)) throw new Error(`${file}: is not an OpenAPI document; give the path of one`);
  if (typeof json.openapi === "string" && json.openapi.startsWith("3.0")) upgradeSchemas(json);
  const reader = createReader(json, file);

  const defaultSecurity = toRequirements(json.security);
  const operations: DocumentOperation[] = [];
  for (const template of Object.keys(isObject(json.paths) ? json.paths : {})) {
    const item = reader.at(`/paths${toPointer([template])}`);
    if (!item) continue;
    for (const method of methods) {
      const operation = reader.at(`${item.at}/${method}`);
      if (operation) operations.push(toOperation(template, method, item, operation));
    }
  }
  const schemes = createMap<SandboxScheme>();
  for (const [name, scheme] of Object.entries(contractSchemes)) {
    const isPlain = reader.at(`/components/securitySchemes${toPointer([name])}/x-latchkey-lifecycle`) === undefined;
    schemes[name] = parseScheme(name, scheme, isPlain, findTokenOperation);
  }
  const [main] = model.list;
  const extension = <T>(name: string, schema: z.ZodType<T>): T | undefined =>
    json[name] === undefined ? undefined : parseExtension(schema, json[name], `/${name}`);

  return {
    file,
    json,
    title: textOf(readPointer(json, "/info/title")) ?? basename(file),
    operations,
    schemes,
    servers: model.list.map(({ name }) => name),
    basePath: pathOf(main?.url ?? ""),
    hosts: Object.entries(main?.hosts ?? {}).map(([name, url]) => ({ name, basePath: pathOf(url) })),
    rateLimits: extension("x-latchkey-rate-limits", extensions.rateLimits) ?? [],
    errors: extension("x-latchkey-errors", extensions.errors),
  };

  /** Finds the operation of a token endpoint; makes one if the document has only its address. */
  function findTokenOperation(raw: {
    host: string | undefined;
    method: string;
    path: string;
    contentType: string;
  }): DocumentOperation {
    const { host, method, path: template, contentType } = raw;
    const known = operations.find((one) => one.host === host && one.method === method && one.path === template);
    if (known) return known;
    const made: DocumentOperation = {
      id: `${method} ${template}`,
      method,
      path: template,
      host,
      parameters: [],
      body: { required: true, content: { [contentType]: { schema: undefined, examples: {} } } },
      responses: {},
      security: [],
      permission: undefined,
      pagination: undefined,
      bulk: undefined,
    };
    operations.push(made);
    return made;
  }

  function toOperation(path: string, method: string, item: Located, operation: Located): DocumentOperation {
    const value = isObject(operation.value) ? operation.value : {};
    const parameters = new Map<string, DocumentParameter>();
    for (const at of [`${item.at}/parameters`, `${operation.at}/parameters`]) {
      for (const found of reader.list(at)) {
        const parameter = toParameter(found);
        parameters.set(`${parameter.in} ${parameter.name}`, parameter);
      }
    }
    const host = model.hostOf(isObject(item.value) ? item.value : {}, value);
    const body = reader.at(`${operation.at}/requestBody`);
    const responses = createMap<DocumentResponse>();
    for (const status of Object.keys(reader.object(`${operation.at}/responses`))) {
      const response = reader.at(`${operation.at}/responses${toPointer([status])}`);
      if (response) responses[status] = toResponse(response);
    }
    const read = <T>(name: string, schema: z.ZodType<T>): T | undefined =>
      value[name] === undefined ? undefined : parseExtension(schema, value[name], `${operation.at}/${name}`);
    return {
      id: textOf(value.operationId) ?? `${method} ${path}`,
      method: method.toUpperCase(),
      path,
      host,
      parameters: [...parameters.values()],
      body: body && { required: readPointer(body.value, "/required") === true, content: toContent(body.at) },
      responses,
      security: value.security === undefined ? defaultSecurity : toRequirements(value.security),
      permission: read("x-latchkey-permission", extensions.permission),
      pagination: read("x-latchkey-pagination", extensions.pagination),
      bulk: read("x-latchkey-bulk", extensions.bulk),
    };
  }

  function toParameter(found: Located): DocumentParameter {
    const explode = readPointer(found.value, "/explode");
    const [type] = Object.keys(reader.object(`${found.at}/content`));
    return {
      name: textOf(readPointer(found.value, "/name")) ?? "",
      in: textOf(readPointer(found.value, "/in")) ?? "query",
      required: readPointer(found.value, "/required") === true,
      style: textOf(readPointer(found.value, "/style")),
      explode: typeof explode === "boolean" ? explode : undefined,
      allowReserved: readPointer(found.value, "/allowReserved") === true,
      isJson: type !== undefined && /[/+]json$/iu.test(type),
      schema: reader.at(type === undefined ? `${found.at}/schema` : `${found.at}/content${toPointer([type])}/schema`),
    };
  }

  function toResponse(response: Located): DocumentResponse {
    const headers = createMap<Located>();
    for (const name of Object.keys(reader.object(`${response.at}/headers`))) {
      const header = reader.at(`${response.at}/headers${toPointer([name])}`);
      const schema = header && reader.at(`${header.at}/schema`);
      if (schema) headers[name] = schema;
    }
    return { content: toContent(response.at), headers };
  }

  function toContent(at: string): Record<string, Media> {
    const content = createMap<Media>();
    for (const type of Object.keys(reader.object(`${at}/content`))) {
      const media = `${at}/content${toPointer([type])}`;
      const examples = createMap<Json>();
      const lone = readPointer(json, `${media}/example`);
      if (lone !== undefined) examples.example = lone;
      for (const name of Object.keys(reader.object(`${media}/examples`))) {
        const value = reader.at(`${media}/examples${toPointer([name])}`);
        const held = value && readPointer(value.value, "/value");
        if (held !== undefined) examples[name] = held;
      }
      content[type] = { schema: reader.at(`${media}/schema`), examples };
    }
    return content;
  }

  function parseExtension<T>(schema: z.ZodType<T>, value: unknown, at: string): T {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    throw new Error(
      `${file}: ${at}${toPointer((issue?.path ?? []).map(String))}: ${issue?.message ?? "cannot be read"}`,
    );
  }
}

/** The security requirements by scheme; a scheme may have any name. */
const toRequirements = (value: Json | undefined): Requirement[] =>
  toList(value).map((requirement) =>
    createMap(Object.entries(toObject(requirement)).map(([name, scopes]) => [name, toList(scopes).map(String)])),
  );

/** The path of a server's URL, which may have variables in its host name. */
function pathOf(url: string): string {
  const path = /^(?:[a-z][a-z0-9+.-]*:\/\/[^/]*|\{[^}]*\})?(\/.*)?$/iu.exec(url)?.[1] ?? "";
  return path.replace(/\/+$/u, "");
}
