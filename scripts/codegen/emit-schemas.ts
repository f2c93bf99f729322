/**
 * schemas.ts: a zod schema for every operation's request and responses. Each component is a function that builds its schema on first
 * use and keeps it: importing the module builds nothing, cycles solve themselves, and a bundler drops what no operation needs.
 */
import { dereference } from "./dereference.ts";
import { type Json, type JsonObject, objectEntries, toObject } from "./json.ts";
import { layout } from "./layout.ts";
import { stringLiteral } from "./literal.ts";
import { createNames } from "./names.ts";
import { operationsOf } from "./operations-of.ts";
import { createSchemaGraph, type Direction } from "./schema-graph.ts";
import { unionOf, type ZodContext, zodExpression } from "./zod-expression.ts";
import { type Helper, helperNames, printHelpers } from "./zod-helpers.ts";

export function emitSchemas(document: JsonObject): string {
  const graph = createSchemaGraph(document);
  const helpers = new Set<Helper>();
  const takeName = createNames(helperNames);
  const identifiers = new Map<string, string>();
  const queue: { identifier: string; name: string; direction: Direction }[] = [];

  const component = (name: string, direction: Direction): string => {
    const key = `${direction} ${name}`;
    const identifier = identifiers.get(key) ?? takeName(direction === "write" ? `${name}Write` : name);
    if (!identifiers.has(key)) queue.push({ identifier, name, direction });
    identifiers.set(key, identifier);
    return `z.lazy(${identifier})`;
  };
  const use = (helper: Helper): string => {
    helpers.add(helper);
    return helper;
  };
  const toContext = (direction: Direction, inside: string | undefined): ZodContext => ({
    graph,
    direction,
    inside,
    component,
    use,
  });

  const operations = operationsOf(document).flatMap(({ key, operation }) => {
    const printed = printOperation(document, operation, (schema, direction) =>
      zodExpression(schema, toContext(direction, undefined)),
    );
    return printed === undefined ? [] : [`  ${stringLiteral(key)}: ${printed},\n`];
  });
  const components: string[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const expression = zodExpression(graph.schemas[next.name], toContext(next.direction, next.name));
    components.push(`${layout(`const ${next.identifier} = lazy(() => ${expression})`)};\n`);
  }
  const usesZod = operations.length > 0;
  return [
    `${usesZod ? 'import * as z from "latchkey/zod";\n' : ""}import type { VendorSchemas } from "latchkey/vendor";\n`,
    components.length > 0 ? lazy : "",
    printHelpers(helpers),
    components.join("\n"),
    `export const operations: VendorSchemas["operations"] = {\n${operations.join("")}};\n`,
  ]
    .filter((part) => part !== "")
    .join("\n");
}

const lazy = `const lazy = (build: () => z.ZodMiniType): (() => z.ZodMiniType) => {
  let built: z.ZodMiniType | undefined;
  return () => {
    built ??= build();
    return built;
  };
};
`;

type Express = (schema: Json | undefined, direction: Direction) => string;

function printOperation(document: JsonObject, operation: JsonObject, express: Express): string | undefined {
  const request = requestExpression(dereference(document, operation.requestBody), express);
  const responses = objectEntries(operation.responses).flatMap(([status, response]) => {
    const schemas = contentSchemas(dereference(document, response), isJson);
    if (status.startsWith("x-") || schemas.length === 0) return [];
    const expression = unionOf(schemas.map((schema) => express(schema, "read")));
    return [`      ${layout(`${stringLiteral(status)}: () => ${expression}`, "      ")},\n`];
  });
  if (request === undefined && responses.length === 0) return undefined;
  const requestMember = request === undefined ? "" : `    ${layout(`request: () => ${request}`, "    ")},\n`;
  return `{\n${requestMember}    responses: {${responses.length > 0 ? `\n${responses.join("")}    ` : ""}},\n  }`;
}

function requestExpression(body: JsonObject, express: Express): string | undefined {
  const schemas = contentSchemas(body, (type) => isJson(type) || isForm(type));
  if (schemas.length === 0) return undefined;
  const expression = unionOf(schemas.map((schema) => express(schema, "write")));
  return body.required === true ? expression : `z.optional(${expression})`;
}

const contentSchemas = (holder: JsonObject, accepts: (type: string) => boolean): (Json | undefined)[] =>
  Object.entries(toObject(holder.content)).flatMap(([type, media]) => (accepts(type) ? [toObject(media).schema] : []));

const isJson = (type: string): boolean =>
  /^(application|text)\/([^;\s]+\+)?json\s*(;|$)/iu.test(type) || type === "*/*";
const isForm = (type: string): boolean =>
  /^(application\/x-www-form-urlencoded|multipart\/form-data)\s*(;|$)/iu.test(type);
