/** Replies with one page of a list and the page's details that `x-latchkey-pagination` and the sandbox data's `pages` name. */
import { fillHeaders, SandboxError, type Reply } from "../spec/error-replies.ts";
import { createMap, type Json, type JsonObject } from "../../codegen/util/json.ts";
import { merge, readPointer, textOf, writePointer } from "../spec/json.ts";
import { matchesOperation } from "../spec/operation-pattern.ts";
import { itemsPointer, successExample } from "../spec/plan-operations.ts";
import { isJsonType, type SandboxRequest } from "../http/request.ts";
import { fillTemplate, type Scope } from "../spec/template.ts";
import { layersOf, type SandboxState } from "../state/sandbox-state.ts";

type Pagination = NonNullable<SandboxRequest["operation"]["pagination"]>;

export function replyWithPage(
  sandbox: SandboxState,
  request: SandboxRequest,
  items: readonly Json[],
  given: { query: JsonObject; body: Json },
  scope: Scope,
): Reply {
  const { operation } = request;
  const { pagination } = operation;
  const source = pagination?.in === "body" ? given.body : given.query;
  const read = (name: string | undefined): Json | undefined =>
    name === undefined ? undefined : (readPointer(source, `/${name}`) ?? fromBrackets(source, name));
  const rules = layersOf(sandbox, "pages").filter(
    (rule) => !rule.operations || matchesOperation(operation, rule.operations),
  );
  const maxSize = pagination?.maxSize ?? rules.find((rule) => rule.maxSize !== undefined)?.maxSize;
  const size = pagination ? readSize(pagination, read(pagination.size), maxSize, request) : Math.max(items.length, 1);
  const offset = pagination ? readOffset(pagination, read(pagination.position), size) : 0;

  const shown = items.slice(offset, offset + size);
  const total = items.length;
  const pages = Math.ceil(total / size);
  const hasMore = offset + size < total;
  const at = (position: number): string | undefined =>
    position < 0 || position >= Math.max(total, 1) ? undefined : toUrl(position);
  const last = Math.max(0, (pages - 1) * size);
  const page = {
    number: Math.floor(offset / size) + 1,
    size,
    offset,
    total,
    pages,
    hasMore,
    count: shown.length,
    start: shown.length === 0 ? 0 : offset + 1,
    end: offset + shown.length,
    current: toUrl(offset),
    first: toUrl(0),
    last: toUrl(last),
    ...defined("next", at(offset + size)),
    ...defined("previous", offset > 0 ? toUrl(Math.max(0, offset - size)) : undefined),
    ...defined("nextIfTwoFollow", at(offset + 2 * size) && at(offset + size)),
    ...defined("previousIfTwoPrecede", offset >= 2 * size ? toUrl(offset - size) : undefined),
    ...defined("lastUnlessThere", hasMore ? toUrl(last) : undefined),
  };
  const orNull = { nextOrNull: page.next ?? null, previousOrNull: page.previous ?? null };
  const inner = { ...scope, page: { ...page, ...orNull } };

  const [status = "200", response] = Object.entries(operation.responses).find(([code]) => code.startsWith("2")) ?? [];
  const contentType = Object.keys(response?.content ?? {}).find(isJsonType) ?? "application/json";
  let body: Json = successExample(operation, sandbox.examples) ?? [];
  body = writePointer(body, itemsPointer(operation, sandbox.examples) ?? "", [...shown]);
  let headers = createMap<string>();
  const put = (expression: string | undefined, value: Json | undefined): void => {
    if (expression === undefined || value === undefined) return;
    const header = /^\$response\.header\.(.+)$/u.exec(expression)?.[1];
    if (header === undefined) body = writePointer(body, expression.split("#", 2)[1] ?? "", value);
    else headers[header] = textOf(value) ?? "";
  };
  for (const rule of rules.reverse()) {
    // Members are replaced, not merged, so that a link that the rule leaves out is absent.
    if (rule.body !== undefined) body = replaceMembers(body, fillTemplate(rule.body, inner) ?? {});
    headers = createMap(Object.entries({ ...headers, ...fillHeaders(rule.headers, inner) }));
  }
  put(pagination?.total, total);
  put(pagination?.pages, pages);
  put(pagination?.hasMore, hasMore);
  if (pagination?.scheme === "cursor")
    put(pagination.next, hasMore ? toCursor(offset + size) : nothing(pagination.next));
  if (pagination?.scheme === "link") {
    if (/header\.link$/iu.test(pagination.next ?? "")) {
      if (page.next !== undefined) headers.link = `<${page.next}>; rel="next"`;
    } else put(pagination.next, page.next ?? nothing(pagination.next));
  }
  return { status: Number(status) || 200, headers, contentType, body };

  function toUrl(position: number): string {
    const url = new URL(request.url);
    const name = pagination?.position ?? "cursor";
    const value = pagination?.scheme === "page" ? Math.floor(position / size) + (pagination.first ?? 1) : position;
    url.searchParams.set(
      name,
      pagination?.scheme === "cursor" || pagination?.scheme === "link" ? toCursor(position) : String(value),
    );
    if (pagination?.size !== undefined) url.searchParams.set(pagination.size, String(size));
    return url.href;
  }

  /** The last page has null where the example has the next page, and nothing where the example has nothing. */
  function nothing(expression: string | undefined): Json | undefined {
    const pointer = expression?.split("#", 2)[1];
    return pointer !== undefined && readPointer(body, pointer) !== undefined ? null : undefined;
  }
}

function readSize(
  { size, defaultSize }: Pagination,
  value: Json | undefined,
  maxSize: number | undefined,
  request: SandboxRequest,
): number {
  const declared = request.operation.parameters.find(({ name }) => name === size)?.schema?.value;
  const standard = defaultSize ?? readPointer(declared, "/default");
  const wanted = value === undefined ? (typeof standard === "number" ? standard : 20) : Number(textOf(value));
  if (Number.isInteger(wanted) && wanted >= 1 && wanted <= (maxSize ?? Number.POSITIVE_INFINITY)) return wanted;
  const name = size ?? "size";
  throw new SandboxError("page-out-of-range", {
    message: `${name} must be between 1 and ${maxSize ?? "its maximum"}`,
    path: `/${name}`,
    field: name,
  });
}

function readOffset(
  { scheme, position, first, maxPosition }: Pagination,
  value: Json | undefined,
  size: number,
): number {
  const name = position ?? "cursor";
  const refuse = (message: string) =>
    new SandboxError("page-out-of-range", { message: `${name} ${message}`, path: `/${name}`, field: name });
  if (value === undefined || value === null || value === "") return 0;
  if (scheme === "cursor" || scheme === "link") {
    const offset = fromCursor(textOf(value) ?? "");
    if (offset === undefined) throw refuse("is not a cursor of this list");
    return offset;
  }
  const number = Number(textOf(value));
  const least = first ?? (scheme === "page" ? 1 : 0);
  if (!Number.isInteger(number) || number < least) throw refuse(`must be at least ${least}`);
  const offset = scheme === "page" ? (number - least) * size : number;
  if (maxPosition !== undefined && number > maxPosition) throw refuse(`must not be above ${maxPosition}`);
  return offset;
}

const toCursor = (offset: number): string => Buffer.from(`after:${offset}`).toString("base64url");

function fromCursor(text: string): number | undefined {
  const offset = /^after:(\d+)$/u.exec(Buffer.from(text, "base64url").toString("utf8"))?.[1];
  return offset === undefined ? undefined : Number(offset);
}

/** Reads `page[offset]` from a deepObject parameter `page`. */
function fromBrackets(source: Json, name: string): Json | undefined {
  const [, outer, inner] = /^([^[]+)\[([^\]]+)\]$/u.exec(name) ?? [];
  return outer === undefined ? undefined : readPointer(source, `/${outer}/${inner}`);
}

function replaceMembers(body: Json, patch: Json): Json {
  const cleared = structuredClone(body);
  if (typeof patch === "object" && patch !== null && !Array.isArray(patch)) {
    for (const name of Object.keys(patch)) {
      const part = patch[name];
      if (typeof part === "object" && part !== null) writePointer(cleared, `/${name}`, part);
    }
  }
  return merge(cleared, patch);
}

const defined = <Name extends string>(name: Name, value: string | undefined): Partial<Record<Name, string>> => {
  const one: Partial<Record<Name, string>> = {};
  if (value !== undefined) one[name] = value;
  return one;
};
