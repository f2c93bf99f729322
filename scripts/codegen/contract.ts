/**
 * What a vendor promises, reduced to what a change of can be told of: sign-in, operations and schemas, without descriptions and examples, in an
 * order of their own. It stays with what is generated, so that `latchkey diff` can hold a newer document against it.
 */
import * as z from "zod";
import { generatedMark } from "./header.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";

/** The file's name, beside what is generated; nothing imports it. */
export const contractFile = "contract.jsonc";

/** Parsed JSON is what it is: looking through all of it would tell nothing. */
const json = z.custom<Json>((value) => value !== undefined);
const jsonObject = z.custom<JsonObject>(isObject);
const security = z.array(z.record(z.string(), z.array(z.string())));

const member = z.strictObject({ required: z.literal(true).optional(), schema: json });
const parameter = member.extend({ style: z.string().optional(), explode: z.boolean().optional() });
const content = z.record(z.string(), json);

/** What the vendor value says of an operation beside its bodies. */
export const operationHints = z.object({
  /** Absent: the document's. */
  security: security.optional(),
  host: z.string().optional(),
  permission: z.string().optional(),
  pagination: jsonObject.optional(),
  bulk: jsonObject.optional(),
  idempotency: jsonObject.optional(),
  encoding: jsonObject.optional(),
  sensitive: z.array(z.string()).optional(),
});

/** A request, whoever makes it. */
const request = z.object({
  deprecated: z.literal(true).optional(),
  /** By place and name: `query page`. */
  parameters: z.record(z.string(), parameter),
  body: z.strictObject({ required: z.literal(true).optional(), content }).optional(),
});

const response = z.strictObject({
  content,
  headers: z.record(z.string(), member),
  /** Their names. */
  links: z.array(z.string()).optional(),
});

/** By status: `200`, `4XX`, `default`. */
const responses = z.record(z.string(), response);

/**
 * What the vendor sends of itself, by method and name: `POST orderChanged`, and a callback's expression behind it. What it wants to be answered
 * with is absent in a contract of the time when nothing was told of it.
 */
const messages = z.record(z.string(), request.extend({ responses: responses.optional() }));

const operation = operationHints.extend({
  ...request.shape,
  id: z.string().optional(),
  responses,
  callbacks: messages.optional(),
});

/** A newer generator may write another format, which an older one says that it cannot read. */
export const contractFormat = 1;

export const contract = z.strictObject({
  format: z.literal(contractFormat),
  name: z.string(),
  title: z.string(),
  version: z.string(),
  /** By name, the default first; as the vendor value has them. */
  servers: z.record(z.string(), jsonObject),
  schemes: z.record(z.string(), jsonObject),
  /** Scopes that each scheme declares. */
  scopes: z.record(z.string(), z.array(z.string())),
  security,
  errors: z.strictObject({ envelopes: z.array(json), table: z.array(jsonObject) }),
  retry: jsonObject.optional(),
  rateLimits: z.array(json).optional(),
  operations: z.record(z.string(), operation),
  webhooks: messages.optional(),
  schemas: z.record(z.string(), json),
});

/** The value in the file's text, whose first line is a comment; `undefined` where it holds none. */
export function parseContractFile(text: string): unknown {
  const body = text.startsWith(`// ${generatedMark}`) ? text.slice(text.indexOf("\n") + 1) : text;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

export type Contract = z.infer<typeof contract>;
export type ContractOperation = z.infer<typeof operation>;
export type ContractRequest = z.infer<typeof request>;
export type ContractResponses = z.infer<typeof responses>;
export type ContractMessages = z.infer<typeof messages>;
export type ContractMember = z.infer<typeof member>;
export type ContractParameter = z.infer<typeof parameter>;
export type Requirements = z.infer<typeof security>;
