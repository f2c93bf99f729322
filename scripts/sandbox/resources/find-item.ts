/** Finds the item that a request's path names, if the request's tokens may see it. */
import type { Access } from "../auth/access.ts";
import type { Action, Resources } from "./action.ts";
import { SandboxError } from "../spec/error-replies.ts";
import type { Json } from "../../codegen/util/json.ts";
import { readPointer, textOf } from "../spec/json.ts";
import type { Parameters } from "../http/parameters.ts";
import type { SandboxRequest } from "../http/request.ts";
import type { Collection, StoredItem } from "../state/collections.ts";
import { fillTemplate } from "../spec/template.ts";

export function findItem(action: Action, collection: Collection, access: Access): StoredItem {
  const { sandbox, request, parameters, plan } = action;
  const now = sandbox.now();
  const { lookup } = collection.plan.data;
  if (lookup && parameters.path[lookup.by] !== undefined)
    return findByLookup(parameters, collection, lookup, now, request);
  const names = [...request.operation.path.matchAll(/\{([^}]+)\}/gu)].map(([, name]) => name ?? "");
  const own =
    plan.collection === undefined ? [] : [...plan.collection.matchAll(/\{([^}]+)\}/gu)].map(([, name]) => name ?? "");
  const name = names.filter((one) => !own.includes(one))[0] ?? names.at(-1) ?? "";
  const key = textOf(parameters.path[name]) ?? "";
  const item = collection.byKey(key, now) ?? (collection.plan.data.madeOnFirstUse ? collection.make(key) : undefined);
  if (!item || !isVisible(item.value, collection, access)) throw notFound(request);
  return item;
}

type Lookup = NonNullable<Collection["plan"]["data"]["lookup"]>;

function findByLookup(
  { path, query }: Parameters,
  collection: Collection,
  lookup: Lookup,
  now: number,
  request: SandboxRequest,
): StoredItem {
  const by = textOf(path[lookup.by]) ?? "";
  const fields = lookup.fields[by];
  if (!fields)
    throw new SandboxError("lookup-invalid", {
      message: `Lookup key ${by} is not valid for this resource`,
      field: lookup.by,
    });
  const value = textOf(path[lookup.value]);
  const found = collection
    .all(now)
    .filter(
      (item) =>
        fields.some((field) => textOf(readPointer(item.value, field)) === value) &&
        Object.entries(lookup.also).every(
          ([name, field]) => query[name] === undefined || readPointer(item.value, field) === query[name],
        ),
    );
  const [first] = found;
  if (!first) throw notFound(request);
  if (found.length > 1)
    throw new SandboxError("ambiguous", { message: `Several items match ${by} ${value}`, field: by });
  return first;
}

export const notFound = ({ path }: SandboxRequest): SandboxError =>
  new SandboxError("not-found", { message: `There is nothing at ${path}`, path });

/** Whether the tokens may see an item: a second party's token sees only items with its attribute. */
export function isVisible(item: Json, collection: Collection, access: Access): boolean {
  return collection.plan.data.narrowedBy.every(({ scheme, attribute, field }) => {
    const token = access.tokens[scheme];
    return token === undefined || textOf(readPointer(item, field)) === token.attributes[attribute];
  });
}

/** Throws if the item of another collection that the operation requires does not exist. */
export function checkRequired({ sandbox, request, plan, scope }: Action, resources: Resources): void {
  const rule = plan.data?.requires;
  const key = rule && textOf(fillTemplate(rule.key, scope));
  const required = rule && resources.collection(rule.collection);
  if (required && !required.byKey(key ?? "", sandbox.now())) throw notFound(request);
}
