/**
 * calls.ts: what each call takes and gives back, written out so that an editor has nothing to work out. `Paths` is the client path
 * first, without a generic; the maps beside it name the same types for `client.GET(path, init)`.
 */
import { toObject } from "./json.ts";
import { comment, propertyKey } from "./literal.ts";
import { methods } from "./openapi-structure.ts";
import { typeOfContent } from "./operation-types.ts";
import { toResult } from "./result-type.ts";
import { typeImport, typeImports } from "./type-import.ts";
import { byPath, type OperationModel, type TypeModel } from "./type-model.ts";

export function emitCalls({ operations }: TypeModel, extension: string): string {
  const maps = methods.flatMap((method) => {
    const name = method.toUpperCase();
    const found = operations.filter((one) => one.method === name);
    return found.length === 0 ? [] : [{ name, operations: found }];
  });
  const body = [
    ...operations.map(printOperation),
    printPaths(operations),
    ...maps.map((map) => printMap(map.name, map.operations)),
    `/** By method and path. */\nexport interface Calls {\n${methods
      .map((method) => method.toUpperCase())
      .map((name) => `  ${name}: ${maps.some((map) => map.name === name) ? `${name}Calls` : "Record<never, never>"};\n`)
      .join("")}}\n`,
  ].join("\n");
  return `${typeImports(callTypes, "latchkey/calls", body)}${typeImport("t", `./types${extension}`, body)}\n${body}`;
}

/** What `latchkey/calls` has; no generated type takes one of these names. */
export const callTypes = ["Bytes", "CallInit", "Refusal", "Rest", "Success", "Undocumented", "VendorError"] as const;

function printOperation({ name, parameters, body, responses, declarations }: OperationModel): string {
  const own = declarations.map((one) => `export type ${one.name} = ${one.type};\n`);
  const places = parameters.map(
    ({ place, type, isRequired }) => `  ${place}${isRequired ? "" : "?"}: ${type.replaceAll("\n  ", "\n")};\n`,
  );
  const group = places.length === 0 ? [] : [`export interface ${name}Params {\n${places.join("")}}\n`];
  const members = [
    ...(places.length === 0
      ? []
      : [`  params${parameters.some(({ isRequired }) => isRequired) ? "" : "?"}: ${name}Params;\n`]),
    ...(body === undefined ? [] : [`  body${body.isRequired ? "" : "?"}: ${typeOfContent(body.content)};\n`]),
  ];
  const init = members.length === 0 ? [] : [`export interface ${name}Init extends CallInit {\n${members.join("")}}\n`];
  const result = `export type ${name}Result = ${toResult(responses)};\n`;
  const call = `export interface ${name} {\n  init: [${parameterOf(name, { parameters, body })}];\n  result: ${name}Result;\n}\n`;
  return [...own, ...group, ...init, result, call].join("");
}

function parameterOf(name: string, { parameters, body }: Pick<OperationModel, "parameters" | "body">): string {
  if (parameters.length === 0 && body === undefined) return "init?: CallInit";
  const isRequired = parameters.some((group) => group.isRequired) || body?.isRequired === true;
  return `init${isRequired ? "" : "?"}: ${name}Init`;
}

function printPaths(operations: readonly OperationModel[]): string {
  const members = [...byPath(operations)].map(([path, all]) => {
    const calls = all.map(
      (one) =>
        `${one.documentation.replace(/^/gmu, "  ").trimEnd()}\n    ${one.method}(${parameterOf(one.name, one)}): Promise<${one.name}Result>;\n`,
    );
    return `${summaryOf(all)}  ${propertyKey(path)}: {\n${calls.join("").replace(/^\s*\n/gmu, "")}  };\n`;
  });
  return `/** The client path first: \`client.paths["/path"].GET(init)\`. */\nexport interface Paths {\n${members.join("")}}\n`;
}

/** One line for each method, as a list of paths shows it. */
function summaryOf(all: readonly OperationModel[]): string {
  const lines = all.map(({ method, operation }) =>
    [method, operation.summary]
      .filter((part) => typeof part === "string")
      .join(" ")
      .replace(/\s+/gu, " "),
  );
  const isDeprecated = all.every(({ operation }) => operation.deprecated === true);
  return comment([lines.join("  \n"), ...(isDeprecated ? ["@deprecated"] : [])].join("\n"), "  ");
}

const printMap = (method: string, operations: readonly OperationModel[]): string =>
  `export interface ${method}Calls {\n${operations
    .map(
      ({ path, name, operation }) =>
        `${toObject(operation).deprecated === true ? comment("@deprecated", "  ") : ""}  ${propertyKey(path)}: ${name};\n`,
    )
    .join("")}}\n`;
