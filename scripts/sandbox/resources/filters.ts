/** Filters a list by the request: with the filters of the sandbox data, and by parameters that have the name of an item's member. */
import type { OperationData } from "../spec/sandbox-data.ts";
import { isObject, type Json, type JsonObject, memberOf } from "../../codegen/util/json.ts";
import { membersOf, readPointer, textOf } from "../spec/json.ts";

type Filters = OperationData["filters"];

export interface FilterRequest {
  readonly query: JsonObject;
  readonly body: Json;
  readonly filters: Filters;
  readonly paging: { readonly position?: string | undefined; readonly size?: string | undefined } | undefined;
}

export function filterItems(items: readonly Json[], { query, body, filters, paging }: FilterRequest): Json[] {
  let kept = [...items];
  for (const [source, filter] of Object.entries(filters)) {
    const wanted = source.startsWith("#") ? readPointer(body, source.slice(1)) : query[source];
    if (wanted === undefined || wanted === null) continue;
    if ("fields" in filter) {
      kept = apply(kept, filter, textOf(wanted) ?? "");
      continue;
    }
    const { field, by } = filter;
    if (by === "order")
      kept.sort(
        (a, b) =>
          compare(readPointer(a, field), readPointer(b, field)) * (textOf(wanted)?.toLowerCase() === "desc" ? -1 : 1),
      );
    else kept = kept.filter((item) => passes(readPointer(item, field), wanted, by));
  }
  for (const [name, wanted] of membersOf(query)) {
    if (filters[name] !== undefined || name === paging?.position || name === paging?.size || isObject(wanted)) continue;
    if (!kept.some((item) => isObject(item) && Object.hasOwn(item, name))) continue;
    kept = kept.filter((item) => passes(isObject(item) ? memberOf(item, name) : undefined, wanted, "equals"));
  }
  return kept;
}

/** Applies conditions in one parameter, or sorts by a field. Fields that the sandbox data does not name are ignored. */
function apply(items: Json[], { by, fields }: Extract<Filters[string], { fields: unknown }>, text: string): Json[] {
  if (by === "sort") {
    const field = fields[text.replace(/^-/u, "")];
    if (field === undefined) return items;
    const sign = text.startsWith("-") ? -1 : 1;
    return items.toSorted((a, b) => compare(readPointer(a, field), readPointer(b, field)) * sign);
  }
  const conditions = [...text.matchAll(/(\w+)\(([\w.]+),([^()]*)\)/gu)];
  return items.filter((item) =>
    conditions.every(([, operator = "", name = "", wanted = ""]) => {
      const field = fields[name];
      return field === undefined || holds(operator, readPointer(item, field), wanted);
    }),
  );
}

function holds(operator: string, value: Json | undefined, wanted: string): boolean {
  switch (operator) {
    case "gt":
      return compare(value, wanted) > 0;
    case "ge":
      return compare(value, wanted) >= 0;
    case "lt":
      return compare(value, wanted) < 0;
    case "le":
      return compare(value, wanted) <= 0;
    case "in":
      return wanted.split(",").includes(textOf(value) ?? "");
    case "like":
      return passes(value, wanted.replaceAll("*", ""), "contains");
    default:
      return textOf(value) === wanted;
  }
}

function passes(value: Json | undefined, wanted: Json, by: Filters[string]["by"]): boolean {
  const text = textOf(value) ?? (value === null || value === undefined ? "" : JSON.stringify(value));
  const list = Array.isArray(wanted) ? wanted : [wanted];
  if (by === "in" && list.length === 0) return true;
  const asked = textOf(list[0])?.toLowerCase() ?? "";
  switch (by) {
    case "contains":
      return text.toLowerCase().includes(asked);
    case "starts":
      return text.toLowerCase().startsWith(asked);
    case "ends":
      return text.toLowerCase().endsWith(asked);
    case "min":
      return compare(value, list[0]) >= 0;
    case "max":
      return compare(value, list[0]) <= 0;
    default:
      return list.some((one) => (textOf(one) ?? "") === text);
  }
}

function compare(a: Json | undefined, b: Json | undefined): number {
  if (typeof a === "number" && Number.isFinite(Number(b))) return a - Number(b);
  const [one, other] = [textOf(a) ?? "", textOf(b) ?? ""];
  return one < other ? -1 : one > other ? 1 : 0;
}
