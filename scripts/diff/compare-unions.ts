/** `oneOf` and `anyOf`: which alternatives there are. One schema alone is a union of one, so that a second alternative is found as added. */
import { isObject, type Json, type JsonObject, toList, toObject, toText } from "../codegen/json.ts";
import type { Comparison } from "./comparison.ts";
import type { Schemas } from "./renamed-schemas.ts";
import { isSame, isSubset } from "./same.ts";
import { aloneIn, openParts, partsOf, valuesOf } from "./schema-parts.ts";
import { isNullable, typesIn } from "./schema-types.ts";

/** True where that was all there is to compare. */
export function compareUnions(before: readonly Json[], after: readonly Json[], comparison: Comparison): boolean {
  const { documents } = comparison;
  const [older, newer] = [unionIn(before, documents.before), unionIn(after, documents.after)];
  if (older === undefined && newer === undefined) {
    const opened = openParts(before, after, documents);
    const [one, ...more] = unionsOf(opened.before);
    const [other, ...others] = unionsOf(opened.after);
    if (one !== undefined && other !== undefined && more.length + others.length === 0)
      compareVariants(toUnion(one), toUnion(other), comparison);
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

/** Beside these a union says nothing more of its values. */
const beside = new Set(["oneOf", "anyOf", "discriminator", "nullable", "type", "deprecated"]);

/** A schema that is a union and nothing else, through references. */
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
  return union === undefined || more.length > 0 ? undefined : toUnion(union);
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

function toUnion({ list, nullable, discriminator }: JsonObject): Union {
  const isNull = (one: Json) => isObject(one) && one.type === "null";
  const all = toList(list);
  const variants = all.filter((one) => !isNull(one));
  return {
    variants,
    isNullable: nullable === true || all.some(isNull),
    discriminator: toObject(discriminator),
  };
}

/** Anything at all is no alternative; several types are one each. */
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
  const { documents, say, next } = comparison;
  if (!before.isNullable && after.isNullable) say("null-allowed");
  else if (before.isNullable && !after.isNullable) say("null-refused");
  const older = [...before.variants];
  const newer = [...after.variants];
  for (const isPair of [isSameReference, isSameText, isSameMeaning]) {
    for (const one of [...older]) {
      const found = newer.findIndex((other) => isPair(one, other, comparison));
      if (found < 0) continue;
      older.splice(older.indexOf(one), 1);
      newer.splice(found, 1);
    }
  }
  // What is left is a changed alternative where it is of the same kind, and another one where not.
  for (const one of [...older]) {
    const found = newer.findIndex((other) => {
      const isOnly = before.variants.length === 1 && after.variants.length === 1;
      return isOnly || (areAlike(one, other, comparison) && (older.length === 1 || isInline(one) || isInline(other)));
    });
    const other = newer[found];
    if (other === undefined) continue;
    older.splice(older.indexOf(one), 1);
    newer.splice(found, 1);
    next("", [one], [other]);
  }
  for (const one of older) say("variant-removed", { before: labelOf(one, documents.before) });
  for (const one of newer) say("variant-added", { after: labelOf(one, documents.after) });
  const [was, is] = [before.discriminator.propertyName, after.discriminator.propertyName];
  if (was !== is && was !== undefined && is !== undefined) say("discriminator-changed", { before: was, after: is });
}

type IsPair = (one: Json, other: Json, comparison: Comparison) => boolean;

const isSameReference: IsPair = (one, other, { documents }) => {
  const name = aloneIn([one]);
  return name !== undefined && documents.names.get(name) === aloneIn([other]);
};

const isSameText: IsPair = (one, other) => aloneIn([one]) === undefined && isSame(one, other);

/** Two references to components that are compared by themselves are two things, however alike. */
const isSameMeaning: IsPair = (one, other, { documents, isEquivalent }) => {
  const name = aloneIn([one]);
  if (name !== undefined && documents.names.has(name) && aloneIn([other]) !== undefined) return false;
  return isEquivalent(one, other);
};

const isInline = (node: Json): boolean => aloneIn([node]) === undefined;

function areAlike(one: Json, other: Json, { documents }: Comparison): boolean {
  const name = aloneIn([one]);
  if (name !== undefined && documents.names.has(name)) return false;
  const [left, right] = [typesIn(partsOf(one, documents.before)), typesIn(partsOf(other, documents.after))];
  return left !== undefined && right !== undefined && left.size === right.size && isSubset(left, right);
}

/** How an alternative is called: its component, its constant, or its types. */
function labelOf(node: Json, schemas: Schemas): string {
  const name = aloneIn([node]);
  if (name !== undefined) return name;
  const parts = partsOf(node, schemas);
  const [constant] = [...valuesOf(parts, "const"), ...valuesOf(parts, "enum")];
  if (constant !== undefined) return JSON.stringify(constant);
  return toText([...(typesIn(parts) ?? ["any"])].join(" | ")) ?? "any";
}
