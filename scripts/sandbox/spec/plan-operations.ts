/**
 * Plans what each operation does and on which collection: by the sandbox data, else by the conventions of REST (a GET that returns a
 * list is a collection; POST on it creates; GET, PUT, PATCH and DELETE one segment below act on one item). Every other operation
 * replies with its example.
 */
import { type CollectionData, emptyCollection, type OperationData, type SandboxData } from "./sandbox-data.ts";
import type { SandboxDocument } from "./document.ts";
import type { DocumentOperation, Media } from "./document-operation.ts";
import type { Examples } from "./examples.ts";
import { isObject, type Json } from "../../codegen/util/json.ts";
import { readPointer } from "./json.ts";

export interface OperationPlan {
  readonly action: OperationData["action"];
  /** The path that names the collection. */
  readonly collection: string | undefined;
  readonly data: OperationData | undefined;
}

export interface CollectionPlan {
  readonly path: string;
  readonly data: CollectionData;
  readonly key: string;
  /** Pointer to the item in responses with one item. */
  readonly out: string;
  /** Pointer to the item in request bodies. */
  readonly in: string;
  readonly seeds: readonly Json[];
}

export interface Plans {
  readonly operations: ReadonlyMap<string, OperationPlan>;
  collection(path: string): CollectionPlan | undefined;
}

export function planOperations(document: SandboxDocument, data: SandboxData, examples: Examples): Plans {
  for (const id of Object.keys(data.operations)) {
    if (!document.operations.some((operation) => operation.id === id)) {
      throw new Error(
        `${document.file}: the sandbox data names the operation "${id}", which the document lacks; fix operations/${id}`,
      );
    }
  }
  const paths = new Set(Object.keys(data.collections));
  for (const operation of document.operations) {
    if (operation.method === "GET" && itemsPointer(operation, examples) !== undefined) paths.add(operation.path);
  }
  const operations = new Map<string, OperationPlan>();
  for (const operation of document.operations) {
    const own = data.operations[operation.id];
    operations.set(
      operation.id,
      own
        ? {
            action: own.action,
            collection: own.collection ?? customary(operation, paths, examples).collection,
            data: own,
          }
        : customary(operation, paths, examples),
    );
  }
  return {
    operations,
    collection: (path) =>
      paths.has(path) ? planCollection(path, data.collections[path] ?? emptyCollection) : undefined,
  };

  function planCollection(path: string, own: CollectionData): CollectionPlan {
    const using = document.operations.filter(({ id }) => operations.get(id)?.collection === path);
    const acting = (...actions: OperationPlan["action"][]) =>
      using.filter(({ id }) => actions.some((action) => operations.get(id)?.action === action));
    const from = own.from === undefined ? acting("list")[0] : document.operations.find(({ id }) => id === own.from);
    const list = from && successExample(from, examples);
    const items = from && list !== undefined ? readPointer(list, itemsPointer(from, examples) ?? "") : undefined;
    const single = acting("get", "create", "update", "replace")
      .map((operation) => successExample(operation, examples))
      .find((example) => example !== undefined);
    const listed = Array.isArray(items) ? items : [];
    const key = own.key ?? keyOf(listed[0] ?? single);
    const out = own.out ?? wrapperOf(single, key);
    const request = acting("create", "update", "replace").map((operation) =>
      examples.first(Object.values(operation.body?.content ?? {})[0]),
    )[0];
    const inside = own.in ?? (out !== "" && isObject(readPointer(request, out)) ? out : "");
    const one = readPointer(single, out);
    const seeds = own.items ?? (listed.length > 0 ? listed : one === undefined ? [] : [one]);
    return { path, data: own, key, out, in: inside, seeds };
  }
}

/** The pointer to the items in a list's response, undefined if the response is no list. */
export function itemsPointer(operation: DocumentOperation, examples: Examples): string | undefined {
  if (operation.pagination) return operation.pagination.items.split("#", 2)[1] ?? "";
  const example = examples.first(successMedia(operation));
  if (Array.isArray(example)) return "";
  return ["/data", "/items", "/results", "/value", "/records"].find((pointer) =>
    Array.isArray(readPointer(example, pointer)),
  );
}

/** The example of the operation's success response that fits its schema. */
export function successExample(operation: DocumentOperation, examples: Examples): Json | undefined {
  return examples.fitting(successMedia(operation));
}

function successMedia(operation: DocumentOperation): Media | undefined {
  const response = Object.entries(operation.responses).find(([status]) => status.startsWith("2"))?.[1];
  return Object.values(response?.content ?? {})[0];
}

function customary(operation: DocumentOperation, paths: ReadonlySet<string>, examples: Examples): OperationPlan {
  const { method, path } = operation;
  const parent = /^(.*)\/\{[^/]+\}$/u.exec(path)?.[1];
  const plan = (action: OperationPlan["action"], collection: string | undefined): OperationPlan => ({
    action,
    collection,
    data: undefined,
  });
  if (method === "GET" && paths.has(path) && itemsPointer(operation, examples) !== undefined) return plan("list", path);
  if (method === "POST" && paths.has(path))
    return itemsPointer(operation, examples) === undefined ? plan("create", path) : plan("answer", undefined);
  if (parent !== undefined && paths.has(parent)) {
    if (method === "GET") return plan("get", parent);
    if (method === "PUT" || method === "PATCH") return plan("update", parent);
    if (method === "DELETE") return plan("delete", parent);
  }
  return plan("answer", undefined);
}

function keyOf(item: Json | undefined): string {
  if (!isObject(item)) return "/id";
  const name = ["id", "uuid", "key", "code", "slug", "name"].find((known) => item[known] !== undefined);
  return `/${name ?? Object.keys(item)[0] ?? "id"}`;
}

function wrapperOf(example: Json | undefined, key: string): string {
  if (!isObject(example) || readPointer(example, key) !== undefined) return "";
  const inside = Object.keys(example).find((name) => readPointer(example[name], key) !== undefined);
  return inside === undefined ? "" : `/${inside}`;
}
