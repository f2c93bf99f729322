/** Operations of a contract: parameters, bodies and responses, with all references resolved except those to schemas. */
import {
  type ContractMember,
  type ContractMessages,
  type ContractOperation,
  type ContractParameter,
  type ContractRequest,
  type ContractResponses,
  operationHints,
} from "./contract.ts";
import { dereference } from "../openapi/dereference.ts";
import { isObject, type Json, type JsonObject, objectEntries, toList, toObject } from "../util/json.ts";
import { notParameters } from "../openapi/operation-parameters.ts";
import { methods } from "../openapi/walk-document.ts";
import { type FoundOperation, listOperations } from "../openapi/operations.ts";

type ToSchema = (schema: Json | undefined) => Json;

/** @param values the vendor value's operations by key */
export function toContractOperations(
  document: JsonObject,
  values: JsonObject,
  toSchema: ToSchema,
): Record<string, ContractOperation> {
  const entries = listOperations(document).map((found): [string, ContractOperation] => {
    const { key, operation } = found;
    const callbacks = toCallbacks(document, operation, toSchema);
    return [
      key,
      {
        ...(typeof operation.operationId === "string" ? { id: operation.operationId } : {}),
        ...operationHints.parse(values[key] ?? {}),
        ...toRequest(document, found, toSchema),
        responses: toResponses(document, operation, toSchema),
        ...(Object.keys(callbacks).length === 0 ? {} : { callbacks }),
      },
    ];
  });
  return Object.fromEntries(entries.sort(byName));
}

/** Webhooks (OpenAPI 3.1 §4.8.1). */
export function toContractWebhooks(document: JsonObject, toSchema: ToSchema): ContractMessages {
  const entries = objectEntries(document.webhooks).flatMap(([name, pathItem]) =>
    toMessages(document, name, pathItem, toSchema),
  );
  return Object.fromEntries(entries.sort(byName));
}

/** Callbacks (OpenAPI 3.1 §4.8.18). */
function toCallbacks(document: JsonObject, operation: JsonObject, toSchema: ToSchema): ContractMessages {
  const entries = objectEntries(operation.callbacks).flatMap(([name, callback]) =>
    objectEntries(dereference(document, callback)).flatMap(([expression, pathItem]) =>
      toMessages(document, `${name} ${expression}`, pathItem, toSchema),
    ),
  );
  return Object.fromEntries(entries.sort(byName));
}

function toMessages(
  document: JsonObject,
  name: string,
  reference: JsonObject,
  toSchema: ToSchema,
): [string, ContractMessages[string]][] {
  if (name.startsWith("x-")) return [];
  const pathItem = { ...dereference(document, reference), ...reference };
  return methods.flatMap((method): [string, ContractMessages[string]][] => {
    const operation = pathItem[method];
    if (!isObject(operation)) return [];
    const request = toRequest(document, { path: "", pathItem, operation }, toSchema);
    return [[`${method.toUpperCase()} ${name}`, { ...request, responses: toResponses(document, operation, toSchema) }]];
  });
}

type Requesting = Pick<FoundOperation, "path" | "pathItem" | "operation">;

function toRequest(document: JsonObject, found: Requesting, toSchema: ToSchema): ContractRequest {
  const body = dereference(document, found.operation.requestBody);
  return {
    ...(found.operation.deprecated === true ? { deprecated: true } : {}),
    parameters: toParameters(document, found, toSchema),
    ...(isObject(body.content)
      ? { body: { ...required(body.required === true), content: toContent(body, toSchema) } }
      : {}),
  };
}

/** Default styles of parameters (OpenAPI 3.1 §4.8.12.2). */
const defaultStyle: Readonly<Record<string, string>> = {
  query: "form",
  cookie: "form",
  path: "simple",
  header: "simple",
};

function toParameters(document: JsonObject, found: Requesting, toSchema: ToSchema): Record<string, ContractParameter> {
  const { path, pathItem, operation } = found;
  const list = [...toList(pathItem.parameters), ...toList(operation.parameters)];
  const entries = list.flatMap((reference): [string, ContractParameter][] => {
    const parameter = dereference(document, reference);
    const place = String(parameter.in);
    const name = place === "header" ? String(parameter.name).toLowerCase() : String(parameter.name);
    if (place === "header" && notParameters.has(name)) return [];
    const style = parameter.style ?? defaultStyle[place];
    const usual = style === "form" || style === "cookie";
    const [media] = Object.values(toObject(parameter.content));
    const schema = parameter.schema ?? toObject(media).schema;
    const entry = {
      ...required(place === "path" || parameter.required === true),
      ...(typeof style === "string" && style !== defaultStyle[place] ? { style } : {}),
      ...(typeof parameter.explode === "boolean" && parameter.explode !== usual ? { explode: parameter.explode } : {}),
      schema: toSchema(schema ?? { type: "string" }),
    };
    return [[`${place} ${name}`, entry]];
  });
  // Path parameters that the document does not describe are parameters too.
  for (const [, name = ""] of path.matchAll(/\{([^{}]+)\}/gu)) {
    const key = `path ${name}`;
    if (!entries.some(([known]) => known === key))
      entries.push([key, { required: true, schema: toSchema({ type: "string" }) }]);
  }
  return Object.fromEntries(entries.sort(byName));
}

function toResponses(document: JsonObject, operation: JsonObject, toSchema: ToSchema): ContractResponses {
  const entries = objectEntries(operation.responses).flatMap(
    ([status, reference]): [string, ContractResponses[string]][] => {
      if (!/^(?:[1-5](?:\d\d|XX)|default)$/iu.test(status)) return [];
      const response = dereference(document, reference);
      const headers = objectEntries(response.headers).map(([name, one]): [string, ContractMember] => {
        const header = dereference(document, one);
        return [name.toLowerCase(), { ...required(header.required === true), schema: toSchema(header.schema) }];
      });
      const links = Object.keys(toObject(response.links)).filter((name) => !name.startsWith("x-"));
      const entry = {
        content: toContent(response, toSchema),
        headers: Object.fromEntries(headers.sort(byName)),
        ...(links.length === 0 ? {} : { links: links.sort() }),
      };
      return [[/^default$/iu.test(status) ? "default" : status.toUpperCase(), entry]];
    },
  );
  return Object.fromEntries(entries.sort(byName));
}

/** Schemas by media type without its parameters; a sequence of items is described as a list. */
function toContent(holder: JsonObject, toSchema: ToSchema): Record<string, Json> {
  const entries = Object.entries(toObject(holder.content)).map(([type, value]): [string, Json] => {
    const { schema, itemSchema } = toObject(value);
    return [
      type.toLowerCase().split(";")[0]?.trim() ?? type,
      toSchema(itemSchema === undefined ? schema : { type: "array", items: itemSchema }),
    ];
  });
  return Object.fromEntries(entries.sort(byName));
}

const required = (is: boolean): { required?: true } => (is ? { required: true } : {});

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0;
