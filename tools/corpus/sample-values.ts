/**
 * Values for a schema, by seed: some that it should take, and changed ones, most of which it should not. Nothing is promised of either; both
 * validators judge, and only whether they agree counts.
 */
import { sample, stringMatching } from "fast-check";
import { isObject, type Json, type JsonObject, toList, toObject } from "../../scripts/codegen/util/json.ts";
import { componentOf } from "../../scripts/codegen/openapi/schema-graph.ts";
import type { Random } from "../lib/random.ts";

const maxDepth = 6;

export function createValue(schema: Json | undefined, schemas: JsonObject, random: Random, depth = 0): Json {
  const value = create(schema, schemas, random, depth);
  if (isObject(value)) complete(value, schema, schemas, random);
  return value;
}

/** One part of a value: what others of its composition require is not its own to give. */
function create(schema: Json | undefined, schemas: JsonObject, random: Random, depth: number): Json {
  if (!isObject(schema)) return random.pick(scalars) ?? null;
  const target = componentOf(schema.$ref);
  if (target !== undefined) return depth > maxDepth * 2 ? null : create(schemas[target], schemas, random, depth + 1);
  const own = createOwn(schema, schemas, random, depth);
  const variant = random.pick([...toList(schema.oneOf), ...toList(schema.anyOf)]);
  const parts = [...toList(schema.allOf), ...(variant === undefined ? [] : [variant])].map((part) =>
    create(part, schemas, random, depth + 1),
  );
  const values = own === undefined ? parts : [own, ...parts];
  if (values.length > 1 && values.every(isObject)) return tell(schema, variant, Object.assign({}, ...values));
  const [last = schema.required === undefined ? (random.pick(scalars) ?? null) : {}] = values.slice(-1);
  return tell(schema, variant, last);
}

/** What is required and described nowhere, or in a part that was not chosen. */
function complete(value: JsonObject, schema: Json | undefined, schemas: JsonObject, random: Random, depth = 0): void {
  if (!isObject(schema) || depth > maxDepth) return;
  for (const name of toList(schema.required).map(String)) {
    if (!Object.hasOwn(value, name) && name !== "__proto__") value[name] = random.pick(scalars);
  }
  const target = componentOf(schema.$ref);
  for (const part of [...toList(schema.allOf), ...(target === undefined ? [] : [schemas[target]])])
    complete(value, part, schemas, random, depth + 1);
}

/** Sets the discriminator's property, more often than not. */
function tell(schema: JsonObject, variant: Json | undefined, value: Json): Json {
  const { propertyName, mapping } = toObject(schema.discriminator);
  const name = componentOf(toObject(variant).$ref);
  if (typeof propertyName !== "string" || name === undefined || !isObject(value)) return value;
  const mapped = Object.entries(toObject(mapping)).find(
    ([, target]) => target === name || componentOf(target) === name,
  );
  return { ...value, [propertyName]: mapped?.[0] ?? value[propertyName] ?? name };
}

const scalars: Json[] = ["text", 1, true, null, {}, []];

function createOwn(schema: JsonObject, schemas: JsonObject, random: Random, depth: number): Json | undefined {
  if ("const" in schema) return schema.const ?? null;
  if (Array.isArray(schema.enum)) return random.pick(schema.enum) ?? null;
  if (schema.nullable === true && random.below(6) === 0) return null;
  const type = Array.isArray(schema.type) ? random.pick(schema.type) : (schema.type ?? implied(schema));
  switch (type) {
    case "string":
      return createText(schema, random);
    case "integer":
    case "number":
      return createNumber(schema, type, random);
    case "boolean":
      return random.below(2) === 0;
    case "null":
      return null;
    case "array":
      return createList(schema, schemas, random, depth);
    case "object":
      return createObject(schema, schemas, random, depth);
    default:
      return undefined;
  }
}

const implied = (schema: JsonObject): string | undefined => {
  if (schema.properties !== undefined || schema.additionalProperties !== undefined) return "object";
  return schema.items === undefined ? undefined : "array";
};

const formats: Readonly<Record<string, readonly string[]>> = {
  "date-time": [
    "2025-11-23T14:15:22Z",
    "2025-11-23T14:15:22.123456+02:00",
    "2024-02-29t23:59:60z",
    "2025-11-23 14:15:22",
  ],
  date: ["2025-11-23", "2024-02-29"],
  uuid: ["00000000-0000-0000-0000-000000000001", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"],
  email: ["a@example.com"],
  uri: ["https://example.com/a?b=c"],
  byte: ["aGVsbG8="],
  ipv4: ["192.0.2.1"],
};

function createText(schema: JsonObject, random: Random): string {
  const { format, pattern, minLength, maxLength } = schema;
  const known = formats[String(format)];
  if (known !== undefined && pattern === undefined) return random.pick(known) ?? "";
  if (typeof pattern === "string") {
    const made = matching(pattern, random);
    if (made !== undefined) return made;
  }
  const least = typeof minLength === "number" ? minLength : 0;
  const most = Math.min(typeof maxLength === "number" ? maxLength : least + 12, least + 12);
  const length = least + random.below(Math.max(most - least + 1, 1));
  const alphabet = ["a", "b", "Z", "0", "-", " ", "é", "😀"];
  return Array.from({ length: Math.min(length, 5000) }, () => random.pick(alphabet)).join("");
}

function matching(pattern: string, random: Random): string | undefined {
  if (pattern.length > 200) return undefined;
  try {
    return sample(stringMatching(new RegExp(pattern, "u")), { seed: random.below(2 ** 31), numRuns: 1 })[0];
  } catch {
    return undefined;
  }
}

function createNumber(schema: JsonObject, type: string, random: Random): number {
  const { minimum, maximum, multipleOf, exclusiveMinimum, exclusiveMaximum } = schema;
  const low = [minimum, exclusiveMinimum].find((one) => typeof one === "number");
  const high = [maximum, exclusiveMaximum].find((one) => typeof one === "number");
  const from = typeof low === "number" ? low : typeof high === "number" ? Math.min(high, 0) : -100;
  const to = typeof high === "number" ? high : Math.max(from, 0) + 1000;
  const edge = random.below(4);
  const made = edge === 0 ? from : edge === 1 ? to : from + random.next() * (to - from);
  if (typeof multipleOf === "number" && multipleOf > 0) return Math.ceil(made / multipleOf) * multipleOf;
  return type === "integer" ? Math.round(made) : made;
}

function createList(schema: JsonObject, schemas: JsonObject, random: Random, depth: number): Json[] {
  const least = typeof schema.minItems === "number" ? schema.minItems : 0;
  const prefix = toList(schema.prefixItems);
  const more = depth > maxDepth ? 0 : random.below(3);
  const length = Math.min(
    Math.max(least, prefix.length, more),
    typeof schema.maxItems === "number" ? schema.maxItems : 50,
    50,
  );
  return Array.from({ length }, (_, index) => createValue(prefix[index] ?? schema.items, schemas, random, depth + 1));
}

function createObject(schema: JsonObject, schemas: JsonObject, random: Random, depth: number): JsonObject {
  const required = toList(schema.required).map(String);
  const made: JsonObject = {};
  for (const [name, property] of Object.entries(toObject(schema.properties))) {
    if (name === "__proto__" || (!required.includes(name) && (depth > maxDepth || random.below(3) === 0))) continue;
    made[name] = createValue(property, schemas, random, depth + 1);
  }
  if (isObject(schema.additionalProperties) && depth <= maxDepth && random.below(2) === 0)
    made.extra = createValue(schema.additionalProperties, schemas, random, depth + 1);
  for (const [pattern, member] of Object.entries(toObject(schema.patternProperties))) {
    const name = matching(pattern, random);
    if (name !== undefined && name !== "__proto__") made[name] = createValue(member, schemas, random, depth + 1);
  }
  return made;
}

/** The value with one thing changed, at a place of its own choice. */
export function mutate(value: Json, random: Random): Json {
  const places = placesIn(value, []);
  const place = random.pick(places) ?? [];
  return replace(value, place, (found) => change(found, random));
}

function placesIn(value: Json | undefined, path: readonly (string | number)[]): (readonly (string | number)[])[] {
  if (path.length > 8) return [path];
  if (Array.isArray(value))
    return [path, ...value.slice(0, 3).flatMap((item, index) => placesIn(item, [...path, index]))];
  if (!isObject(value)) return [path];
  return [path, ...Object.entries(value).flatMap(([name, member]) => placesIn(member, [...path, name]))];
}

function replace(value: Json, [first, ...rest]: readonly (string | number)[], make: (found: Json) => Json): Json {
  if (first === undefined) return make(value);
  if (Array.isArray(value)) return value.map((item, index) => (index === first ? replace(item, rest, make) : item));
  if (!isObject(value)) return value;
  return { ...value, [first]: replace(value[first] ?? null, rest, make) };
}

const strangers: Json[] = [
  null,
  "",
  "unheard-of",
  0,
  -1,
  1.5,
  1e20,
  2147483648,
  true,
  [],
  {},
  "2025-13-01",
  [null],
  { a: 1 },
];

function change(value: Json, random: Random): Json {
  const kind = random.below(3);
  if (kind === 0) return random.pick(strangers) ?? null;
  if (typeof value === "number") return value + (random.pick([1, -1, 0.5, 1e6, -1e6]) ?? 1);
  if (typeof value === "string")
    return random.pick([`${value}${value}x`, value.slice(1), value.toUpperCase(), `${value}😀`]) ?? "";
  if (Array.isArray(value)) return kind === 1 ? value.slice(1) : [...value, value[0] ?? random.pick(strangers) ?? null];
  if (!isObject(value)) return random.pick(strangers) ?? null;
  const names = Object.keys(value);
  const gone = random.pick(names);
  if (kind === 1 && gone !== undefined)
    return Object.fromEntries(Object.entries(value).filter(([name]) => name !== gone));
  return { ...value, unheardOf: random.pick(strangers) };
}
