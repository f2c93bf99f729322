/**
 * Reads a document as swagger-client does: as it is written, Swagger 2.0 unconverted, and with none of the generator's code, so that a
 * mistake there is not repeated here.
 */
import { readFile } from "node:fs/promises";
import { parse } from "yaml";

export type Value = unknown;
export interface Mapping {
  readonly [name: string]: Value;
}

export interface OriginalOperation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly OriginalParameter[];
  readonly operation: Mapping;
}

export interface OriginalParameter {
  readonly name: string;
  readonly in: string;
  readonly value: Mapping;
  /** Swagger 2.0 has the type in the parameter itself. */
  readonly schema: Mapping;
}

export interface OriginalDocument {
  readonly root: Mapping;
  readonly isSwagger2: boolean;
  readonly version: string;
  readonly operations: readonly OriginalOperation[];
  resolve(value: Value): Mapping;
}

export async function readOriginal(path: string): Promise<OriginalDocument> {
  const text = await readFile(path, "utf8");
  const root = toMapping(path.endsWith(".json") ? JSON.parse(text) : parse(text, { maxAliasCount: -1, merge: true }));
  const resolve = createResolver(root);
  const isSwagger2 = typeof root.swagger === "string" || typeof root.swagger === "number";
  const operations = Object.entries(toMapping(root.paths)).flatMap(([template, entry]) => {
    const item = resolve(entry);
    return methods.flatMap((method) => {
      if (!isMapping(item[method])) return [];
      const operation = item[method];
      const all = new Map<string, OriginalParameter>();
      for (const one of [...toList(item.parameters), ...toList(operation.parameters)]) {
        const value = resolve(one);
        const parameter = {
          name: String(value.name),
          in: String(value.in),
          value,
          schema: resolve(value.schema ?? value),
        };
        all.set(`${parameter.in} ${parameter.name}`, parameter);
      }
      // A parameter that the path has and nothing describes is a text.
      const bare = Array.from(template.matchAll(/\{([^{}]+)\}/gu), ([, name = ""]) => name)
        .filter((name) => !all.has(`path ${name}`))
        .map((name) => toBare(name, isSwagger2));
      return [{ method: method.toUpperCase(), path: template, parameters: [...all.values(), ...bare], operation }];
    });
  });
  return { root, isSwagger2, version: String(root.openapi ?? root.swagger), operations, resolve };
}

function toBare(name: string, isSwagger2: boolean): OriginalParameter {
  const schema = { type: "string" };
  return {
    name,
    in: "path",
    schema,
    value: { name, in: "path", required: true, ...(isSwagger2 ? schema : { schema }) },
  };
}

/** A document with one operation, whose parameters are written out. */
export function toSingleOperation(document: OriginalDocument, one: OriginalOperation): Mapping {
  const { root, resolve } = document;
  const parameters = one.parameters.map(({ value, schema }) =>
    value.schema === undefined ? value : { ...value, schema },
  );
  const responses = Object.fromEntries(
    Object.entries(toMapping(one.operation.responses)).map(([status, response]) => [status, resolve(response)]),
  );
  const operation = { ...one.operation, operationId: "judged", parameters, responses };
  const { paths: _paths, components: _components, definitions: _definitions, ...rest } = root;
  return { ...rest, paths: { [one.path]: { [one.method.toLowerCase()]: operation } } };
}

const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"] as const;

function createResolver(root: Mapping): (value: Value) => Mapping {
  return (value) => {
    let current = toMapping(value);
    for (let depth = 0; typeof current.$ref === "string" && depth < 50; depth++) {
      const parts = current.$ref.replace(/^#\/?/u, "").split("/");
      current = toMapping(
        parts.reduce<Value>(
          (at, part) => toMapping(at)[decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~")],
          root,
        ),
      );
    }
    return current;
  };
}

export const isMapping = (value: Value): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const toMapping = (value: Value): Mapping => (isMapping(value) ? value : {});
export const toList = (value: Value): readonly Value[] => (Array.isArray(value) ? value : []);
