/**
 * `sandbox.yaml`: a vendor's behaviour that its OpenAPI document does not describe. Everything is optional. Templates are JSON
 * whose strings may be expressions (see template.ts). Unknown members are errors.
 */
import { readFileSync } from "node:fs";
import { isNode, LineCounter, parseDocument } from "yaml";
import * as z from "zod";
import { createMap } from "../../codegen/util/json.ts";
import { toPointer } from "../../codegen/util/json-pointer.ts";
import { situations } from "./switches.ts";

const pointer = z.string().regex(/^(\/.*)?$/u, { error: "must be a JSON pointer: empty, or beginning with /" });
const phase = z.enum(["obtain", "refresh", "revoke", "resource"]);
const situation = z.enum(situations);
const operations = z.array(z.string()).describe('operationIds, or "METHOD /path/**" patterns');
const template = z.json();
/** Values by names that the user or the document gives. */
const mapOf = <Value extends z.ZodType>(value: Value) =>
  z.record(z.string(), value).transform((record) => createMap(Object.entries(record)));
const headers = mapOf(z.string());

/** The vendor's error response for a situation. The first that fits is sent. */
const answer = z.strictObject({
  when: z.preprocess((value) => (typeof value === "string" ? [value] : value), z.array(situation)),
  on: z.array(phase).optional(),
  schemes: z.array(z.string()).optional(),
  operations: operations.optional(),
  status: z.number().int().min(400).max(599),
  contentType: z.string().default("application/json"),
  headers: headers.prefault({}),
  body: template
    .optional()
    .describe("Absent: an empty body. A string is sent as text where the content type is not JSON"),
});

const tokenFormat = z.strictObject({
  scheme: z.string().optional(),
  grants: z.array(z.string()).optional(),
  format: z.enum(["jwt", "hex", "base64", "base64url"]).optional(),
  length: z.number().int().min(16).optional().describe("Characters of an opaque token"),
  algorithm: z.enum(["HS256", "RS256"]).optional(),
  claims: template.optional(),
  lifetimeInSeconds: z.number().positive().optional(),
  body: template.optional().describe("The response before its tokens are written in; absent: the document's example"),
});

/** The success response of an operation, in place of the document's example. */
const reply = z.strictObject({
  operations,
  status: z.number().int().min(200).max(299).optional(),
  headers: headers.prefault({}),
  body: template.optional(),
});

/** Details of a page that x-latchkey-pagination does not name. They are merged over the body. */
const page = z.strictObject({
  operations: operations.optional(),
  headers: headers.prefault({}),
  body: template.optional(),
  maxSize: z
    .number()
    .int()
    .positive()
    .optional()
    .describe("A page size above it is refused, where the document names none"),
});

const permission = {
  holds: z.array(z.string()).optional().describe("Values of x-latchkey-permission it has; absent: all"),
  only: operations.optional(),
  except: operations.optional(),
};

const account = z.strictObject({
  description: z.string().optional(),
  scheme: z.string().optional().describe("Absent: the document's main scheme"),
  credentials: mapOf(z.string()),
  refused: situation.optional().describe("What happens at sign-in, e.g. credentials-inactive"),
  response: template.optional().describe("Merged into its token responses"),
  attributes: mapOf(z.string()).prefault({}).describe("For narrowedBy, and for who shares a rate limit"),
  ...permission,
});

const condition = z.strictObject({
  equals: template.optional(),
  above: z.number().optional(),
  pattern: z.string().optional(),
});

const filter = z.union([
  pointer.transform((field) => ({ field, by: "equals" as const })),
  z.strictObject({
    field: pointer,
    by: z.enum(["equals", "in", "contains", "starts", "ends", "min", "max", "order"]).default("equals"),
  }),
  z
    .strictObject({ by: z.enum(["conditions", "sort"]), fields: mapOf(pointer) })
    .describe("`gt(id,a):eq(sku,b)`, or `-id`, over the named fields"),
]);

const collection = z.strictObject({
  key: pointer.optional(),
  count: z.number().int().nonnegative().default(137),
  from: z.string().optional().describe("operationId whose example holds the first items; absent: the list's"),
  items: z.array(template).optional().describe("Seeds in place of the document's examples"),
  vary: z.record(pointer, template).default({}).describe("Per item; $n is its number"),
  in: pointer.optional().describe("Where a request body keeps the item"),
  out: pointer.optional().describe("Where a reply keeps it"),
  defaults: template.optional().describe("Under a created item"),
  sets: template.optional().describe("Over a created item"),
  onUpdate: template.optional(),
  order: z.enum(["oldest-first", "newest-first"]).default("oldest-first"),
  unique: z.array(z.strictObject({ fields: z.array(pointer).min(1), on: operations.optional() })).default([]),
  lookup: z
    .strictObject({
      by: z.string(),
      value: z.string(),
      fields: mapOf(z.array(pointer)),
      also: mapOf(pointer).prefault({}),
    })
    .optional()
    .describe("Path parameters that name a field and its value; `also`: query parameters that must agree"),
  narrowedBy: z
    .array(z.strictObject({ scheme: z.string(), attribute: z.string(), field: pointer }))
    .default([])
    .describe("With a token of the scheme only items whose field equals the token's attribute are there"),
  madeOnFirstUse: z.boolean().default(false).describe("An item that is asked for by an unknown key is made"),
  writeConflicts: z
    .boolean()
    .default(false)
    .describe("A second write to an item while one is being processed is refused"),
  changes: z
    .array(
      z.strictObject({
        when: z.record(pointer, condition),
        set: template.optional(),
        afterSeconds: z.number().nonnegative().optional(),
        later: template.optional(),
      }),
    )
    .default([])
    .describe("On creation: the first that fits; `later` is merged in after `afterSeconds`"),
});

const operation = z.strictObject({
  action: z.enum(["list", "get", "create", "update", "replace", "delete", "bulk", "transition", "append", "answer"]),
  collection: z.string().optional().describe("A path of `collections`"),
  filters: mapOf(filter).prefault({}).describe('Query parameter, or "#/pointer" into the body → field'),
  bulk: z
    .strictObject({
      match: z.array(pointer).default([]).describe("Upsert: fields that find the item to update"),
      set: mapOf(template).prefault({}),
      success: template.optional().describe("A row's result; absent: the item"),
      failure: template.optional().describe("A failed row's result; absent: one failure fails the call"),
      failWhere: z.array(z.strictObject({ field: pointer, pattern: z.string(), message: z.string() })).default([]),
      transition: z.boolean().default(false),
    })
    .optional(),
  transition: z
    .strictObject({
      verb: pointer.describe("Where the request body keeps the verb"),
      ids: pointer.optional().describe("Where a bulk request keeps the items' keys"),
      field: pointer,
      verbs: mapOf(z.strictObject({ from: z.array(z.string()), to: z.string(), set: template.optional() })),
    })
    .optional(),
  requires: z
    .strictObject({ collection: z.string(), key: z.string() })
    .optional()
    .describe("An item that must exist; its key as an expression"),
  append: z
    .strictObject({ to: pointer, item: template, show: template })
    .optional()
    .describe("Adds to a list inside the item, once for each of a list that is sent; `$shown` lists the `show`s"),
});

const layer = {
  answers: z.array(answer).default([]),
  tokens: z.array(tokenFormat).default([]),
  replies: z.array(reply).default([]),
  pages: z.array(page).default([]),
};

const sandboxData = z.strictObject({
  server: z.string().optional().describe("The document's server whose limits hold"),
  accounts: mapOf(account).prefault({}).describe("The first is the working one"),
  grants: mapOf(z.strictObject({ ...permission, response: template.optional() }))
    .prefault({})
    .describe("What a grant's tokens may do"),
  refusals: mapOf(situation).prefault({}).describe("Credential → what happens where it alone is wrong"),
  bodies: z
    .array(z.strictObject({ operations, contentType: z.string(), as: z.enum(["json", "form"]) }))
    .default([])
    .describe("Content types taken beside the documented ones"),
  headers: headers.prefault({}).describe("On every answer"),
  rateLimitHeaders: headers.prefault({}).describe("On every answer that a limit applies to"),
  limitsSharedBy: z.array(z.string()).optional().describe("Only the documented limits that these share; absent: all"),
  retryAfter: z.string().optional().describe("Retry-After of a 429; absent: not sent"),
  collections: mapOf(collection).prefault({}),
  operations: mapOf(operation).prefault({}),
  ...layer,
  variants: mapOf(z.strictObject({ description: z.string(), ...layer })).prefault({}),
});

export type SandboxData = z.output<typeof sandboxData>;
export type AccountData = z.output<typeof account>;
export type Answer = z.output<typeof answer>;
export type Reply = z.output<typeof reply>;
export type Page = z.output<typeof page>;
export type TokenFormat = z.output<typeof tokenFormat>;
export type CollectionData = z.output<typeof collection>;
export type OperationData = z.output<typeof operation>;
export type Permission = { holds?: string[] | undefined; only?: string[] | undefined; except?: string[] | undefined };

export const emptyCollection: CollectionData = collection.parse({});

export function parseSandboxData(text: string, file: string): SandboxData {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  const syntax = document.errors[0];
  if (syntax) throw new Error(`${file}:${syntax.linePos?.[0].line ?? 1}: ${syntax.message}`);
  const data: unknown = document.toJS();
  const forbidden = pathOfProto(data);
  if (forbidden)
    throw new Error(`${file}:${lineOf(forbidden)}: the name __proto__ is not supported; choose another name`);
  const parsed = sandboxData.safeParse(data ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const path = issue.path.map((key) => (typeof key === "number" ? key : String(key)));
    return `${file}:${lineOf(path)}: ${toPointer(path) || "/"}: ${issue.message}`;
  });
  throw new Error(`${problems.join("\n")}\nsandbox: the sandbox data is invalid; fix the lines named above`);

  function lineOf(path: readonly (string | number)[]): number {
    for (let length = path.length; length >= 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  }
}

/** The path of a member called `__proto__`, which the schema would drop in silence. */
function pathOfProto(value: unknown, path: readonly string[] = []): readonly string[] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const here = [...path, name];
    const found = name === "__proto__" ? here : pathOfProto(member, here);
    if (found) return found;
  }
  return undefined;
}

export const readSandboxData = (file: string | undefined): SandboxData =>
  file === undefined ? sandboxData.parse({}) : parseSandboxData(readFileSync(file, "utf8"), file);
