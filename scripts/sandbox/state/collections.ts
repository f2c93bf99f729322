/** The items of one collection in memory: made from the seeds by a fixed variation, then created, changed and deleted by requests. */
import { sha256 } from "../../shared/sha256.ts";
import { SandboxError } from "../spec/error-replies.ts";
import type { CollectionData } from "../spec/sandbox-data.ts";
import { isObject, type Json } from "../../codegen/util/json.ts";
import { membersOf, merge, mergeAlike, readPointer, textOf, writePointer } from "../spec/json.ts";
import type { CollectionPlan } from "../spec/plan-operations.ts";
import { fillTemplate, type Scope } from "../spec/template.ts";

export interface StoredItem {
  readonly n: number;
  value: Json;
  /** A change that happens without a request, at a time. */
  later: { readonly at: number; readonly change: Json } | undefined;
}

export interface Collection {
  readonly plan: CollectionPlan;
  all(now: number): StoredItem[];
  byKey(key: string, now: number): StoredItem | undefined;
  /** Makes an item when it is first requested. */
  make(wanted: string): StoredItem;
  create(body: Json, scope: Scope, now: number): StoredItem;
  update(item: StoredItem, patch: Json, scope: Scope): void;
  replace(item: StoredItem, body: Json, scope: Scope): void;
  remove(item: StoredItem): void;
  /** Throws if another item has the same values in fields that must be unique. */
  checkUnique(
    body: Json,
    except: StoredItem | undefined,
    applies: (rule: CollectionData["unique"][number]) => boolean,
  ): void;
}

export function createCollection(plan: CollectionPlan): Collection {
  const { data, key } = plan;
  const seeds = plan.seeds;
  const highest = Math.max(
    0,
    ...seeds.map((seed) => readPointer(seed, key)).filter((value) => typeof value === "number"),
  );
  let next = 0;
  let items: StoredItem[] = [];
  const count = seeds.length === 0 ? 0 : data.count;
  while (next < count) {
    next += 1;
    items.push({ n: next, value: variation(next), later: undefined });
  }

  const settle = (item: StoredItem, now: number): StoredItem => {
    if (item.later && now >= item.later.at) {
      item.value = merge(item.value, item.later.change);
      item.later = undefined;
    }
    return item;
  };
  const withKey = (value: Json, n: number): Json => {
    const given = readPointer(value, key);
    return given === undefined || given === null || given === "" ? writePointer(value, key, keyFor(n)) : value;
  };

  return {
    plan,
    all(now) {
      const settled = items.map((item) => settle(item, now));
      return data.order === "newest-first" ? settled.sort(newestFirst) : settled;
    },
    byKey(wanted, now) {
      const found = items.find(({ value }) => textOf(readPointer(value, key)) === wanted);
      return found && settle(found, now);
    },
    make(wanted) {
      const made = { n: ++next, value: writePointer(structuredClone(seeds[0] ?? {}), key, wanted), later: undefined };
      const fresh = data.defaults === undefined ? made.value : merge(made.value, data.defaults);
      const item: StoredItem = { ...made, value: fresh };
      items.push(item);
      return item;
    },
    create(body, scope, now) {
      const n = ++next;
      const inner = { ...scope, n, number: String(n).padStart(4, "0"), key: keyFor(n), body };
      let value =
        data.defaults === undefined
          ? mergeAlike(withoutKey(seeds[0] ?? {}), body)
          : merge(fillTemplate(data.defaults, inner), body);
      if (data.sets !== undefined) value = merge(value, fillTemplate(data.sets, { ...inner, item: value }) ?? {});
      value = withKey(value, n);
      const item: StoredItem = { n, value, later: undefined };
      const change = data.changes.find(({ when }) =>
        Object.entries(when).every(([field, one]) => holds(readPointer(value, field), one)),
      );
      if (change?.set !== undefined)
        item.value = merge(value, fillTemplate(change.set, { ...inner, item: value }) ?? {});
      if (change?.later !== undefined) {
        item.later = {
          at: now + (change.afterSeconds ?? 0) * 1000,
          change: fillTemplate(change.later, { ...inner, item: item.value }) ?? {},
        };
      }
      items.push(item);
      return item;
    },
    update(item, patch, scope) {
      item.value = data.defaults === undefined ? mergeAlike(item.value, patch) : merge(item.value, patch);
      touch(item, scope);
    },
    replace(item, body, scope) {
      const kept = readPointer(item.value, key) ?? null;
      item.value = writePointer(merge(undefined, body), key, kept);
      touch(item, scope);
    },
    remove(item) {
      items = items.filter((other) => other !== item);
    },
    checkUnique(body, except, applies) {
      for (const rule of data.unique.filter(applies)) {
        const wanted = rule.fields.map((field) => readPointer(body, field));
        if (wanted.some((value) => value === undefined || value === null)) continue;
        const same = items.some(
          (item) =>
            item !== except && rule.fields.every((field, index) => readPointer(item.value, field) === wanted[index]),
        );
        if (!same) continue;
        const field = rule.fields.at(-1)?.split("/").at(-1) ?? "";
        throw new SandboxError("duplicate", { message: `Duplicate ${field}`, path: rule.fields.at(-1) ?? "", field });
      }
    },
  };

  /** Compares numeric keys, if items have them, else the order of creation. */
  function newestFirst(a: StoredItem, b: StoredItem): number {
    const [one, other] = [readPointer(a.value, key), readPointer(b.value, key)];
    return typeof one === "number" && typeof other === "number" ? other - one : b.n - a.n;
  }

  function touch(item: StoredItem, scope: Scope): void {
    if (data.onUpdate !== undefined)
      item.value = merge(item.value, fillTemplate(data.onUpdate, { ...scope, item: item.value }) ?? {});
  }

  function withoutKey(value: Json): Json {
    const copy = structuredClone(value);
    const name = key.slice(1);
    if (isObject(copy)) delete copy[name];
    return copy;
  }

  /** The examples first, unchanged, so that the items that the document names exist; then each again, made distinct by its number. */
  function variation(n: number): Json {
    const seed = structuredClone(seeds[(n - 1) % seeds.length] ?? {});
    if (n <= seeds.length) return seed;
    let value = writePointer(makeDistinct(seed, n, 0), key, keyFor(n));
    for (const [field, template] of Object.entries(data.vary)) {
      const filled = fillTemplate(template, { n, item: seed, number: String(n).padStart(4, "0") });
      if (filled !== undefined) value = writePointer(value, field, filled);
    }
    return value;
  }

  function keyFor(n: number): Json {
    const example = seeds.map((seed) => readPointer(seed, key)).find((value) => value !== undefined);
    if (typeof example === "number") return n <= seeds.length ? n : highest + n - seeds.length;
    if (typeof example === "string" && /^\d+$/u.test(example)) return String(Number(example) + n);
    if (example === undefined || isUuid(example)) return uuidFrom(`${plan.path} ${n}`);
    return `${textOf(example) ?? "item"}-${n}`;
  }
}

const nameLike = new Set([
  "sku",
  "code",
  "slug",
  "name",
  "title",
  "email",
  "external_ref",
  "client_reference",
  "sourceId",
]);

function makeDistinct(value: Json, n: number, depth: number): Json {
  if (!isObject(value) || depth > 1) return value;
  for (const [name, part] of membersOf(value)) {
    if (typeof part === "string" && nameLike.has(name)) {
      value[name] =
        name === "email"
          ? part.replace("@", `+${n}@`)
          : name === "name" || name === "title"
            ? `${part} ${n}`
            : `${part}-${n}`;
    } else value[name] = makeDistinct(part, n, depth + 1);
  }
  return value;
}

const isUuid = (value: Json): boolean => typeof value === "string" && /^[0-9a-f]{8}-[0-9a-f]{4}-/iu.test(value);

/** Makes the same UUID from the same text (RFC 9562 §5.8, version 8). */
function uuidFrom(text: string): string {
  const hex = sha256(text, "hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

type Condition = CollectionData["changes"][number]["when"][string];

function holds(value: Json | undefined, condition: Condition): boolean {
  if (condition.equals !== undefined && value !== condition.equals) return false;
  if (condition.above !== undefined && !(typeof value === "number" && value > condition.above)) return false;
  return condition.pattern === undefined || new RegExp(condition.pattern, "u").test(textOf(value) ?? "");
}
