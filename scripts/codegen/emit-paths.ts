/** paths.ts: the same operations in the form that openapi-fetch and the tools around it take (`asFetchClient`). */
import { propertyKey, stringLiteral } from "./literal.ts";
import type { Content } from "./operation-types.ts";
import { callTypes, typeImport, typeImports, typeName } from "./type-import.ts";
import { byPath, type OperationModel, type TypeModel } from "./type-model.ts";

export function emitPaths({ operations, declared }: TypeModel, extension: string): string {
  const byId = new Map(operations.toReversed().map((one) => [one.operation.operationId, one]));
  const named = operations.filter(
    (one) => typeof one.operation.operationId === "string" && byId.get(one.operation.operationId) === one,
  );
  const isNamed = new Set(named);
  const names = new Set(declared.map(({ name }) => name));
  const members = [...byPath(operations)].map(([path, all]) => {
    const methods = all.map((one) => {
      const id = stringLiteral(String(one.operation.operationId));
      return `    ${one.method.toLowerCase()}: ${isNamed.has(one) ? `operations[${id}]` : printOperation(one, names, "    ")};\n`;
    });
    return `  ${propertyKey(path)}: {\n${methods.join("")}  };\n`;
  });
  const list = named.map(
    (one) => `  ${propertyKey(String(one.operation.operationId))}: ${printOperation(one, names, "  ")};\n`,
  );
  const body = `export interface paths {\n${members.join("")}}\n\nexport interface operations {\n${list.join("")}}\n`;
  const imports = typeImports(callTypes, "latchkey/calls", body);
  return `${imports}${typeImport("c", `./calls${extension}`, body)}${typeImport("t", `./types${extension}`, body)}\n${body}`;
}

function printOperation(operation: OperationModel, declared: ReadonlySet<string>, indent: string): string {
  const { name, parameters, body, responses } = operation;
  const inner = `${indent}  `;
  const isNeeded = parameters.some(({ isRequired }) => isRequired);
  const given =
    parameters.length === 0 ? "{}" : isNeeded ? `c.${name}Init["params"]` : `NonNullable<c.${name}Init["params"]>`;
  const request = body
    ? `${inner}requestBody${body.isRequired ? "" : "?"}: ${printContent(body.content, declared)};\n`
    : "";
  const answers = responses.map(({ status, content }) => {
    const key = /^[1-9]\d*$/u.test(status) ? status : stringLiteral(status);
    return `${inner}  ${key}: ${content.size === 0 ? "Bodiless" : printContent(content, declared)};\n`;
  });
  const printed = answers.length === 0 ? "{}" : `{\n${answers.join("")}${inner}}`;
  return `{\n${inner}parameters: ${given};\n${request}${inner}responses: ${printed};\n${indent}}`;
}

function printContent(content: Content, declared: ReadonlySet<string>): string {
  const [[media, type] = []] = content;
  if (content.size === 1 && media === "application/json" && type !== undefined)
    return `Json<${withPrefix(type, declared)}>`;
  const members = [...content].map(([name, one]) => `${propertyKey(name)}: ${withPrefix(one, declared)}`);
  return `{ content: { ${members.join("; ")} } }`;
}

/** A declared type may stand in a union: with `FormData`, say. */
const withPrefix = (type: string, declared: ReadonlySet<string>): string =>
  type.replace(new RegExp(`"(?:[^"\\\\]|\\\\.)*"|${typeName.source}`, "gu"), (word) =>
    declared.has(word) ? `c.${word}` : word,
  );
