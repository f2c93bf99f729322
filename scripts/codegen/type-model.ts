/** What types.ts, calls.ts and paths.ts are printed from: every operation's types under their names, made once. */
import { documentation } from "./documentation.ts";
import { type JsonObject, toObject, toText } from "./json.ts";
import { toPascalCase } from "./names.ts";
import { type Content, type Express, type ParameterGroup, toOperationTypes } from "./operation-types.ts";
import { type FoundOperation, operationsOf } from "./operations-of.ts";
import { createSchemaGraph, type Direction } from "./schema-graph.ts";
import { type TypeContext, typeExpression } from "./type-expression.ts";
import { createTypeNames } from "./type-names.ts";

export interface TypeModel {
  /** The components' types, and where each stands in `components`. */
  readonly components: readonly { readonly component: string; readonly name: string; readonly declaration: string }[];
  /** Types of what is sent, where it differs, by component. */
  readonly sent: readonly { readonly component: string; readonly name: string; readonly declaration: string }[];
  readonly operations: readonly OperationModel[];
}

export interface OperationModel extends FoundOperation {
  /** `ReposGet`. */
  readonly name: string;
  readonly documentation: string;
  readonly parameters: readonly ParameterGroup[];
  readonly body: { readonly content: Content; readonly isRequired: boolean } | undefined;
  readonly responses: readonly { readonly status: string; readonly content: Content }[];
  /** Types too long to be written twice, by name. */
  readonly declarations: readonly { readonly name: string; readonly type: string }[];
}

/** @param options `strict`: enums are closed. */
export function toTypeModel(document: JsonObject, { strict }: { readonly strict: boolean }): TypeModel {
  const { schemas, isInPlaceCycle } = createSchemaGraph(document);
  const names = createTypeNames(schemas);
  const contextOf = (direction: Direction, inside?: string, prefix = ""): TypeContext => ({
    schemas,
    direction,
    inside,
    files: false,
    strict,
    indent: "",
    component: (name, wanted) => prefix + names.nameOf(name, wanted),
    isInPlaceCycle,
  });
  const declare = (direction: Direction) => (component: string) => {
    const schema = schemas[component];
    const name = names.nameOf(component, direction);
    const type = typeExpression(schema, contextOf(direction, component));
    return { component, name, declaration: `${documentation(toObject(schema), "")}export type ${name} = ${type};\n` };
  };
  const express: Express = (schema, direction, at) =>
    typeExpression(schema, { ...contextOf(direction, undefined, "t."), ...at });
  const all = Object.keys(schemas);
  return {
    components: all.map(declare("read")),
    sent: all.filter((component) => names.hasOwn(component, "write")).map(declare("write")),
    operations: operationsOf(document).map((found) => toOperation(document, found, names.take, express)),
  };
}

function toOperation(
  document: JsonObject,
  found: FoundOperation,
  take: (name: string) => string,
  express: Express,
): OperationModel {
  const { operation, method, path } = found;
  const name = take(toPascalCase(toText(operation.operationId) ?? `${method.toLowerCase()} ${path}`));
  const types = toOperationTypes(document, found, express);
  const declarations = new Map<string, string>();
  const named = (content: Content, suffix: string): Content =>
    new Map(
      [...content].map(([media, type]) => {
        if (!type.includes("\n") && type.length < 80) return [media, type];
        const known = declarations.get(type) ?? take(`${name}${suffix}`);
        declarations.set(type, known);
        return [media, known];
      }),
    );
  return {
    ...found,
    name,
    documentation: documentation(operation, "  "),
    parameters: types.parameters,
    body: types.body && { ...types.body, content: named(types.body.content, "Body") },
    responses: types.responses.map(({ status, content }) => ({
      status,
      content: named(content, status === "default" ? "Default" : status),
    })),
    declarations: [...declarations].map(([type, declared]) => ({ name: declared, type })),
  };
}

export function byPath(operations: readonly OperationModel[]): Map<string, OperationModel[]> {
  const groups = new Map<string, OperationModel[]>();
  for (const one of operations) {
    const group = groups.get(one.path);
    if (group) group.push(one);
    else groups.set(one.path, [one]);
  }
  return groups;
}
