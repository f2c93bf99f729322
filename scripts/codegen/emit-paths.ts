/** paths.ts: the same operations in the form that openapi-fetch and the tools around it take (`asFetchClient`). */
import { propertyKey } from "./literal.ts";
import type { Content } from "./operation-types.ts";
import { typeImport } from "./type-import.ts";
import { byPath, type OperationModel, type TypeModel } from "./type-model.ts";

export function emitPaths({ operations }: TypeModel, extension: string): string {
  const byId = new Map(operations.toReversed().map((one) => [one.operation.operationId, one]));
  const named = operations.filter(
    (one) => typeof one.operation.operationId === "string" && byId.get(one.operation.operationId) === one,
  );
  const isNamed = new Set(named);
  const members = [...byPath(operations)].map(([path, all]) => {
    const methods = all.map((one) => {
      const id = JSON.stringify(one.operation.operationId);
      return `    ${one.method.toLowerCase()}: ${isNamed.has(one) ? `operations[${id}]` : printOperation(one, "    ")};\n`;
    });
    return `  ${propertyKey(path)}: {\n${methods.join("")}  };\n`;
  });
  const list = named.map(
    (one) => `  ${propertyKey(String(one.operation.operationId))}: ${printOperation(one, "  ")};\n`,
  );
  const body = `export interface paths {\n${members.join("")}}\n\nexport interface operations {\n${list.join("")}}\n`;
  return `${typeImport("c", `./calls${extension}`, body)}${typeImport("t", `./types${extension}`, body)}\n${body}`;
}

function printOperation(operation: OperationModel, indent: string): string {
  const { name, parameters, body, responses } = operation;
  const inner = `${indent}  `;
  const places = (["query", "header", "path", "cookie"] as const).map((place) => {
    const group = parameters.find((one) => one.place === place);
    return group ? `${place}${group.isRequired ? "" : "?"}: c.${name}Params["${place}"]` : `${place}?: never`;
  });
  const request = body
    ? `requestBody${body.isRequired ? "" : "?"}: ${printContent(body.content, operation)}`
    : "requestBody?: never";
  const answers = responses.map(({ status, content }) => {
    const key = /^\d+$/u.test(status) ? status : JSON.stringify(status);
    const type =
      content.size === 0 ? "{ headers: Record<string, unknown>; content?: never }" : printContent(content, operation);
    return `${inner}  ${key}: ${type};\n`;
  });
  const printed = answers.length === 0 ? "Record<never, never>" : `{\n${answers.join("")}${inner}}`;
  return `{\n${inner}parameters: { ${places.join("; ")} };\n${inner}${request};\n${inner}responses: ${printed};\n${indent}}`;
}

function printContent(content: Content, { declarations }: OperationModel): string {
  const declared = new Set(declarations.map(({ name }) => name));
  const members = [...content].map(
    ([media, type]) => `${propertyKey(media)}: ${declared.has(type) ? `c.${type}` : type}`,
  );
  return `{ content: { ${members.join("; ")} } }`;
}
