/** The types of one operation: the parameters and body of a call, and the response of each status. */
import { itemOf } from "../openapi/operation-bodies.ts";
import { dereference } from "../openapi/dereference.ts";
import { jsdoc } from "./jsdoc.ts";
import { type HeaderMembers, type HeaderTypes, headerMembers } from "./header-types.ts";
import { isObject, type Json, type JsonObject, objectEntries, toObject, toText } from "../util/json.ts";
import { propertyKey } from "../util/ts-literal.ts";
import { isEvents, isSequential } from "../openapi/media-type.ts";
import { mediaOf, type Parameter, parametersOf } from "../openapi/operation-parameters.ts";
import { type ReadContent, readContent } from "../openapi/response-content.ts";
import type { FoundOperation } from "../openapi/operations.ts";
import type { Direction } from "../openapi/schema-graph.ts";
import { type Express, unionOf } from "./schema-to-type.ts";

export interface OperationTypes {
  /** Object types of the parameters by place, without empty places. */
  readonly parameters: readonly ParameterGroup[];
  readonly body: { readonly content: Content; readonly isRequired: boolean } | undefined;
  readonly responses: readonly ResponseTypes[];
}

export interface ParameterGroup {
  readonly place: "query" | "header" | "path" | "cookie";
  readonly names: readonly string[];
  readonly type: string;
  readonly isRequired: boolean;
}

export interface ResponseTypes {
  /** The document's key: `200`, `4XX`, `default`. */
  readonly status: string;
  readonly content: Content;
  readonly headers: HeaderMembers;
  /** The name of the response's component, if it is one: many operations share error responses. */
  readonly component: string | undefined;
}

/** Media type → TypeScript type. */
export type Content = ReadonlyMap<string, string>;

export function toOperationTypes(
  document: JsonObject,
  found: FoundOperation,
  headerTypes: HeaderTypes,
  express: Express,
): OperationTypes {
  const { operation } = found;
  const body = dereference(document, operation.requestBody);
  const content = sentTypes(document, body, express);
  return {
    parameters: toParameters(document, found, express),
    body: content.size === 0 ? undefined : { content, isRequired: body.required === true },
    responses: objectEntries(operation.responses).flatMap(([status, response]) => {
      if (!/^(?:[1-5](?:\d\d|XX)|default)$/iu.test(status)) return [];
      const resolved = dereference(document, response);
      const content = readTypes(document, resolved, express);
      const component = toText(response.$ref)?.split("/").at(-1);
      const headers = headerMembers(document, resolved, headerTypes, express);
      return [{ status: /^default$/iu.test(status) ? "default" : status.toUpperCase(), content, headers, component }];
    }),
  };
}

const places = ["query", "header", "path", "cookie"] as const;

function toParameters(document: JsonObject, found: FoundOperation, express: Express): ParameterGroup[] {
  const all = parametersOf(document, found.pathItem, found.operation);
  const whole = all.find(({ place }) => place === "querystring");
  return places.flatMap((place) => {
    if (place === "query" && whole) return [wholeQuery(whole, express)];
    const group = all.filter((one) => one.place === place);
    // Path parameters that the document does not describe are needed too.
    const described = new Set(group.map(({ name }) => name));
    const bare: Parameter[] =
      place === "path"
        ? [...found.path.matchAll(/\{([^{}]+)\}/gu)].flatMap(([, name = ""]) =>
            described.has(name) ? [] : [{ place, name, value: { name, required: true } }],
          )
        : [];
    const members = [...group, ...bare];
    if (members.length === 0) return [];
    return [
      {
        place,
        names: members.map(({ name }) => name),
        type: `{\n${members.map((one) => toMember(one, express)).join("")}}`,
        isRequired: members.some(isNeeded),
      },
    ];
  });
}

function toMember(parameter: Parameter, express: Express): string {
  const { name, value } = parameter;
  const schema = schemaOf(parameter);
  const type = express(schema, "write", { indent: "  ", files: false });
  // An empty text is sent as `name=` whatever the type is.
  const isEmptiable = value.allowEmptyValue === true && parameter.place === "query";
  const accepted = isEmptiable ? unionOf([type, '""']) : type;
  const about = {
    ...pick(schema, ["description", "default", "format", "deprecated"]),
    ...pick(value, ["description", "deprecated"]),
  };
  return `${jsdoc(about, "  ")}  ${propertyKey(name)}${isNeeded(parameter) ? "" : "?"}: ${accepted};\n`;
}

/** The whole query is one value (OpenAPI 3.2, `in: querystring`). */
const wholeQuery = (parameter: Parameter, express: Express): ParameterGroup => ({
  place: "query",
  names: [parameter.name],
  type: express(schemaOf(parameter), "write", { indent: "", files: false }),
  isRequired: isNeeded(parameter),
});

const schemaOf = (parameter: Parameter): Json =>
  parameter.value.schema ?? mediaOf(parameter)?.[1].schema ?? { type: "string" };

const isNeeded = ({ place, value }: Parameter): boolean =>
  place === "path" || (value.required === true && toObject(value.schema).default === undefined);

const pick = (from: Json | undefined, names: readonly string[]): JsonObject =>
  Object.fromEntries(
    Object.entries(toObject(from)).filter(([name, value]) => names.includes(name) && value !== undefined),
  );

function sentTypes(document: JsonObject, holder: JsonObject, express: Express): Content {
  return new Map(
    objectEntries(holder.content).map(([media, value]) => [
      media,
      isSequential(media)
        ? sequence(media, itemOf(document, media, value), (schema) => express(schema, "write", plain), "write")
        : sentType(media, value.schema, express),
    ]),
  );
}

function readTypes(document: JsonObject, holder: JsonObject, express: Express): Content {
  const typeOf = ({ type, media, kind }: ReadContent): string => {
    if (kind === "items")
      return sequence(type, itemOf(document, type, media), (schema) => express(schema, "read", plain), "read");
    if (kind === "json") return express(media.schema, "read", plain);
    return kind === "bytes" ? "Blob" : "string";
  };
  return new Map(readContent(document, holder).map((one) => [one.type, typeOf(one)]));
}

const plain = { indent: "", files: false };

/** The type of a sequential body, whose items are read as they arrive. */
function sequence(
  media: string,
  item: Json | undefined,
  express: (schema: Json | undefined) => string,
  direction: Direction,
): string {
  const type = item === undefined ? "string" : express(item);
  if (isEvents(media)) return direction === "read" ? `AsyncIterable<ServerSentEvent<${type}>>` : "string | Bytes";
  return direction === "read" ? `AsyncIterable<${type}>` : `Iterable<${type}> | AsyncIterable<${type}> | Bytes`;
}

function sentType(media: string, schema: Json | undefined, express: Express): string {
  const kind = media.toLowerCase().split(";")[0]?.trim() ?? "";
  if (kind === "*/*" || /[/+]json$/u.test(kind)) return express(schema, "write", plain);
  if (kind === "multipart/form-data")
    return unionOf([isObject(schema) ? express(schema, "write", { ...plain, files: true }) : "FormData", "FormData"]);
  if (kind === "application/x-www-form-urlencoded")
    return unionOf([express(schema, "write", plain), "URLSearchParams"]);
  return /^text\/|[/+]xml$|yaml$/u.test(kind) ? "string" : "Bytes";
}

/** The type of a body that may come in any of its media types. */
export const typeOfContent = (content: Content): string => unionOf([...content.values()]);
