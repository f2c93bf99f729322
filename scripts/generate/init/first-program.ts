/** The first program of `latchkey init`: one call of the document, against its sandbox. */
import { dereference } from "../../codegen/openapi/dereference.ts";
import { type FoundOperation, listOperations } from "../../codegen/openapi/operations.ts";
import type { PreparedVendor } from "../../codegen/generate-vendor.ts";
import { toCamelCase } from "../../codegen/util/identifiers.ts";
import { type Json, type JsonObject, objectEntries, toList, toObject, toText } from "../../codegen/util/json.ts";
import { propertyKey, stringLiteral } from "../../codegen/util/ts-literal.ts";

export interface ProgramInput extends PreparedVendor {
  /** The vendor's name. */
  readonly name: string;
  /** The paths as the program writes them. */
  readonly documentPath: string;
  readonly overlayPath: string | undefined;
  readonly index: string;
  readonly file: string;
}

export function toFirstProgram({
  document,
  model,
  name,
  documentPath,
  overlayPath,
  index,
  file,
}: ProgramInput): string {
  const exported = toCamelCase(name);
  const vendor = ownNames.includes(exported) ? `${exported}Vendor` : exported;
  const hasSchemes = Object.keys(toObject(model.value.schemes)).length > 0;
  const overlay = overlayPath === undefined ? "" : `, overlay: ${stringLiteral(overlayPath)}`;
  return `/** A first call, answered by a sandbox on this machine: node ${file} */
import { connect } from "latchkey";
import { startSandbox } from "latchkey-cli/sandbox";
import { ${vendor === exported ? vendor : `${exported} as ${vendor}`} } from ${stringLiteral(index)};

// The sandbox answers as the document says. For the vendor itself, remove it and write: const api = connect(${vendor});
const sandbox = await startSandbox({ document: ${stringLiteral(documentPath)}${overlay}, vendor: ${vendor} });
const api = connect(${vendor}, { server: sandbox.server${hasSchemes ? ", credentials: sandbox.credentials" : ""} });
try {
${toCall(document)}
} finally {
  await api.close();
  await sandbox.close();
}
`;
}

/** The names that the program itself declares or uses. */
const ownNames = ["connect", "startSandbox", "sandbox", "api", "data", "error", "status", "console"];

function toCall(document: JsonObject): string {
  const [first] = listOperations(document)
    .map((operation) => ({ operation, ...judge(document, operation) }))
    .sort((a, b) => a.cost - b.cost);
  if (first === undefined) return "  // The document has no operation.";
  const { operation, parameters, body } = first;
  const init = [...parametersOf(document, parameters), ...(body === undefined ? [] : [`body: ${literal(body)}`])];
  const args = [stringLiteral(operation.path), ...(init.length === 0 ? [] : [`{ ${init.join(", ")} }`])];
  return `  const { data, error, status } = await api.${operation.method}(${args.join(", ")});
  if (error) console.error(status, error);
  else console.log(status, data);`;
}

/** What a call needs; reading comes first, then what needs least. */
function judge(document: JsonObject, { method, pathItem, operation }: FoundOperation) {
  const parameters = [...toList(pathItem.parameters), ...toList(operation.parameters)]
    .map((one) => dereference(document, one))
    .filter(({ required, in: place }) => required === true || place === "path");
  const requestBody = dereference(document, operation.requestBody);
  const schema = toObject(toObject(requestBody.content)["application/json"]).schema;
  const body = requestBody.required === true ? toSample(document, schema, 0) : undefined;
  const schemes = toList(operation.security ?? document.security).map((one) => Object.keys(toObject(one)).length);
  const needsSeveral = schemes.length > 0 && Math.min(...schemes) > 1;
  const cost = (method === "GET" ? 0 : 1_000) + (needsSeveral ? 500 : 0) + parameters.length;
  return { parameters, body, cost };
}

function parametersOf(document: JsonObject, parameters: readonly JsonObject[]): string[] {
  const places = new Map<string, string[]>();
  for (const parameter of parameters) {
    const place = toText(parameter.in) ?? "query";
    const member = `${propertyKey(toText(parameter.name) ?? "")}: ${literal(toSample(document, parameter.example ?? parameter.schema, 0, parameter.example !== undefined))}`;
    places.set(place, [...(places.get(place) ?? []), member]);
  }
  const groups = [...places].map(([place, members]) => `${place}: { ${members.join(", ")} }`);
  return groups.length === 0 ? [] : [`params: { ${groups.join(", ")} }`];
}

const samples: Readonly<Record<string, Json>> = {
  date: "2030-01-31",
  "date-time": "2030-01-31T12:00:00Z",
  uuid: "00000000-0000-4000-8000-000000000000",
  email: "somebody@example.com",
  uri: "https://example.com/",
};

const mostNested = 4;

/** A value that fits the schema in the usual cases: the user replaces it. */
function toSample(document: JsonObject, given: Json | undefined, depth: number, isValue = false): Json {
  if (isValue) return given ?? null;
  const schema = dereference(document, given);
  for (const known of [
    schema.example,
    toList(schema.examples)[0],
    schema.default,
    schema.const,
    toList(schema.enum)[0],
  ])
    if (known !== undefined) return known;
  const [type] = [schema.type].flat();
  if (type === "integer" || type === "number") return typeof schema.minimum === "number" ? schema.minimum : 1;
  if (type === "boolean") return true;
  if (type === "array") return depth > mostNested ? [] : [toSample(document, schema.items, depth + 1)];
  if (type !== "object" && schema.properties === undefined) return samples[toText(schema.format) ?? ""] ?? "1";
  const required = toList(schema.required).map(String);
  const members = objectEntries(schema.properties).filter(([name]) => required.includes(name) && depth <= mostNested);
  return Object.fromEntries(members.map(([name, member]) => [name, toSample(document, member, depth + 1)]));
}

function literal(value: Json): string {
  if (typeof value === "string") return stringLiteral(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const members = Object.entries(value).map(([name, member]) => `${propertyKey(name)}: ${literal(member ?? null)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}
