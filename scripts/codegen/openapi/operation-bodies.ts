/** The runtime's hints on an operation's bodies: media types other than JSON, the encoding of form members, and the items of streams. */
import { dereference } from "./dereference.ts";
import { isObject, type Json, type JsonObject, objectEntries, toObject, toText } from "../util/json.ts";
import { isEvents, isForm, isJson, isSequential } from "./media-type.ts";

export interface BodyHints {
  readonly sends?: readonly string[];
  readonly encoding?: JsonObject;
  readonly receives?: readonly string[];
  readonly eventData?: "json";
}

export function bodyHintsOf(document: JsonObject, operation: JsonObject): BodyHints {
  const body = dereference(document, operation.requestBody);
  const sends = Object.keys(toObject(body.content));
  const answers = successes(document, operation).flatMap(({ content }) => objectEntries(content));
  const receives = [...new Set(answers.map(([type]) => type))];
  const encoding = encodingOf(body);
  const hasJsonEvents = answers.some(([type, media]) => isEvents(type) && itemOf(document, type, media) !== undefined);
  return {
    ...(sends.every((type) => /^(?:application\/json|\*\/\*)$/iu.test(type)) ? {} : { sends }),
    ...(Object.keys(encoding).length === 0 ? {} : { encoding }),
    ...(receives.every(isJson) ? {} : { receives }),
    ...(hasJsonEvents ? { eventData: "json" } : {}),
  };
}

/** The 2xx responses, or the default response if the document has none. */
function successes(document: JsonObject, operation: JsonObject): JsonObject[] {
  const all = objectEntries(operation.responses);
  const named = all.filter(([status]) => /^2(?:\d\d|XX)$/iu.test(status));
  const found = named.length > 0 ? named : all.filter(([status]) => status === "default");
  return found.map(([, response]) => dereference(document, response));
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
