/**
 * Emits calls.ts: the parameters and results of each call, written out so that an editor has nothing to compute. `Paths` is the client
 * path first, without a generic; `client.GET(path, init)` looks its calls up there, by the paths that `Methods` lists.
 */
import { comment } from "../util/comment.ts";
import { propertyKey, stringLiteral } from "../util/ts-literal.ts";
import { methods } from "../openapi/walk-document.ts";
import { typeOfContent } from "./operation-types.ts";
import { callTypes, typeImport, typeImports } from "./type-imports.ts";
import type { OperationModel, TypeModel } from "./type-model.ts";

export function emitCalls({ operations, declared }: TypeModel, extension: string): string {
  const body = [
    declared.map(({ name, type }) => `export type ${name} = ${type};\n`).join("\n"),
    operations.map(printOperation).join("\n"),
    printPaths(operations),
    printMethods(operations),
  ].join("\n");
  return `${typeImports(callTypes, "latchkey/calls", body)}${typeImport("t", `./types${extension}`, body)}\n${body}`;
}

function printOperation({ name, parameters, body, result }: OperationModel): string {
  const places = parameters.map(({ place, type, isRequired }) => {
    return `    ${place}${isRequired ? "" : "?"}: ${type.replaceAll("\n", "\n    ")};\n`;
  });
  const isNeeded = parameters.some(({ isRequired }) => isRequired);
  const members = [
    ...(places.length === 0 ? [] : [`  params${isNeeded ? "" : "?"}: {\n${places.join("")}  };\n`]),
    ...(body === undefined ? [] : [`  body${body.isRequired ? "" : "?"}: ${typeOfContent(body.content)};\n`]),
  ];
  const init = members.length === 0 ? "" : `export interface ${name}Init extends CallInit {\n${members.join("")}}\n`;
  return `${init}export type ${name}Result =${result};\n`;
}

function parameterOf(name: string, { parameters, body }: Pick<OperationModel, "parameters" | "body">): string {
  if (parameters.length === 0 && body === undefined) return "init?: CallInit";
  const isRequired = parameters.some((group) => group.isRequired) || body?.isRequired === true;
  return `init${isRequired ? "" : "?"}: ${name}Init`;
}

function printPaths(operations: readonly OperationModel[]): string {
  const members = [...byPath(operations)].map(([path, all]) => {
    const calls = all.map(
      (one) => `${one.documentation}    ${one.method}(${parameterOf(one.name, one)}): Promise<${one.name}Result>;\n`,
    );
    return `${summaryOf(all)}  ${propertyKey(path)}: {\n${calls.join("")}  };\n`;
  });
  return `/** The client path first: \`client.paths["/path"].GET(init)\`. */\nexport interface Paths {\n${members.join("")}}\n`;
}

function byPath(operations: readonly OperationModel[]): Map<string, OperationModel[]> {
  const groups = new Map<string, OperationModel[]>();
  for (const one of operations) {
    const group = groups.get(one.path);
    if (group) group.push(one);
    else groups.set(one.path, [one]);
  }
  return groups;
}

/** The comment of a path: one line for each method. */
function summaryOf(all: readonly OperationModel[]): string {
  const lines = all.map(({ method, operation }) =>
    [`- ${method}`, operation.summary]
      .filter((part) => typeof part === "string")
      .join(" ")
      .replace(/\s+/gu, " "),
  );
  const isDeprecated = all.every(({ operation }) => operation.deprecated === true);
  return comment(lines.join("\n"), "  ", isDeprecated ? [{ name: "deprecated" }] : []);
}

function printMethods(operations: readonly OperationModel[]): string {
  const found = methods.flatMap((method) => {
    const name = method.toUpperCase();
    const paths = operations.flatMap((one) => (one.method === name ? [stringLiteral(one.path)] : []));
    return paths.length === 0 ? [] : [{ name, paths }];
  });
  const members = found.map(({ name, paths }) => `  ${name}:${paths.map((path) => `\n    | ${path}`).join("")};\n`);
  const single = found.filter(({ paths }) => paths.length === 1).map(({ name }) => `"${name}"`);
  return `/** The paths of each method, for \`client.GET(path, init)\`. */
export interface Methods {
${members.join("")}  /** Methods that one path alone has. */
  single: ${single.join(" | ") || "never"};
}
`;
}
