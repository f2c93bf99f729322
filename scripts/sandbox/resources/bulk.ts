/** Bulk writes: rows that are created, upserted or moved to another state; each row has its own result, or one failure fails the call. */
import type { Action } from "./action.ts";
import { SandboxError, type Reply } from "../spec/error-replies.ts";
import type { Json } from "../../codegen/util/json.ts";
import { readPointer, textOf, writePointer } from "../spec/json.ts";
import { successExample } from "../spec/plan-operations.ts";
import type { Problem } from "../spec/schema-check.ts";
import type { Collection, StoredItem } from "../state/collections.ts";
import { replyWithSuccess } from "../http/success-reply.ts";
import { fillTemplate } from "../spec/template.ts";
import { changeState } from "./transition.ts";

export function bulk(action: Action, collection: Collection, rowProblems: readonly Problem[]): Reply {
  const { sandbox, request, plan, body, scope } = action;
  const rules = request.operation.bulk;
  const data = plan.data?.bulk;
  const pointer = plan.data?.transition?.ids ?? rules?.rows ?? "";
  const rows = readPointer(body, pointer);
  const list = Array.isArray(rows) ? rows : [];
  // Maps keep this linear: there may be thousands of rows and thousands of items.
  const items = collection.all(sandbox.now());
  const match = data?.match ?? [];
  const stored = new Map(match.length > 0 ? items.map((item) => [keyOf(item.value, match), item]) : []);
  const uniques = collection.plan.data.unique.map((rule) => ({
    rule,
    known: new Set(items.map(({ value }) => keyOf(value, rule.fields))),
    earlier: new Set<string>(),
  }));
  const failures = list.map((row, index) => problemOf(row, index));
  const first = failures.findIndex((failure) => failure !== undefined);
  const worst = failures[first];
  // Without a result for each row, one failure fails the call before anything is written.
  if (worst && data?.failure === undefined) {
    throw new SandboxError(worst.situation, { message: worst.message, path: `${pointer}/${first}${worst.path}` });
  }
  const results: Json[] = [];
  for (const [index, row] of list.entries()) {
    const failure = failures[index];
    const inner = { ...scope, row, index: index + 1 };
    if (failure !== undefined) {
      results.push(fillTemplate(data?.failure ?? null, { ...inner, problem: { message: failure.message } }) ?? null);
      continue;
    }
    const existing = find(row);
    let item: StoredItem;
    if (plan.action === "transition" && existing) item = changeState(action, collection, existing);
    else if (existing) {
      collection.update(existing, row, scope);
      item = existing;
    } else {
      item = collection.create(row, inner, sandbox.now());
      if (match.length > 0) stored.set(keyOf(item.value, match), item);
    }
    const done = {
      ...inner,
      item: item.value,
      action: existing ? "update" : "create",
      key: readPointer(item.value, collection.plan.key),
    };
    results.push(data?.success === undefined ? item.value : (fillTemplate(data.success, done) ?? null));
  }
  const place =
    rules?.results?.rows.split("#", 2)[1] ?? arrayPlace(successExample(request.operation, sandbox.examples));
  const base = replyWithSuccess(sandbox, request, { ...scope, results, total: results.length });
  const filled = base.body === undefined ? results : writePointer(base.body, place, results);
  const total = readPointer(filled, "/total") === undefined ? filled : writePointer(filled, "/total", results.length);
  return { ...base, body: total };

  function find(row: Json): StoredItem | undefined {
    if (plan.action === "transition")
      return collection
        .all(sandbox.now())
        .find(({ value }) => textOf(readPointer(value, collection.plan.key)) === textOf(row));
    return stored.get(keyOf(row, data?.match ?? []));
  }

  function problemOf(
    row: Json,
    index: number,
  ): { message: string; path: string; situation: "invalid-body" | "duplicate" | "not-found" } | undefined {
    const found = rowProblems.find(
      ({ path }) => path.startsWith(`${pointer}/${index}/`) || path === `${pointer}/${index}`,
    );
    if (found)
      return {
        message: found.message.replace(/^\S*\d+\S* ?/u, "").trim() || found.message,
        path: "",
        situation: "invalid-body",
      };
    const unwanted = data?.failWhere.find(({ field, pattern }) =>
      new RegExp(pattern, "u").test(textOf(readPointer(row, field)) ?? ""),
    );
    if (unwanted) return { message: unwanted.message, path: unwanted.field, situation: "invalid-body" };
    if (plan.action === "transition")
      return find(row) ? undefined : { message: `There is no ${textOf(row)}`, path: "", situation: "not-found" };
    for (const { rule, known, earlier } of uniques) {
      if (rule.fields.some((field) => (readPointer(row, field) ?? null) === null)) continue;
      const key = keyOf(row, rule.fields);
      const field = rule.fields.at(-1)?.split("/").at(-1) ?? "";
      if (earlier.has(key)) return { message: `Duplicate ${field} in this request`, path: "", situation: "duplicate" };
      earlier.add(key);
      if (known.has(key) && !find(row))
        return { message: `Duplicate ${field}`, path: rule.fields.at(-1) ?? "", situation: "duplicate" };
    }
    return undefined;
  }
}

const keyOf = (value: Json, fields: readonly string[]): string =>
  JSON.stringify(fields.map((field) => readPointer(value, field) ?? null));

function arrayPlace(example: Json | undefined): string {
  return ["", "/data", "/items", "/results"].find((pointer) => Array.isArray(readPointer(example, pointer))) ?? "";
}
