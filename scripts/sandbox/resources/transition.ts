/** A simple state machine: a verb moves an item from one of its `from` states to the `to` state. */
import type { Action } from "./action.ts";
import { SandboxError } from "../spec/error-replies.ts";
import { readPointer, textOf, writePointer } from "../spec/json.ts";
import type { Collection, StoredItem } from "../state/collections.ts";
import { fillTemplate } from "../spec/template.ts";

export function changeState({ plan, body, scope }: Action, collection: Collection, item: StoredItem): StoredItem {
  const rule = plan.data?.transition;
  if (!rule) return item;
  const name = textOf(readPointer(body, rule.verb)) ?? "";
  const verb = rule.verbs[name];
  const state = textOf(readPointer(item.value, rule.field)) ?? "";
  if (!verb?.from.includes(state)) {
    throw new SandboxError("transition-refused", {
      message: `Cannot ${name} what is ${state}`,
      path: rule.verb,
      field: name,
    });
  }
  item.value = writePointer(structuredClone(item.value), rule.field, verb.to);
  const set = verb.set === undefined ? undefined : fillTemplate(verb.set, { ...scope, item: item.value });
  collection.update(item, set ?? {}, scope);
  return item;
}
