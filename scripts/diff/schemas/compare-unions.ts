/** Compares the alternatives of `oneOf` and `anyOf`. A single schema is a union of one, so that a second alternative is reported as added. */
import {
  canonicalJson,
  isObject,
  type Json,
  type JsonObject,
  toList,
  toObject,
  toText,
} from "../../codegen/util/json.ts";
import type { Comparison } from "./comparison.ts";
import type { Schemas } from "./renamed-schemas.ts";
import { isSame, isSubset } from "../util/equality.ts";
import { aloneIn, openParts, partsOf, valuesOf } from "./schema-parts.ts";
import { isNullable, typesIn } from "./schema-types.ts";

/** Returns true if there is nothing else to compare. */
export function compareUnions(before: readonly Json[], after: readonly Json[], comparison: Comparison): boolean {
  const { documents } = comparison;
  const [older, newer] = [unionIn(before, documents.before), unionIn(after, documents.after)];
  if (older === undefined && newer === undefined) {
    const opened = openParts(before, after, documents);
    const [one, ...more] = unionsOf(opened.before);
    const [other, ...others] = unionsOf(opened.after);
    if (one !== undefined && other !== undefined && more.length + others.length === 0)
      compareVariants(toUnion(one, documents.before), toUnion(other, documents.after), comparison);
    else if (!isSame(unionsOf(opened.before), unionsOf(opened.after))) comparison.say("keyword-changed", {}, " oneOf");
    return false;
  }
  const [left, right] = [older ?? alone(before, documents.before), newer ?? alone(after, documents.after)];
  if (left === undefined || right === undefined) return false;
  compareVariants(left, right, comparison);
  return true;
}

interface Union {
  readonly variants: readonly Json[];
  readonly isNullable: boolean;
  readonly discriminator: JsonObject;
}

/** Keywords beside a union that do not restrict its values. */
const beside = new Set(["oneOf", "anyOf", "discriminator", "nullable", "type", "deprecated"]);

/** The alternatives of a schema that is only a union, through references. */
function unionIn(nodes: readonly Json[], schemas: Schemas): Union | undefined {
  let [node] = nodes;
  if (nodes.length !== 1) return undefined;
  for (let depth = 0; depth < 20; depth++) {
    const name: string | undefined = node === undefined ? undefined : aloneIn([node]);
    if (name === undefined) break;
    node = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
  }
  if (!isObject(node) || Object.keys(node).some((keyword) => !beside.has(keyword))) return undefined;
  const [union, ...more] = unionsOf([node]);
  return union === undefined || more.length > 0 ? undefined : toUnion(union, schemas);
}

/** Parts with alternatives, one for each list of them. */
const unionsOf = (parts: readonly JsonObject[]): JsonObject[] =>
  parts.flatMap(({ oneOf, anyOf, discriminator, nullable }) =>
    [oneOf, anyOf].flatMap((list) =>
      Array.isArray(list)
        ? [{ list, ...(nullable === true ? { nullable } : {}), ...(isObject(discriminator) ? { discriminator } : {}) }]
        : [],
    ),
  );

function toUnion({ list, nullable, discriminator }: JsonObject, schemas: Schemas): Union {
  const isNull = (one: Json) => isObject(one) && one.type === "null";
  const all = toList(list);
  const variants = all.filter((one) => !isNull(one));
  return {
    variants,
    isNullable: nullable === true || all.some((one) => isNull(one) || isNullable(partsOf(one, schemas))),
    discriminator: toObject(discriminator),
  };
}

/** A schema that allows any value is no alternative; several types count as one alternative each. */
function alone(nodes: readonly Json[], schemas: Schemas): Union | undefined {
  const [node] = nodes;
  const parts = nodes.flatMap((one) => partsOf(one, schemas));
  const types = typesIn(parts);
  if (node === undefined || nodes.length !== 1 || parts.length === 0) return undefined;
  const isSeveral = types !== undefined && types.size > 1 && isObject(node) && Array.isArray(node.type);
  return {
    variants: isSeveral ? [...types].map((type) => ({ ...node, type })) : [node],
    isNullable: isNullable(parts),
    discriminator: {},
  };
}

function compareVariants(before: Union, after: Union, comparison: Comparison): void {
  const { documents, say } = comparison;
  if (!before.isNullable && after.isNullable) say("null-allowed");
  else if (before.isNullable && !after.isNullable) say("null-refused");
  const [older, newer] = unmatched(before.variants, after.variants, comparison);
  for (const one of older) say("variant-removed", { before: labelOf(one, documents.before) });
  for (const one of newer) say("variant-added", { after: labelOf(one, documents.after) });
  const [was, is] = [before.discriminator.propertyName, after.discriminator.propertyName];
  if (was !== is && was !== undefined && is !== undefined) say("discriminator-changed", { before: was, after: is });
}

/** Alternatives that differ between the documents; similar ones are paired and compared. */
function unmatched(before: readonly Json[], after: readonly Json[], comparison: Comparison): [Json[], Json[]] {
  const { documents, nextVariant } = comparison;
  // Alternatives that are equal by name or as JSON, in any order.
  const nameOf = (node: Json, names?: ReadonlyMap<string, string>): string => {
    const name = aloneIn([node]);
    return name === undefined ? canonicalJson(node) : `$ref ${names === undefined ? name : names.get(name)}`;
  };
  const known = new Map<string, Json[]>();
  for (const one of after) {
    const name = nameOf(one);
    known.set(name, [...(known.get(name) ?? []), one]);
  }
  let older = before.filter((one) => known.get(nameOf(one, documents.names))?.pop() === undefined);
  let newer = [...known.values()].flat();
  // Of the rest, some have the same meaning, and some are similar enough to be one that changed.
  const isOnly = before.length === 1 && after.length === 1;
  for (const isPair of [isSameMeaning, isOnly ? () => true : isChanged]) {
    if (older.length * newer.length > maxPairs) break;
    older = older.filter((one) => {
      const other = newer.find((candidate) => isPair(one, candidate, comparison));
      if (other === undefined) return true;
      newer = newer.filter((candidate) => candidate !== other);
      if (isPair !== isSameMeaning) nextVariant(one, other);
      return false;
    });
  }
  return [older, newer];
}

/** Above this number alternatives are compared by name and JSON only. */
const maxPairs = 2_500;

type IsPair = (one: Json, other: Json, comparison: Comparison) => boolean;

/** References to two components are different alternatives, however similar: components are compared separately. */
const isSameMeaning: IsPair = (one, other, { documents, isEquivalent }) => {
  const name = aloneIn([one]);
  if (name !== undefined && documents.names.has(name) && !isInline(other)) return false;
  return isEquivalent(one, other);
};

const isChanged: IsPair = (one, other, comparison) =>
  (isInline(one) || isInline(other)) && areAlike(one, other, comparison);

const isInline = (node: Json): boolean => aloneIn([node]) === undefined;

function areAlike(one: Json, other: Json, { documents }: Comparison): boolean {
  const name = aloneIn([one]);
  if (name !== undefined && documents.names.has(name)) return false;
  const [left, right] = [typesIn(partsOf(one, documents.before)), typesIn(partsOf(other, documents.after))];
  return left !== undefined && right !== undefined && left.size === right.size && isSubset(left, right);
}

/** The name of an alternative in reports: its component, its constant, or its types. */
function labelOf(node: Json, schemas: Schemas): string {
  const name = aloneIn([node]);
  if (name !== undefined) return name;
  const parts = partsOf(node, schemas);
  const [constant] = [...valuesOf(parts, "const"), ...valuesOf(parts, "enum")];
  if (constant !== undefined) return JSON.stringify(constant);
  return toText([...(typesIn(parts) ?? ["any"])].join(" | ")) ?? "any";
}
