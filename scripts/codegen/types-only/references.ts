/** References: an indexed access where the file has what they lead to, and otherwise the type of what they lead to. */
import type { Context } from "./context.ts";
import { keyword, memberAt, named, type TypeNode } from "./type-node.ts";
import { dereference } from "../openapi/dereference.ts";
import { isObject, type Json, type JsonObject, toList, toObject } from "../util/json.ts";
import { parsePointer, toPointer, valueAt } from "../util/json-pointer.ts";

/** The sections of `components` that the file has. */
export const sections = ["schemas", "responses", "parameters", "requestBodies", "headers", "pathItems"] as const;

/** Parts that lead to one another can double with each step. */
const mostInlined = 128 * 1024 * 1024;

/** What a reference leads to, through further references; an empty object where it leads to nothing. */
export const targetOf = ({ document }: Context, ref: string | undefined): JsonObject =>
  ref === undefined ? {} : dereference(document, { $ref: ref });

/**
 * The type of what a reference leads to.
 *
 * @param inline makes the type of the target, for targets that the file has no name for
 */
export function referenceType(
  context: Context,
  ref: string,
  inline: (target: Json | undefined, pointer: string) => TypeNode,
): TypeNode {
  const path = parsePointer(ref);
  const access = accessTo(context, path);
  if (access !== undefined) return access;
  const pointer = toPointer(path);
  // A target that refers to itself by a pointer into itself has no name to refer to.
  if (context.open.has(pointer)) return keyword("unknown");
  const target = valueAt(context.document, path);
  countInlined(context, target);
  context.open.add(pointer);
  const type = inline(target, pointer);
  context.open.delete(pointer);
  return type;
}

/** @throws RangeError where all that is made in place of references is too large */
export function countInlined({ inlined }: Context, target: Json | undefined): void {
  inlined.size += JSON.stringify(target ?? null).length;
  if (inlined.size > mostInlined) throw new RangeError("the document copies too much");
}

function accessTo({ document, options }: Context, path: readonly string[]): TypeNode | undefined {
  const [root, section = "", name = "", ...rest] = path;
  if (valueAt(document, path) === undefined) return undefined;
  if (root === "paths" && path.length === 2 && !options.pathParamsAsTypes) return memberAt(named("paths"), section);
  if (root === "$defs" && path.length === 2) return memberAt(named("$defs"), section);
  if (root !== "components" || !sections.some((one) => one === section) || path.length < 3) return undefined;
  const component = valueAt(document, path.slice(0, 3));
  if (options.excludeDeprecated && toObject(component).deprecated) return undefined;
  const whole = memberAt(named("components"), section, name);
  if (rest.length === 0) return whole;
  return section === "schemas" ? accessWithin(component, whole, rest) : undefined;
}

/** Follows `properties` and `$defs` of plain objects, whose members their types have too. */
function accessWithin(schema: Json | undefined, type: TypeNode, path: readonly string[]): TypeNode | undefined {
  const [keyword, name, ...rest] = path;
  if (keyword === undefined) return type;
  if (!isPlainObject(schema) || name === undefined) return undefined;
  const inner = valueAt(schema, [keyword, name]);
  if (keyword === "$defs") return accessWithin(inner, memberAt(present(memberAt(type, "$defs")), name), rest);
  if (keyword !== "properties") return undefined;
  const isRequired = toList(toObject(schema).required).includes(name);
  const member = memberAt(type, name);
  return accessWithin(inner, isRequired ? member : present(member), rest);
}

const isPlainObject = (schema: Json | undefined): boolean =>
  isObject(schema) &&
  (schema.type === "object" || schema.type === undefined) &&
  schema.nullable !== true &&
  ["$ref", "allOf", "anyOf", "oneOf", "enum", "const"].every((name) => schema[name] === undefined);

/** Without the `undefined` that an optional member adds. */
const present = (type: TypeNode): TypeNode => named("Exclude", type, keyword("undefined"));
