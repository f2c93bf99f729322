/** The type of an array: a list, or a tuple where the document counts the items or describes each. */
import type { Context } from "./context.ts";
import { keyword, type TypeNode, union } from "./type-node.ts";
import { isObject, type Json, type JsonObject } from "../util/json.ts";

/** Longer tuples cost compilers more than they tell. */
const mostItems = 30;

export function arrayType({ options }: Context, schema: JsonObject, express: (item: Json) => TypeNode): TypeNode {
  const { prefixItems, items } = schema;
  const prefix = prefixItems ?? (Array.isArray(items) ? items : undefined);
  const item = isObject(items) ? express(items) : keyword("unknown");
  const type: TypeNode = Array.isArray(prefix)
    ? { kind: "tuple", items: prefix.map(express) }
    : ((options.arrayLength ? counted(schema, item) : undefined) ?? { kind: "array", item });
  return options.immutable ? { kind: "readonly", of: type } : type;
}

/** The tuples of the lengths that `minItems` and `maxItems` allow; undefined where they allow any, or too many. */
function counted({ minItems, maxItems }: JsonObject, item: TypeNode): TypeNode | undefined {
  const least = typeof minItems === "number" && minItems >= 0 ? minItems : 0;
  const most = typeof maxItems === "number" && maxItems >= least ? maxItems : undefined;
  if (least === 0 && most === undefined) return undefined;
  const tupleOf = (length: number): TypeNode[] => Array.from({ length }, () => item);
  const size = most === undefined ? least : (most * (most + 1) - least * (least - 1)) / 2;
  if (size >= mostItems) return undefined;
  if (most === undefined) return { kind: "tuple", items: tupleOf(least), rest: item };
  return union(
    Array.from({ length: most - least + 1 }, (_, more): TypeNode => ({ kind: "tuple", items: tupleOf(least + more) })),
  );
}
