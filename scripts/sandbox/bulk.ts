/** Many rows in one call: upserted, created or moved through states, each with a result of its own or all or nothing. */
import type { Action } from "./actions.ts";
import { Refusal, type Reply } from "./answers.ts";
import { type Json, readPointer, textOf, writePointer } from "./json.ts";
import { successExample } from "./plan.ts";
import type { Problem } from "./schema-check.ts";
import type { Collection, StoredItem } from "./storage.ts";
import { replyWithSuccess } from "./success.ts";
import { fillTemplate } from "./template.ts";
import { changeState } from "./transition.ts";

export function bulk(action: Action, collection: Collection, rowProblems: readonly Problem[]): Reply {
  const { world, request, plan, body, scope } = action;
  const rules = request.operation.bulk;
  const data = plan.data?.bulk;
  const pointer = plan.data?.transition?.ids ?? rules?.rows ?? "";
  const rows = readPointer(body, pointer);
  const list = Array.isArray(rows) ? rows : [];
  const failures = list.map((row, index) => problemOf(row, index));
  const first = failures.findIndex((failure) => failure !== undefined);
  const worst = failures[first];
  // Without a result for each row one failure fails the call, and nothing of it may stay.
  if (worst && data?.failure === undefined) {
    throw new Refusal(worst.situation, { message: worst.message, path: `${pointer}/${first}${worst.path}` });
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
    } else item = collection.create(row, inner, world.now());
    const done = {
      ...inner,
      item: item.value,
      action: existing ? "update" : "create",
      key: readPointer(item.value, collection.plan.key),
    };
    results.push(data?.success === undefined ? item.value : (fillTemplate(data.success, done) ?? null));
  }
  const place = rules?.results?.rows.split("#", 2)[1] ?? arrayPlace(successExample(request.operation, world.examples));
  const base = replyWithSuccess(world, request, { ...scope, results, total: results.length });
  const filled = base.body === undefined ? results : writePointer(base.body, place, results);
  const total = readPointer(filled, "/total") === undefined ? filled : writePointer(filled, "/total", results.length);
  return { ...base, body: total };

  function find(row: Json): StoredItem | undefined {
    const items = collection.all(world.now());
    if (plan.action === "transition")
      return items.find(({ value }) => textOf(readPointer(value, collection.plan.key)) === textOf(row));
    const match = data?.match ?? [];
    if (match.length === 0) return undefined;
    return items.find(({ value }) => match.every((field) => readPointer(value, field) === readPointer(row, field)));
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
    const existing = find(row);
    try {
      if (!existing) collection.checkUnique(row, undefined, () => true);
      for (const rule of collection.plan.data.unique) {
        const earlier = list
          .slice(0, index)
          .some((other) =>
            rule.fields.every(
              (field) =>
                readPointer(other, field) !== undefined && readPointer(other, field) === readPointer(row, field),
            ),
          );
        if (earlier)
          throw new Refusal("duplicate", {
            message: `Duplicate ${rule.fields.at(-1)?.slice(1) ?? ""} in this request`,
          });
      }
    } catch (error) {
      if (error instanceof Refusal)
        return { message: error.problem.message, path: error.problem.path ?? "", situation: "duplicate" };
      throw error;
    }
    return undefined;
  }
}

function arrayPlace(example: Json | undefined): string {
  return ["", "/data", "/items", "/results"].find((pointer) => Array.isArray(readPointer(example, pointer))) ?? "";
}
