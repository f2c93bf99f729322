/** The published JSON Schema of the extensions, with which editors complete and check them in documents. */
import * as z from "zod";
import { extensions } from "./definitions.ts";
import { methods } from "../openapi/walk-document.ts";

/** All extensions together, so that shared parts are defined once. */
const { properties, $defs: shared } = z.toJSONSchema(
  z.object(Object.fromEntries(Object.entries(extensions).map(([name, { schema }]) => [name, schema]))),
  { io: "input", target: "draft-2020-12" },
);

/** The extensions of one kind of object, as the properties of a schema. */
const extensionsOf = (kind: string) =>
  Object.fromEntries(
    Object.entries(extensions).flatMap(([name, { on }]) => (on === kind ? [[name, { $ref: `#/$defs/${name}` }]] : [])),
  );

const mapOf = (schema: object) => ({ type: "object", additionalProperties: schema });
const listOf = (schema: object) => ({ type: "array", items: schema });
const ref = (name: string) => ({ $ref: `#/$defs/${name}` });

const objects = {
  server: {
    type: "object",
    properties: {
      ...extensionsOf("server"),
      variables: mapOf({ type: "object", properties: extensionsOf("server variable") }),
    },
  },
  operation: { type: "object", properties: { ...extensionsOf("operation"), servers: listOf(ref("server")) } },
  "path item": {
    type: "object",
    properties: {
      servers: listOf(ref("server")),
      ...Object.fromEntries(methods.map((method) => [method, ref("operation")])),
    },
  },
  schema: {
    type: ["object", "boolean"],
    properties: {
      ...extensionsOf("schema"),
      properties: mapOf(ref("schema")),
      items: ref("schema"),
      allOf: listOf(ref("schema")),
    },
  },
};

const published = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "OpenAPI documents with Latchkey's extensions",
  description: "Checks the x-latchkey-* extensions of a document; OpenAPI's own schema checks the rest.",
  type: "object",
  properties: {
    ...extensionsOf("document"),
    servers: listOf(ref("server")),
    paths: mapOf(ref("path item")),
    components: {
      type: "object",
      properties: {
        schemas: mapOf(ref("schema")),
        pathItems: mapOf(ref("path item")),
        securitySchemes: mapOf({ type: "object", properties: extensionsOf("security scheme") }),
      },
    },
  },
  $defs: { ...shared, ...properties, ...objects },
};

export const publishedSchema = (): string => `${print(published, "", 0)}\n`;

/** JSON in the layout of the project's formatter: objects on several lines, short lists of plain values on one. */
function print(value: unknown, indent: string, column: number): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const line = `[${value.map((item) => JSON.stringify(item)).join(", ")}]`;
    const isPlain = value.every((item) => typeof item !== "object" || item === null);
    if (isPlain && column + line.length < 120) return line;
    return `[\n${value.map((item) => inner + print(item, inner, inner.length)).join(",\n")}\n${indent}]`;
  }
  const members = Object.entries(value).map(([name, member]) => {
    const key = `${inner}${JSON.stringify(name)}: `;
    return key + print(member, inner, key.length);
  });
  return members.length === 0 ? "{}" : `{\n${members.join(",\n")}\n${indent}}`;
}
