/** Walks the objects of a document with their kinds (OpenAPI 3.0–3.2 §4), so that examples are not mistaken for parts of the document. */
import { isObject, type Json, type JsonObject, type Path } from "../util/json.ts";

export const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"] as const;

type Children = Readonly<Record<string, readonly [kind: ObjectKind, container?: "map" | "list"]>>;

const schemaChildren = {
  properties: ["schema", "map"],
  patternProperties: ["schema", "map"],
  $defs: ["schema", "map"],
  definitions: ["schema", "map"],
  dependentSchemas: ["schema", "map"],
  allOf: ["schema", "list"],
  anyOf: ["schema", "list"],
  oneOf: ["schema", "list"],
  prefixItems: ["schema", "list"],
  items: ["schema"],
  additionalProperties: ["schema"],
  unevaluatedProperties: ["schema"],
  unevaluatedItems: ["schema"],
  propertyNames: ["schema"],
  contains: ["schema"],
  contentSchema: ["schema"],
  not: ["schema"],
  if: ["schema"],
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema's word
  then: ["schema"],
  else: ["schema"],
} satisfies Children;

const parameterChildren = { schema: ["schema"], content: ["media type", "map"] } satisfies Children;

const structure = {
  document: {
    servers: ["server", "list"],
    paths: ["path item", "map"],
    webhooks: ["path item", "map"],
    components: ["components"],
  },
  components: {
    schemas: ["schema", "map"],
    responses: ["response", "map"],
    parameters: ["parameter", "map"],
    requestBodies: ["request body", "map"],
    headers: ["header", "map"],
    securitySchemes: ["security scheme", "map"],
    links: ["link", "map"],
    callbacks: ["callback", "map"],
    pathItems: ["path item", "map"],
  },
  "path item": {
    get: ["operation"],
    put: ["operation"],
    post: ["operation"],
    delete: ["operation"],
    options: ["operation"],
    head: ["operation"],
    patch: ["operation"],
    trace: ["operation"],
    query: ["operation"],
    servers: ["server", "list"],
    parameters: ["parameter", "list"],
  },
  operation: {
    parameters: ["parameter", "list"],
    requestBody: ["request body"],
    responses: ["response", "map"],
    callbacks: ["callback", "map"],
    servers: ["server", "list"],
  },
  callback: {},
  parameter: parameterChildren,
  header: parameterChildren,
  "request body": { content: ["media type", "map"] },
  response: { headers: ["header", "map"], content: ["media type", "map"], links: ["link", "map"] },
  "media type": { schema: ["schema"], itemSchema: ["schema"], encoding: ["encoding", "map"] },
  encoding: { headers: ["header", "map"] },
  link: { server: ["server"] },
  server: { variables: ["server variable", "map"] },
  "server variable": {},
  "security scheme": {},
  schema: schemaChildren,
  other: {},
} satisfies Record<string, Children>;

export type ObjectKind =
  | "document"
  | "components"
  | "path item"
  | "operation"
  | "callback"
  | "parameter"
  | "header"
  | "request body"
  | "response"
  | "media type"
  | "encoding"
  | "link"
  | "server"
  | "server variable"
  | "security scheme"
  | "schema"
  | "other";

const sections: Partial<Record<ObjectKind, string>> = {
  schema: "schemas",
  response: "responses",
  parameter: "parameters",
  "request body": "requestBodies",
  header: "headers",
  "security scheme": "securitySchemes",
  link: "links",
  callback: "callbacks",
  "path item": "pathItems",
};

/** The section of components for each kind. */
export const sectionOf = (kind: ObjectKind): string | undefined => sections[kind];

export interface Visit {
  readonly kind: ObjectKind;
  readonly value: JsonObject;
  readonly path: Path;
}

/** Members whose values are data, not parts of the document. */
const opaque = new Set(["example", "examples", "default", "enum", "const", "value", "mapping", "security", "required"]);

/** Visits every object of the document with its kind, parents first. `$ref`s are visited, not followed. */
export function* walkDocument(value: Json, kind: ObjectKind = "document", path: Path = []): Generator<Visit> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* walkDocument(item, kind, [...path, index]);
    return;
  }
  if (!isObject(value)) return;
  yield { kind, value, path };
  const children: Children = structure[kind];
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined || name.startsWith("x-")) continue;
    const inner = [...path, name];
    if (kind === "callback") yield* walkDocument(member, "path item", inner);
    else if (!Object.hasOwn(children, name)) {
      if (!opaque.has(name)) yield* walkDocument(member, "other", inner);
    } else {
      const [childKind, container] = children[name] ?? ["other"];
      if (container === "map") yield* walkMap(member, childKind, inner);
      else yield* walkDocument(member, childKind, inner);
    }
  }
}

/** Whether a map's member is an extension and no entry; in maps of properties, names may begin with x-. */
function* walkMap(value: Json, kind: ObjectKind, path: Path): Generator<Visit> {
  if (!isObject(value)) return;
  const extensions = Object.entries(value).filter(([name]) => name.startsWith("x-") && kind !== "schema");
  if (extensions.length > 0) yield { kind: "other", value: Object.fromEntries(extensions), path };
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined && (kind === "schema" || kind === "header" || !name.startsWith("x-"))) {
      yield* walkDocument(member, kind, [...path, name]);
    }
  }
}
