/** The model that types.ts and calls.ts are printed from: the named types of every operation. */
import { createDeclaredTypes, type DeclaredType, type DeclaredTypes } from "./named-types.ts";
import { jsdoc } from "./jsdoc.ts";
import { type HeaderMembers, type HeaderTypes, headerTypesOf } from "./header-types.ts";
import { type JsonObject, toObject, toText } from "../util/json.ts";
import { toPascalCase } from "../util/identifiers.ts";
import { type Content, type ParameterGroup, toOperationTypes } from "./operation-types.ts";
import { type FoundOperation, listOperations } from "../openapi/operations.ts";
import { toResult } from "./result-type.ts";
import { createSchemaGraph, type Direction } from "../openapi/schema-graph.ts";
import { type Express, type TypeContext, schemaToType } from "./schema-to-type.ts";
import { createTypeNames } from "./type-names.ts";

export interface TypeModel {
  /** The types of components, by their path in `components`. */
  readonly components: readonly { readonly component: string; readonly name: string; readonly declaration: string }[];
  /** The sent types of components, if they differ. */
  readonly sent: readonly { readonly component: string; readonly name: string; readonly declaration: string }[];
  readonly operations: readonly OperationModel[];
  /** Named types of parts of operations, in calls.ts. */
  readonly declared: readonly DeclaredType[];
}

export interface OperationModel extends FoundOperation {
  /** `ReposGet`. */
  readonly name: string;
  readonly documentation: string;
  readonly parameters: readonly ParameterGroup[];
  readonly body: { readonly content: Content; readonly isRequired: boolean } | undefined;
  /** The result type of a call. */
  readonly result: string;
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
    const type = schemaToType(schema, contextOf(direction, component));
    return { component, name, declaration: `${jsdoc(toObject(schema), "")}export type ${name} = ${type};\n` };
  };
  const express: Express = (schema, direction, at) =>
    schemaToType(schema, { ...contextOf(direction, undefined, "t."), ...at });
  const declared = createDeclaredTypes(names.take);
  const headerTypes = headerTypesOf(document);
  const operations = listOperations(document).map((found) =>
    toOperation(document, found, headerTypes, names.take, declared, express),
  );
  const components = Object.keys(schemas).map(declare("read"));
  const sent = new Map<string, TypeModel["sent"][number]>();
  // Declaring a type may declare further types.
  for (let size = -1; size !== names.sent.size; ) {
    size = names.sent.size;
    for (const component of names.sent) if (!sent.has(component)) sent.set(component, declare("write")(component));
  }
  return {
    components,
    sent: Object.keys(schemas).flatMap((component) => sent.get(component) ?? []),
    operations,
    declared: declared.all,
  };
}

function toOperation(
  document: JsonObject,
  found: FoundOperation,
  headerTypes: HeaderTypes,
  take: (name: string) => string,
  declared: DeclaredTypes,
  express: Express,
): OperationModel {
  const { operation, method, path } = found;
  const name = take(toPascalCase(toText(operation.operationId) ?? `${method.toLowerCase()} ${path}`));
  const types = toOperationTypes(document, found, headerTypes, express);
  const named = (content: Content, suggested: string, owner = name): Content =>
    new Map([...content].map(([media, type]) => [media, declared.name(type, suggested, owner)]));
  const responses = types.responses.map(({ status, content, headers, component }) => ({
    status,
    headers,
    content:
      component === undefined
        ? named(content, `${name}${status === "default" ? "Default" : status}`)
        : named(content, toPascalCase(`${component} response`), `response ${component}`),
  }));
  return {
    ...found,
    name,
    documentation: jsdoc(operation, "    "),
    parameters: types.parameters.map((group) => ({ ...group, type: nameOfGroup(group, declared) })),
    body: types.body && { ...types.body, content: named(types.body.content, `${name}Body`) },
    result: toResult(responses, (members) => nameOfHeaders(members, name, declared)),
  };
}

/** Names sets of parameters that several operations share, such as a page and its size. */
const nameOfGroup = ({ place, names, type }: ParameterGroup, declared: DeclaredTypes): string =>
  names.length > 4 ? type : declared.name(type, toPascalCase(`${names.join(" ")} ${place}`), place);

/** Names sets of headers that several responses share. */
const nameOfHeaders = (members: HeaderMembers, owner: string, declared: DeclaredTypes): string => {
  const names = [...members.keys()].join(" ");
  const suggested = toPascalCase(`${members.size > 3 ? owner : names} headers`);
  return declared.name(`{\n${[...members.values()].join("")}}`, suggested, "headers");
};
