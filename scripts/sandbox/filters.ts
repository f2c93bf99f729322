/** Which items of a list a request asks for: as the sandbox data names its filters, else a parameter called like an item's member. */
import type { OperationData } from "./data.ts";
import { isObject, type Json, type JsonObject, readPointer, textOf } from "./json.ts";

type Filters = OperationData["filters"];

export interface FilterRequest {
  readonly query: JsonObject;
  readonly body: Json;
  readonly filters: Filters;
  readonly paging: { readonly position?: string | undefined; readonly size?: string | undefined } | undefined;
}

export function filterItems(items: readonly Json[], { query, body, filters, paging }: FilterRequest): Json[] {
  let kept = [...items];
  for (const [source, { field, by }] of Object.entries(filters)) {
    const wanted = source.startsWith("#") ? readPointer(body, source.slice(1)) : query[source];
    if (wanted === undefined || wanted === null) continue;
    if (by === "order")
      kept.sort(
        (a, b) =>
          compare(readPointer(a, field), readPointer(b, field)) * (textOf(wanted)?.toLowerCase() === "desc" ? -1 : 1),
      );
    else kept = kept.filter((item) => passes(readPointer(item, field), wanted, by));
  }
  for (const [name, wanted] of Object.entries(query)) {
    if (filters[name] !== undefined || name === paging?.position || name === paging?.size || isObject(wanted)) continue;
    if (!kept.some((item) => isObject(item) && Object.hasOwn(item, name))) continue;
    kept = kept.filter((item) => passes(isObject(item) ? item[name] : undefined, wanted, "equals"));
  }
  return kept;
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
