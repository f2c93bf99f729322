/** Emits the types of list items and bulk rows, from the pointers of `x-latchkey-pagination` and `x-latchkey-bulk`. */
import { type JsonObject, objectEntries, toObject, toText } from "../util/json.ts";
import { parsePointer } from "../util/json-pointer.ts";
import { stringLiteral } from "../util/ts-literal.ts";

export interface RecordTypes {
  /** The names that they import from `latchkey/vendor`. */
  readonly imports: readonly string[];
  readonly text: string;
}

export function emitItemTypes(vendor: JsonObject): RecordTypes {
  const operations = objectEntries(vendor.operations);
  const items = operations.flatMap(([key, { pagination }]) => {
    const list = toText(toObject(pagination).items);
    return list === undefined ? [] : [`  ${stringLiteral(key)}: ItemAt<${typeOf(key)}, ${pointerType(list)}>;\n`];
  });
  const batches = operations.flatMap(([key, { bulk }]) => {
    const { rows, results } = toObject(bulk);
    const pointer = toText(rows);
    if (pointer === undefined) return [];
    const answers = toText(toObject(results).rows);
    // Deeper pointers do not distinguish shapes.
    const [success, ...deeper] = parsePointer(toText(toObject(results).success) ?? "");
    const status = success === undefined || deeper.length > 0 ? "" : `, ${stringLiteral(success)}`;
    const rest = answers === undefined ? "" : `, ${pointerType(answers)}${status}`;
    return [`  ${stringLiteral(key)}: BatchAt<${typeOf(key)}, ${pointerType(pointer)}${rest}>;\n`];
  });
  return {
    imports: [...(batches.length > 0 ? ["BatchAt"] : []), ...(items.length > 0 ? ["ItemAt"] : [])],
    text:
      declaration("What each list holds.", "Items", items) +
      declaration("What each bulk write takes and gives back.", "Batches", batches),
  };
}

const declaration = (comment: string, name: string, members: readonly string[]): string =>
  members.length === 0
    ? `/** ${comment} */\nexport type ${name} = Record<never, never>;\n\n`
    : `/** ${comment} */\nexport interface ${name} {\n${members.join("")}}\n\n`;

/** `Paths["/things"]["GET"]` of `GET /things`. */
function typeOf(key: string): string {
  const [method = "", ...path] = key.split(" ");
  return `Paths[${stringLiteral(path.join(" "))}][${stringLiteral(method)}]`;
}

/** A pointer, or the pointer of an expression, as a tuple type; undefined for an expression that names a header. */
function pointerType(expression: string): string {
  const pointer = expression.replace(/^\$response\.body#?/u, "");
  const parts = pointer.startsWith("$") ? ["$header"] : parsePointer(pointer);
  return `[${parts.map(stringLiteral).join(", ")}]`;
}
