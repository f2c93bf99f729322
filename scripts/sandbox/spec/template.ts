/**
 * Templates of the sandbox data: JSON whose strings may be expressions. `"$page.total"` becomes the value, keeping its
 * type; `"about {$page.total} items"` becomes text; `"$item#/a/b"` points into a value; `{ $times: "$n", $of: … }` makes a list.
 * A member whose expression has no value is left out.
 */
import { isObject, type Json, type JsonObject, setMember } from "../../codegen/util/json.ts";
import { membersOf, readPointer, textOf } from "./json.ts";

/** Values that expressions can name. */
export interface Scope {
  readonly [name: string]: Json | undefined;
}

export function fillTemplate(template: Json, scope: Scope): Json | undefined {
  if (typeof template === "string") return fillText(template, scope);
  if (Array.isArray(template)) {
    return template.map((part) => fillTemplate(part, scope)).filter((part) => part !== undefined);
  }
  if (!isObject(template)) return template;
  if (template.$times !== undefined && template.$of !== undefined) {
    const of = template.$of;
    const times = Number(fillTemplate(template.$times, scope) ?? 0);
    return Array.from({ length: times }, (_, index) => fillTemplate(of, { ...scope, index: index + 1 }) ?? null);
  }
  const filled: JsonObject = {};
  for (const [key, part] of membersOf(template)) {
    const value = fillTemplate(part, scope);
    if (value !== undefined) setMember(filled, key, value);
  }
  return filled;
}

export function fillText(text: string, scope: Scope): Json | undefined {
  if (text.startsWith("$")) return evaluate(text, scope);
  return text.replaceAll(/\{(\$[^}]+)\}/gu, (_, expression: string) => textOf(evaluate(expression, scope)) ?? "");
}

function evaluate(expression: string, scope: Scope): Json | undefined {
  const [path = "", pointer] = expression.slice(1).split("#", 2);
  const [first = "", ...rest] = path.split(".");
  let value: Json | undefined = Object.hasOwn(scope, first) ? scope[first] : undefined;
  for (const key of rest) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return pointer === undefined ? value : readPointer(value, pointer);
}
