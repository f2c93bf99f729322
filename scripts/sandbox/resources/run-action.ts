/** Runs a resource operation: list, get, create, update, replace, delete, change a state, or reply with an example. */
import { randomUUID } from "node:crypto";
import type { Access } from "../auth/access.ts";
import type { Action, Resources } from "./action.ts";
import { SandboxError, type Reply } from "../spec/error-replies.ts";
import { bulk } from "./bulk.ts";
import { readCheckedBody } from "../http/request-body.ts";
import { filterItems } from "./filters.ts";
import { checkRequired, findItem, isVisible, notFound } from "./find-item.ts";
import { createMap, isObject, type Json } from "../../codegen/util/json.ts";
import { readPointer, textOf, writePointer } from "../spec/json.ts";
import { matchesOperation } from "../spec/operation-pattern.ts";
import { replyWithPage } from "./paging.ts";
import { readParameters } from "../http/parameters.ts";
import type { OperationPlan } from "../spec/plan-operations.ts";
import type { SandboxRequest } from "../http/request.ts";
import type { Problem } from "../spec/schema-check.ts";
import type { Collection, StoredItem } from "../state/collections.ts";
import { replyWithSuccess } from "../http/success-reply.ts";
import { fillTemplate } from "../spec/template.ts";
import { changeState } from "./transition.ts";
import { baseScope, type SandboxState } from "../state/sandbox-state.ts";

export async function runAction(
  sandbox: SandboxState,
  resources: Resources,
  request: SandboxRequest,
  access: Access,
  pause: () => Promise<void>,
): Promise<Reply> {
  const plan = resources.plans.operations.get(request.operation.id) ?? {
    action: "answer",
    collection: undefined,
    data: undefined,
  };
  const collection = plan.collection === undefined ? undefined : resources.collection(plan.collection);
  const parameters = readParameters(sandbox, request, collection?.plan.data.lookup?.by);
  const { body, rowProblems } = readCheckedBody(sandbox, request);
  const part = (collection && readPointer(body, collection.plan.in)) ?? body ?? {};
  const scope = { ...baseScope(sandbox, request.id), path: parameters.path, query: parameters.query, body, part };
  const action: Action = { sandbox, request, plan, collection, parameters, body, part, scope };

  checkRequired(action, resources);
  const target =
    collection && targets.has(plan.action) && !plan.data?.bulk ? findItem(action, collection, access) : undefined;
  if (target && collection?.plan.data.writeConflicts && plan.action !== "get") {
    if (resources.busy.has(target)) throw new SandboxError("write-conflict", { message: "Write conflict detected" });
    resources.busy.add(target);
    try {
      await pause();
      return act(action, access, target, rowProblems);
    } finally {
      resources.busy.delete(target);
    }
  }
  await pause();
  return act(action, access, target, rowProblems);
}

const targets: ReadonlySet<OperationPlan["action"]> = new Set([
  "get",
  "update",
  "replace",
  "delete",
  "transition",
  "append",
]);

function act(action: Action, access: Access, target: StoredItem | undefined, rowProblems: readonly Problem[]): Reply {
  const { sandbox, request, plan, collection, scope, part } = action;
  const now = sandbox.now();
  if (!collection) return replyWithSuccess(sandbox, request, scope);
  switch (plan.action) {
    case "list":
      return list(action, collection, access);
    case "create": {
      const { unique } = collection.plan.data;
      if (unique.length > 0) collection.checkUnique(part, undefined, applies);
      return replyWith(collection.create(part, scope, now));
    }
    case "bulk":
      return bulk(action, collection, rowProblems);
    case "transition":
      return target ? replyWith(changeState(action, collection, target)) : bulk(action, collection, rowProblems);
    case "answer":
      return replyWithSuccess(sandbox, request, scope);
  }
  if (!target) throw notFound(request);
  switch (plan.action) {
    case "get":
      return replyWith(target);
    case "update":
    case "replace":
      checkSameKey(action, collection, target);
      collection.checkUnique(part, target, applies);
      collection[plan.action](target, part, scope);
      return replyWith(target);
    case "delete":
      collection.remove(target);
      return replyWithSuccess(sandbox, request, { ...scope, item: target.value });
    case "append":
      return append(action, target);
  }

  function applies(rule: { on?: string[] | undefined }): boolean {
    return rule.on === undefined || matchesOperation(request.operation, rule.on);
  }
  function replyWith(item: StoredItem): Reply {
    const at = collection?.plan.out ?? "";
    return replyWithSuccess(
      sandbox,
      request,
      { ...scope, item: item.value },
      { at: fittingPlace(action, at), value: item.value },
    );
  }
}

/** Throws if a body that changes an item has another key than the path. */
function checkSameKey({ part }: Action, { plan: { key } }: Collection, target: StoredItem): void {
  const sent = textOf(readPointer(part, key));
  if (sent === undefined || sent === textOf(readPointer(target.value, key))) return;
  const field = key.slice(1);
  throw new SandboxError("invalid-body", { message: `${field} must be the one in the path`, path: key, field });
}

function append({ sandbox, request, plan, part, scope }: Action, target: StoredItem): Reply {
  const rule = plan.data?.append;
  if (!rule) return replyWithSuccess(sandbox, request, scope);
  const shown: Json[] = [];
  for (const one of Array.isArray(part) ? part : [part]) {
    const inner = { ...scope, part: one, item: target.value, uuid: randomUUID() };
    const items = readPointer(target.value, rule.to);
    const added = fillTemplate(rule.item, inner) ?? null;
    target.value = writePointer(target.value, rule.to, [...(Array.isArray(items) ? items : []), added]);
    shown.push(fillTemplate(rule.show, { ...inner, added }) ?? null);
  }
  return replyWithSuccess(sandbox, request, { ...scope, item: target.value, shown });
}

/** The place of the item in the response: the operation's example shows whether the item is wrapped. */
function fittingPlace({ request, collection }: Action, at: string): string {
  const key = collection?.plan.key ?? "/id";
  const response = Object.entries(request.operation.responses).find(([status]) => status.startsWith("2"))?.[1];
  const example = Object.values(Object.values(response?.content ?? {})[0]?.examples ?? {})[0];
  if (example === undefined || readPointer(example, `${at}${key}`) !== undefined) return at;
  if (readPointer(example, key) !== undefined) return "";
  const inside = isObject(example)
    ? Object.keys(example).find((name) => readPointer(example[name], key) !== undefined)
    : undefined;
  return inside === undefined ? at : `/${inside}`;
}

function list(
  { sandbox, request, plan, parameters, body, scope }: Action,
  collection: Collection,
  access: Access,
): Reply {
  const seen = collection.all(sandbox.now()).filter(({ value }) => isVisible(value, collection, access));
  const items = filterItems(
    seen.map(({ value }) => value),
    {
      query: parameters.query,
      body,
      filters: plan.data?.filters ?? createMap(),
      paging: request.operation.pagination,
    },
  );
  return replyWithPage(sandbox, request, items, { query: parameters.query, body }, scope);
}
