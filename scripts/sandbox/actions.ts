/** What a resource operation does: list, get, create, update, replace, delete, move through states, or answer with an example. */
import type { Access } from "./access.ts";
import { Refusal, type Reply } from "./answers.ts";
import { bulk } from "./bulk.ts";
import { filterItems } from "./filters.ts";
import { isObject, type Json, readPointer, textOf, writePointer } from "./json.ts";
import { matchesOperation } from "./operation-pattern.ts";
import { replyWithPage } from "./paging.ts";
import { type Parameters, readParameters } from "./parameters.ts";
import type { Plan, Plans } from "./plan.ts";
import { readBody, type SandboxRequest } from "./request.ts";
import type { Problem } from "./schema-check.ts";
import type { Collection, StoredItem } from "./storage.ts";
import { replyWithSuccess } from "./success.ts";
import { fillTemplate, type Scope } from "./template.ts";
import { changeState } from "./transition.ts";
import { baseScope, type World } from "./world.ts";

export interface Resources {
  readonly plans: Plans;
  collection(path: string): Collection | undefined;
  /** Items that a write is being processed on. */
  readonly busy: Set<StoredItem>;
}

/** All that an action works with. */
export interface Action {
  readonly world: World;
  readonly request: SandboxRequest;
  readonly plan: Plan;
  readonly collection: Collection | undefined;
  readonly parameters: Parameters;
  /** The request body, null without one. */
  readonly body: Json;
  /** The item inside it. */
  readonly part: Json;
  readonly scope: Scope;
}

export async function answerResource(
  world: World,
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
  const parameters = readParameters(world, request, collection?.plan.data.lookup?.by);
  const { body, rowProblems } = checkedBody(world, request);
  const part = (collection && readPointer(body, collection.plan.in)) ?? body;
  const scope = { ...baseScope(world, request.id), path: parameters.path, query: parameters.query, body, part };
  const action: Action = { world, request, plan, collection, parameters, body, part, scope };

  checkRequired(action, resources);
  const target = collection && targets.has(plan.action) && !plan.data?.bulk ? findItem(action, collection) : undefined;
  if (target && collection?.plan.data.writeConflicts && plan.action !== "get") {
    if (resources.busy.has(target)) throw new Refusal("write-conflict", { message: "Write conflict detected" });
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

function checkRequired({ world, request, plan, scope }: Action, resources: Resources): void {
  const rule = plan.data?.requires;
  const key = rule && textOf(fillTemplate(rule.key, scope));
  const required = rule && resources.collection(rule.collection);
  if (required && !required.byKey(key ?? "", world.now())) throw notFound(request);
}

const targets: ReadonlySet<Plan["action"]> = new Set(["get", "update", "replace", "delete", "transition", "append"]);

function act(action: Action, access: Access, target: StoredItem | undefined, rowProblems: readonly Problem[]): Reply {
  const { world, request, plan, collection, scope, part } = action;
  const now = world.now();
  if (!collection) return replyWithSuccess(world, request, scope);
  switch (plan.action) {
    case "list":
      return list(action, collection, access);
    case "create": {
      const { unique } = collection.plan.data;
      if (unique.length > 0) collection.checkUnique(part, undefined, applies);
      return replyWith(collection.create(part, scope, now, undefined));
    }
    case "bulk":
      return bulk(action, collection, rowProblems);
    case "transition":
      return target ? replyWith(changeState(action, collection, target)) : bulk(action, collection, rowProblems);
    case "answer":
      return replyWithSuccess(world, request, scope);
  }
  if (!target) throw notFound(request);
  switch (plan.action) {
    case "get":
      return replyWith(target);
    case "update":
    case "replace":
      collection.checkUnique(part, target, applies);
      collection[plan.action](target, part, scope);
      return replyWith(target);
    case "delete":
      collection.remove(target);
      return replyWithSuccess(world, request, { ...scope, item: target.value });
    case "append": {
      const rule = plan.data?.append;
      const items = rule && readPointer(target.value, rule.to);
      const added =
        rule &&
        fillTemplate(rule.item, { ...scope, item: target.value, n: Array.isArray(items) ? items.length + 1 : 1 });
      if (rule && added !== undefined)
        target.value = writePointer(target.value, rule.to, [...(Array.isArray(items) ? items : []), added]);
      return replyWithSuccess(world, request, { ...scope, item: target.value, added });
    }
  }

  function applies(rule: { on?: string[] | undefined }): boolean {
    return rule.on === undefined || matchesOperation(request.operation, rule.on);
  }
  function replyWith(item: StoredItem): Reply {
    const at = collection?.plan.out ?? "";
    return replyWithSuccess(
      world,
      request,
      { ...scope, item: item.value },
      { at: fittingPlace(action, at), value: item.value },
    );
  }
}

/** One resource may be bare in one reply and wrapped in another: the operation's own example decides. */
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
  { world, request, plan, parameters, body, scope }: Action,
  collection: Collection,
  access: Access,
): Reply {
  const { narrowedBy } = collection.plan.data;
  let items = collection.all(world.now()).map(({ value }) => value);
  const owner = narrowedBy && access.tokens[narrowedBy.scheme]?.attributes[narrowedBy.attribute];
  if (narrowedBy && owner !== undefined)
    items = items.filter((item) => textOf(readPointer(item, narrowedBy.field)) === owner);
  items = filterItems(items, {
    query: parameters.query,
    body,
    filters: plan.data?.filters ?? {},
    paging: request.operation.pagination,
  });
  return replyWithPage(world, request, items, { query: parameters.query, body }, scope);
}

function findItem({ world, request, parameters, plan }: Action, collection: Collection): StoredItem {
  const now = world.now();
  const { lookup } = collection.plan.data;
  if (lookup && parameters.path[lookup.by] !== undefined)
    return findByLookup(parameters, collection, lookup, now, request);
  const names = [...request.operation.path.matchAll(/\{([^}]+)\}/gu)].map(([, name]) => name ?? "");
  const own =
    plan.collection === undefined ? [] : [...plan.collection.matchAll(/\{([^}]+)\}/gu)].map(([, name]) => name ?? "");
  const name = names.filter((one) => !own.includes(one))[0] ?? names.at(-1) ?? "";
  const item = collection.byKey(textOf(parameters.path[name]) ?? "", now);
  if (!item) throw notFound(request);
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
    throw new Refusal("lookup-invalid", {
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
  if (found.length > 1) throw new Refusal("ambiguous", { message: `Several items match ${by} ${value}`, field: by });
  return first;
}

const notFound = ({ path }: SandboxRequest): Refusal =>
  new Refusal("not-found", { message: `There is nothing at ${path}`, path });

/** Problems inside a bulk request's rows are the rows' own where the vendor reports per row. */
function checkedBody(world: World, request: SandboxRequest): { body: Json; rowProblems: readonly Problem[] } {
  const read = readBody(world, request);
  if (!read) {
    if (request.operation.body?.required)
      throw new Refusal("invalid-body", { message: "A body is required", path: "", keyword: "required" });
    return { body: null, rowProblems: [] };
  }
  const schema = request.operation.body?.content[read.declared]?.schema;
  const problems = schema ? world.check(schema, read.value, "request") : [];
  const rules = request.operation.bulk;
  const own = rules?.results ? problems.filter(({ path }) => path.startsWith(`${rules.rows}/`)) : [];
  const [problem] = problems.filter((one) => !own.includes(one));
  if (problem) throw new Refusal(problem.keyword === "maxItems" ? "too-many-rows" : "invalid-body", problem);
  const rows = rules && readPointer(read.value, rules.rows);
  if (rules?.maxRows !== undefined && Array.isArray(rows) && rows.length > rules.maxRows) {
    throw new Refusal("too-many-rows", {
      message: `At most ${rules.maxRows} rows`,
      path: rules.rows,
      keyword: "maxItems",
    });
  }
  return { body: read.value, rowProblems: own };
}
