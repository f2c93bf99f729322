/**
 * Writes the values of discriminators into the schemas that they choose between (OpenAPI 3.1 §4.8.25), so that a union of them narrows by its
 * discriminator: as an enum that is required, in place of the property's own schema.
 */
import { dereference } from "../openapi/dereference.ts";
import { walkDocument } from "../openapi/walk-document.ts";
import { isObject, type JsonObject, setMember, toList, toObject, toText } from "../util/json.ts";
import { parsePointer, toPointer } from "../util/json-pointer.ts";

export interface Discriminators {
  /** By pointer: the discriminator of a schema, its own or that of a parent that it takes in by `allOf`. */
  readonly all: ReadonlyMap<string, JsonObject>;
  /** Pointers of the schemas whose values were written into them. */
  readonly written: ReadonlySet<string>;
}

/** Changes the document in place. */
export function writeDiscriminators(document: JsonObject): Discriminators {
  const schemas = [...walkDocument(document)].filter(({ kind }) => kind === "schema");
  const all = new Map<string, JsonObject>();
  const written = new Set<string>();
  const write = (pointer: string, values: readonly string[], name: string) => {
    if (writeValues(dereference(document, { $ref: `#${pointer}` }), values, name)) written.add(pointer);
  };
  for (const { value, path } of schemas) {
    const discriminator = discriminatorOf(value);
    if (discriminator === undefined) continue;
    // A union chooses by the discriminator; what takes in the union is none of its branches.
    if (value.oneOf === undefined || value.properties !== undefined) all.set(toPointer(path), discriminator);
    const name = String(discriminator.propertyName);
    for (const [pointer, values] of valuesOfBranches(value.oneOf, discriminator))
      if (!written.has(pointer)) write(pointer, values, name);
  }
  for (const { value, path } of schemas) {
    const pointer = toPointer(path);
    for (const part of toList(value.allOf)) {
      const target = pointerOf(toObject(part).$ref);
      const inherited = target === undefined ? discriminatorOf(toObject(part)) : all.get(target);
      if (inherited === undefined && target !== undefined) break;
      if (inherited === undefined) continue;
      const values = target === undefined ? [] : mappedTo(pointer, inherited);
      if (values.length > 0 && !written.has(pointer)) write(pointer, values, String(inherited.propertyName));
      all.set(pointer, inherited);
    }
  }
  return { all, written };
}

/** The value of a schema that takes in a parent with a discriminator: the mapping's, else the component's name. */
export const inheritedValue = (pointer: string, discriminator: JsonObject): string =>
  mappedTo(pointer, discriminator)[0] ?? parsePointer(pointer).at(-1) ?? "";

function discriminatorOf({ discriminator }: JsonObject): JsonObject | undefined {
  const found = toObject(discriminator);
  return typeof found.propertyName === "string" && found.propertyName !== "" ? found : undefined;
}

/** The values by the branches of a `oneOf`; a mapping's values replace the component's name. */
function valuesOfBranches(branches: JsonObject[string], discriminator: JsonObject): Map<string, string[]> {
  const values = new Map<string, string[]>();
  if (!Array.isArray(branches)) return values;
  for (const branch of branches) {
    const pointer = pointerOf(toObject(branch).$ref);
    const name = pointer === undefined ? undefined : parsePointer(pointer).at(-1);
    if (pointer !== undefined && name !== undefined) values.set(pointer, [name]);
  }
  for (const target of Object.values(toObject(discriminator.mapping))) {
    const pointer = targetOf(target);
    if (pointer !== undefined) values.set(pointer, mappedTo(pointer, discriminator));
  }
  return values;
}

/** The values that a mapping gives a schema. */
const mappedTo = (pointer: string, { mapping }: JsonObject): string[] =>
  Object.entries(toObject(mapping)).flatMap(([value, target]) => (targetOf(target) === pointer ? [value] : []));

/** A mapping names its target by a reference or by the name of a component. */
function targetOf(target: unknown): string | undefined {
  const text = toText(target);
  if (text === undefined || text === "") return undefined;
  return text.startsWith("#") ? pointerOf(text) : toPointer(["components", "schemas", text]);
}

/** One spelling for each pointer: a fragment may be percent-encoded. */
const pointerOf = (ref: unknown): string | undefined =>
  typeof ref === "string" ? toPointer(parsePointer(ref)) : undefined;

function writeValues(schema: JsonObject, values: readonly string[], name: string): boolean {
  const { description } = toObject(toObject(schema.properties)[name]);
  const property = { type: "string", enum: [...values], ...(description === undefined ? {} : { description }) };
  if (Array.isArray(schema.allOf)) {
    schema.allOf.push({ type: "object", required: [name], properties: { [name]: property } });
    return true;
  }
  if (schema.type !== "object") return false;
  const required = toList(schema.required);
  if (!required.includes(name)) schema.required = [...required, name];
  if (!isObject(schema.properties)) schema.properties = {};
  setMember(toObject(schema.properties), name, property);
  return true;
}
