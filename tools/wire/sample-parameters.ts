/** Values for an operation's parameters, by seed: none that may be left out, one of each, and many. */
import type { Random } from "../lib/random.ts";
import {
  isMapping,
  type Mapping,
  type OriginalDocument,
  type OriginalOperation,
  type OriginalParameter,
  toList,
  toMapping,
  type Value,
} from "./original-document.ts";

export const amounts = ["none", "one", "many"] as const;
export type Amount = (typeof amounts)[number];

export interface Given {
  readonly parameter: OriginalParameter;
  readonly value: Value;
}

/** Texts that an encoding may get wrong. */
const texts = [
  "plain",
  "two words",
  "a&b=c",
  "#1",
  "1+1",
  "a/b",
  "50%",
  "%41",
  "é😀",
  "a,b",
  "a|b",
  "a;b",
  "!'()*",
  "[x]",
  "a?b",
  "~.-_",
  "a:b@c$d",
  '"quoted"',
  "",
] as const;
const numbers = [0, 7, -1.5, 1e21, 12345678901234567890n] as const;

export function sampleParameters(
  document: OriginalDocument,
  operation: OriginalOperation,
  amount: Amount,
  random: Random,
): Given[] {
  return operation.parameters.flatMap((parameter) => {
    const isRequired = parameter.value.required === true || parameter.in === "path";
    if (!isRequired && amount === "none") return [];
    if (!isRequired && amount === "many" && random.below(8) === 0) return [{ parameter, value: null }];
    const value = sample(document, parameterSchema(document, parameter), amount === "many", random, 0);
    // A path parameter cannot be empty (OpenAPI 3.1 §4.8.2), or a dot segment.
    const isUnusable = parameter.in === "path" && (value === "" || (Array.isArray(value) && value.join("") === ""));
    return [{ parameter, value: isUnusable ? "x" : parameter.in === "header" ? toLatin(value) : value }];
  });
}

/** What a header can hold (RFC 9110 §5.5). */
const toLatin = (value: Value): Value => {
  if (typeof value === "string") return value.replace(/[^\x21-\x7e]+/gu, " ").trim() || "plain";
  if (Array.isArray(value)) return value.map(toLatin);
  return isMapping(value)
    ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, toLatin(one)]))
    : value;
};

/** The schema of a parameter; of one that a media type writes, the media type's. */
export function parameterSchema(document: OriginalDocument, { value, schema }: OriginalParameter): Mapping {
  const [media] = Object.values(toMapping(value.content));
  return media === undefined ? schema : document.resolve(toMapping(media).schema);
}

function sample(document: OriginalDocument, given: Value, isMany: boolean, random: Random, depth: number): Value {
  const schema = document.resolve(given);
  if (Array.isArray(schema.enum) && schema.enum.length > 0)
    return random.pick(schema.enum.filter((one: unknown) => one !== null)) ?? "plain";
  const parts = [...toList(schema.allOf), ...toList(schema.oneOf), ...toList(schema.anyOf)];
  const types = toList(Array.isArray(schema.type) ? schema.type : [schema.type]).filter((type) => type !== "null");
  const type = random.pick(types) ?? (schema.properties ? "object" : schema.items ? "array" : undefined);
  if (type === undefined && parts.length > 0 && depth < 5)
    return sample(document, random.pick(parts), isMany, random, depth + 1);
  if (type === "integer" || type === "number") return isMany ? random.pick(numbers) : random.below(100) + 1;
  if (type === "boolean") return random.below(2) === 0;
  if (type === "array") return sampleList(document, schema, isMany, random, depth);
  if (type === "object") return sampleObject(document, schema, isMany, random, depth);
  return isMany ? (random.pick(texts) ?? "plain") : "plain";
}

function sampleList(
  document: OriginalDocument,
  schema: Mapping,
  isMany: boolean,
  random: Random,
  depth: number,
): Value[] {
  if (depth > 3) return [];
  const length = isMany ? 2 + random.below(3) : 1;
  return Array.from({ length }, () => sample(document, schema.items, isMany, random, depth + 1));
}

function sampleObject(
  document: OriginalDocument,
  schema: Mapping,
  isMany: boolean,
  random: Random,
  depth: number,
): Mapping {
  if (depth > 3) return {};
  const properties = Object.entries(toMapping(schema.properties)).slice(0, isMany ? 4 : 1);
  const named =
    properties.length > 0
      ? properties
      : ([
          ["R", { type: "integer" }],
          ["G", {}],
        ] as const);
  return Object.fromEntries(
    named.map(([name, property]) => [name, sample(document, property, isMany, random, depth + 1)]),
  );
}
