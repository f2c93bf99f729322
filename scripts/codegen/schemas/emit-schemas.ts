/**
 * Emits schemas.ts: schemas of every operation's request, responses and stream items, one export for each operation. Each component is a
 * function that builds its schema on first use and keeps it: importing the module builds nothing, cycles are allowed, and a bundler
 * removes schemas that no used operation needs.
 */
import { itemOf } from "../openapi/operation-bodies.ts";
import { dereference } from "../openapi/dereference.ts";
import { readContent } from "../openapi/response-content.ts";
import { canonicalJson, type JsonObject, objectEntries, toText } from "../util/json.ts";
import { wrapLine } from "../util/wrap-line.ts";
import { stringLiteral } from "../util/ts-literal.ts";
import { isForm, isJson } from "../openapi/media-type.ts";
import { createNames, toCamelCase } from "../util/identifiers.ts";
import { type FoundOperation, listOperations } from "../openapi/operations.ts";
import { createSchemaGraph, type SchemaGraph } from "../openapi/schema-graph.ts";
import { type Level, type Mode, unionOf, type ZodContext } from "./zod-context.ts";
import { schemaToZod } from "./schema-to-zod.ts";

export interface SchemaOptions {
  /** The extension of relative imports. */
  readonly extension: string;
  /** Whether enums are closed and unknown members are errors. */
  readonly strict: boolean;
  /** Components whose sent types have their own names. */
  readonly sent: ReadonlySet<string>;
}

export function emitSchemas(document: JsonObject, { extension, strict, sent }: SchemaOptions): string {
  const graph = createSchemaGraph(document);
  const found = listOperations(document);
  const takeName = createNames(["z", "operations", "VendorSchemas", "OperationSchemas", "components"]);
  const names = found.map((operation) => takeName(toOperationName(operation)));
  const { component, drain } = createComponents(graph, takeName, sent);
  const base = { graph, level: strict ? "strict" : "tolerant", isPart: false, inside: undefined, component } as const;
  const read: ZodContext = { ...base, direction: "read" };
  const write: ZodContext = { ...base, direction: "write" };

  const printed = found.flatMap(({ key, operation }, index) => {
    const text = printOperation(document, operation, read, write);
    return text === undefined ? [] : [{ key, name: names[index] ?? key, text }];
  });
  const components = drain();
  return [
    printImports(components.length > 0, printed.length > 0, extension),
    ...components,
    ...printed.map(({ name, text }) => `export const ${name} = ${text} satisfies OperationSchemas;\n`),
    `export const operations: VendorSchemas["operations"] = {\n${printed.map(({ key, name }) => `  ${stringLiteral(key)}: ${name},\n`).join("")}};\n`,
  ].join("\n");
}

function printImports(hasComponents: boolean, hasOperations: boolean, extension: string): string {
  const types = hasOperations ? "OperationSchemas, VendorSchemas" : "VendorSchemas";
  return [
    hasOperations ? 'import * as z from "latchkey/zod";\n' : "",
    `import type { ${types} } from "latchkey/vendor";\n`,
    hasComponents ? `import type { components } from "./types${extension}";\n` : "",
  ].join("");
}

/** An operation's export name: from the operationId, else from method and path, so that new operations do not change it. */
function toOperationName({ method, path, operation }: FoundOperation): string {
  const id = toCamelCase(toText(operation.operationId) ?? "");
  return id === "_" ? toCamelCase(`${method.toLowerCase()} ${path}`) : id;
}

/** Names the variants of components, each once, and prints those that were used. */
function createComponents(graph: SchemaGraph, takeName: (name: string) => string, sent: ReadonlySet<string>) {
  const identifiers = new Map<string, string>();
  const queue: { identifier: string; name: string; mode: Mode }[] = [];

  const component = (name: string, asked: Mode): string => {
    const mode = toVariant(graph, name, asked);
    const key = JSON.stringify([name, mode]);
    const suffix = [
      mode.direction === "write" ? "Write" : "",
      mode.level === "exact" ? "Exact" : "",
      mode.isPart ? "Part" : "",
    ];
    const identifier = identifiers.get(key) ?? takeName(`${name}${suffix.join("")}`);
    if (!identifiers.has(key)) queue.push({ identifier, name, mode });
    identifiers.set(key, identifier);
    return `z.lazy(${identifier})`;
  };

  const drain = (): string[] => {
    const printed: string[] = [];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { identifier, name, mode } = next;
      const expression = schemaToZod(graph.schemas[name], { ...mode, graph, inside: name, component });
      const list = mode.direction === "write" && sent.has(name) ? "sent" : "schemas";
      const type = `components["${list}"][${stringLiteral(name)}]`;
      const head = `export const ${identifier}: () => z.Schema<${type}> = /* @__PURE__ */ `;
      printed.push(`${head}${wrapLine(`z.component(() => ${expression})`)};\n`);
    }
    return printed;
  };
  return { component, drain };
}

/** Normalizes the mode, so that modes without a difference for the component share a variant. */
function toVariant(graph: SchemaGraph, name: string, { direction, level, isPart }: Mode): Mode {
  const settled = graph.isDirectional(name) ? direction : "read";
  return { direction: settled, level, isPart: isPart && matters(graph, name, settled, level) };
}

function matters(graph: SchemaGraph, name: string, direction: Mode["direction"], level: Level): boolean {
  if (level === "strict") return graph.holdsInPlace(name, ({ properties }) => properties !== undefined);
  return (
    level === "tolerant" &&
    direction === "write" &&
    graph.holdsInPlace(name, ({ additionalProperties }) => additionalProperties === false)
  );
}

function printOperation(
  document: JsonObject,
  operation: JsonObject,
  read: ZodContext,
  write: ZodContext,
): string | undefined {
  const body = dereference(document, operation.requestBody);
  const sent = objectEntries(body.content).map(([type, media]) => ({ type, media }));
  const request = unionFor(
    sent.filter(({ type }) => isJson(type) || isForm(type)),
    write,
  );
  const settled = request === undefined || body.required === true ? request : `z.optional(${request})`;
  const byStatus = (print: (response: JsonObject) => string | undefined): string[] =>
    objectEntries(operation.responses).flatMap(([status, response]) => {
      const expression = status.startsWith("x-") ? undefined : print(dereference(document, response));
      if (expression === undefined) return [];
      return [`    ${wrapLine(`${stringLiteral(status)}: ${thunk(expression)}`, "    ")},\n`];
    });
  const item = itemsFor(document, body, write);
  const responses = byStatus((response) =>
    unionFor(
      readContent(document, response).filter(({ kind }) => kind === "json"),
      read,
    ),
  );
  const items = byStatus((response) => itemsFor(document, response, read));
  const member = (name: string, made: string | undefined) =>
    made === undefined ? "" : `  ${wrapLine(`${name}: ${thunk(made)}`, "  ")},\n`;
  const requestMembers = member("request", settled) + member("requestItem", item);
  if (requestMembers === "" && responses.length === 0 && items.length === 0) return undefined;
  const itemsMember = items.length === 0 ? "" : `  items: {\n${items.join("")}  },\n`;
  return `{\n${requestMembers}  responses: {${responses.length > 0 ? `\n${responses.join("")}  ` : ""}},\n${itemsMember}}`;
}

/** The schema of the items of a sequential body; nothing if they are text or any value. */
function itemsFor(document: JsonObject, holder: JsonObject, context: ZodContext): string | undefined {
  const schemas = objectEntries(holder.content).flatMap(([type, media]) => itemOf(document, type, media) ?? []);
  const expression = schemas.length === 0 ? undefined : unionOf(schemas.map((schema) => schemaToZod(schema, context)));
  return expression === "z.unknown()" ? undefined : expression;
}

/** Wraps an expression in a function; a component is one already. */
const thunk = (expression: string): string => /^z\.lazy\(([\w$]+)\)$/u.exec(expression)?.[1] ?? `() => ${expression}`;

function unionFor(contents: readonly { readonly media: JsonObject }[], context: ZodContext): string | undefined {
  if (contents.length === 0) return undefined;
  const schemas = new Map(contents.map(({ media }) => [canonicalJson(media.schema), media.schema]));
  return unionOf([...schemas.values()].map((schema) => schemaToZod(schema, context)));
}
