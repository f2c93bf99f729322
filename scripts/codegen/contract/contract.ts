/**
 * The contract of a vendor: sign-in, operations and schemas, without descriptions and examples, in a fixed order. It is written with the
 * generated files, so that `latchkey diff` can compare a newer document with it.
 */
import * as z from "zod";
import { generatedMark } from "../util/file-header.ts";
import { isObject, type Json, type JsonObject } from "../util/json.ts";

/** The name of the contract's file; nothing imports it. */
export const contractFile = "contract.jsonc";

/** Any JSON value; its members are not checked. */
const json = z.custom<Json>((value) => value !== undefined);
const jsonObject = z.custom<JsonObject>(isObject);
const security = z.array(z.record(z.string(), z.array(z.string())));

const member = z.strictObject({ required: z.literal(true).optional(), schema: json });
const parameter = member.extend({ style: z.string().optional(), explode: z.boolean().optional() });
const content = z.record(z.string(), json);

/** The vendor value's settings of an operation, without its bodies. */
export const operationHints = z.object({
  /** @default the document's */
  security: security.optional(),
  host: z.string().optional(),
  permission: z.string().optional(),
  pagination: jsonObject.optional(),
  bulk: jsonObject.optional(),
  idempotency: jsonObject.optional(),
  encoding: jsonObject.optional(),
  sensitive: z.array(z.string()).optional(),
});

/** A request of a client or of the vendor. */
const request = z.object({
  deprecated: z.literal(true).optional(),
  /** Parameters by place and name: `query page`. */
  parameters: z.record(z.string(), parameter),
  body: z.strictObject({ required: z.literal(true).optional(), content }).optional(),
});

const response = z.strictObject({
  content,
  headers: z.record(z.string(), member),
  /** Names of links. */
  links: z.array(z.string()).optional(),
});

/** Responses by status: `200`, `4XX`, `default`. */
const responses = z.record(z.string(), response);

/**
 * Requests that the vendor sends, by method and name: `POST orderChanged`, followed by the expression of a callback. Contracts of older
 * generators have no responses here.
 */
const messages = z.record(z.string(), request.extend({ responses: responses.optional() }));

const operation = operationHints.extend({
  ...request.shape,
  id: z.string().optional(),
  responses,
  callbacks: messages.optional(),
});

/** The version of the format; an older generator reports that it cannot read a newer one. */
export const contractFormat = 1;

export const contract = z.strictObject({
  format: z.literal(contractFormat),
  name: z.string(),
  title: z.string(),
  version: z.string(),
  /** The vendor value's servers by name, the default first. */
  servers: z.record(z.string(), jsonObject),
  schemes: z.record(z.string(), jsonObject),
  /** The scopes that each scheme declares. */
  scopes: z.record(z.string(), z.array(z.string())),
  security,
  errors: z.strictObject({ envelopes: z.array(json), table: z.array(jsonObject) }),
  retry: jsonObject.optional(),
  rateLimits: z.array(json).optional(),
  operations: z.record(z.string(), operation),
  webhooks: messages.optional(),
  schemas: z.record(z.string(), json),
});

/** Parses the file's text, whose first line is a comment; returns undefined if it is no contract. */
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
