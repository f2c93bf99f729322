/** The runtime's hints on an operation's bodies: media types other than JSON, the encoding of form members, and the items of streams. */
import { dereference } from "./dereference.ts";
import { isObject, type Json, type JsonObject, objectEntries, toObject, toText } from "../util/json.ts";
import { isEvents, isForm, isJson, isSequential } from "./media-type.ts";
import { type ReadContent, readContent } from "./response-content.ts";

export interface BodyHints {
  readonly sends?: readonly string[];
  readonly encoding?: JsonObject;
  readonly accept?: string;
  readonly receives?: readonly string[];
  readonly bodiless?: readonly string[];
  readonly textErrors?: readonly string[];
  readonly eventData?: "json";
}

export function bodyHintsOf(document: JsonObject, operation: JsonObject): BodyHints {
  const body = dereference(document, operation.requestBody);
  const sends = Object.keys(toObject(body.content));
  const successes = successesOf(document, operation);
  const answers = successes.flatMap(([, response]) => readContent(document, response));
  const receives = [...new Set(answers.map(toReceived))];
  const bodiless = bodilessOf(successes);
  const accept = acceptOf(document, operation, successes);
  const textErrors = textErrorsOf(document, operation);
  const encoding = encodingOf(body);
  const hasJsonEvents = answers.some(
    ({ type, media }) => isEvents(type) && itemOf(document, type, media) !== undefined,
  );
  return {
    ...(sends.every((type) => /^(?:application\/json|\*\/\*)$/iu.test(type)) ? {} : { sends }),
    ...(Object.keys(encoding).length === 0 ? {} : { encoding }),
    ...(accept === undefined || accept === "application/json" ? {} : { accept }),
    ...(answers.every(({ kind }) => kind === "json") ? {} : { receives }),
    ...(bodiless.length === 0 ? {} : { bodiless }),
    ...(textErrors.length === 0 ? {} : { textErrors }),
    ...(hasJsonEvents ? { eventData: "json" } : {}),
  };
}

/** The media type by which the runtime reads a body. */
function toReceived({ type, kind }: ReadContent): string {
  if (kind === "json" && !isJson(type)) return "application/json";
  if (!type.includes("*")) return type;
  return kind === "text" ? "text/*" : kind === "bytes" ? "application/octet-stream" : "application/json";
}

type Responses = readonly (readonly [status: string, response: JsonObject])[];

/** The 2xx responses, or the default response if the document has none. */
function successesOf(document: JsonObject, operation: JsonObject): Responses {
  const all = objectEntries(operation.responses).map(
    ([status, response]) => [status, dereference(document, response)] as const,
  );
  const named = all.filter(([status]) => /^2(?:\d\d|XX)$/iu.test(status));
  return named.length > 0 ? named : all.filter(([status]) => status === "default");
}

/** Successes without content: all, or some of several. */
function bodilessOf(successes: Responses): string[] {
  const without = successes.filter(([, { content }]) => Object.keys(toObject(content)).length === 0);
  if (without.length === successes.length) return successes.length === 0 ? [] : ["2XX"];
  // These two never have a body (RFC 9110 §15.3.5, §15.3.6).
  return without.map(([status]) => status.toUpperCase()).filter((status) => status !== "204" && status !== "205");
}

/** The documented types of successes, JSON first, then those that only errors have (RFC 9110 §12.5.1). */
function acceptOf(document: JsonObject, operation: JsonObject, successes: Responses): string | undefined {
  const typesIn = (responses: Responses): string[] =>
    responses.flatMap(([, { content }]) => Object.keys(toObject(content)).map(withoutCharset));
  const documented = [...new Set(typesIn(successes))];
  const json = documented.filter(isJson);
  const others = documented.filter((type) => !isJson(type));
  if (documented.length === 0) return undefined;
  if (others.length === 0) return json.join(", ");
  const responses = objectEntries(operation.responses).map(
    ([status, response]) => [status, dereference(document, response)] as const,
  );
  const ofErrors = [...new Set(typesIn(responses))].filter((type) => !documented.includes(type) && isJson(type));
  const isRead = new Set(
    successes.flatMap(([, response]) => readContent(document, response)).map(({ type }) => withoutCharset(type)),
  );
  const second = others.map((type) => (json.length > 0 && !isRead.has(type) ? `${type};q=0.5` : type));
  return [...json, ...second, ...ofErrors.map((type) => `${type};q=0.9`)].join(", ");
}

const withoutCharset = (type: string): string => type.replace(/;\s*charset=[^;]*/iu, "").trim();

/** Errors that are texts; where others are not, these are marked. */
function textErrorsOf(document: JsonObject, operation: JsonObject): string[] {
  const errors = objectEntries(operation.responses).flatMap(([status, response]) => {
    if (!/^(?:[345](?:\d\d|XX)|default)$/iu.test(status)) return [];
    const content = readContent(document, dereference(document, response));
    if (content.length === 0) return [];
    const name = /^default$/iu.test(status) ? "default" : status.toUpperCase();
    return [{ name, isText: content.every(({ kind }) => kind === "text") }];
  });
  if (!errors.some(({ isText }) => isText)) return [];
  return errors.map(({ name, isText }) => (isText ? name : `!${name}`));
}

const styles = ["form", "spaceDelimited", "pipeDelimited", "tabDelimited", "deepObject"];

function encodingOf(body: JsonObject): JsonObject {
  const encoding = new Map<string, JsonObject>();
  for (const [type, media] of objectEntries(body.content)) {
    for (const [name, rule] of isForm(type) ? objectEntries(media.encoding) : []) {
      const { contentType, style, explode } = rule;
      const kept: JsonObject = {};
      if (typeof contentType === "string") kept.contentType = contentType;
      if (styles.includes(String(style))) kept.style = toText(style);
      if (typeof explode === "boolean") kept.explode = explode;
      if (Object.keys(kept).length > 0 && !encoding.has(name)) encoding.set(name, kept);
    }
  }
  return Object.fromEntries(encoding);
}

/**
 * The schema of one item of a sequential body; undefined if it is text. OpenAPI 3.2's itemSchema describes a line, or an event with its
 * fields; documents before it describe the data of an event, or a list of the lines, as the whole body's schema.
 */
export function itemOf(document: JsonObject, type: string, media: JsonObject): Json | undefined {
  if (!isSequential(type)) return undefined;
  const given = media.itemSchema ?? media.schema;
  const schema = dereference(document, given);
  if (!isEvents(type))
    return media.itemSchema === undefined && schema.type === "array" ? (schema.items ?? {}) : (given ?? {});
  if (media.itemSchema === undefined) {
    const isText = given === undefined || schema.type === "string" || Object.keys(schema).length === 0;
    return isText ? undefined : schema.type === "array" ? schema.items : given;
  }
  const data = dereference(document, toObject(schema.properties).data);
  const carriesJson = /json/iu.test(toText(data.contentMediaType) ?? "") || isObject(data.contentSchema);
  return carriesJson ? (data.contentSchema ?? {}) : undefined;
}
