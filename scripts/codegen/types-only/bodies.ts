/** The types of request bodies, responses and their headers. */
import { below, type Context, entriesOf, type Place, toMember } from "./context.ts";
import { referenceType } from "./references.ts";
import { schemaType } from "./schema.ts";
import { keyword, type Member, objectOf, type TypeNode } from "./type-node.ts";
import { type Json, toObject, toText } from "../util/json.ts";

export function requestBodyType(context: Context, given: Json | undefined, place: Place): TypeNode {
  const body = toObject(given);
  const ref = toText(body.$ref);
  if (ref !== undefined) return referenceType(context, ref, (target) => requestBodyType(context, target, place));
  const members = contentMembers(context, body.content, { ...place, isSent: true });
  const nothing = toMember(context, "*/*", keyword("never"), { isOptional: true, isReadonly: false });
  return objectOf([toMember(context, "content", objectOf(members.length === 0 ? [nothing] : members))]);
}

export function responseType(context: Context, given: Json | undefined, place: Place): TypeNode {
  const response = toObject(given);
  const ref = toText(response.$ref);
  if (ref !== undefined) return referenceType(context, ref, (target) => responseType(context, target, place));
  const headers = entriesOf(context, response.headers).map(([name, header]) => {
    const about = toObject(header);
    const isOptional = about.$ref === undefined && about.required !== true;
    return toMember(context, name, headerType(context, header, below(place, "headers", name)), { isOptional, about });
  });
  const { immutable } = context.options;
  const others: Member = {
    name: "name",
    index: "string",
    type: keyword("unknown"),
    isOptional: false,
    isReadonly: immutable,
  };
  const content = contentMembers(context, response.content, place);
  return objectOf([
    toMember(context, "headers", objectOf([...headers, others]), { isReadonly: false }),
    toMember(context, "content", content.length === 0 ? keyword("never") : objectOf(content), {
      isOptional: content.length === 0,
      isReadonly: false,
    }),
  ]);
}

export function headerType(context: Context, given: Json | undefined, place: Place): TypeNode {
  const header = toObject(given);
  const ref = toText(header.$ref);
  if (ref !== undefined) return referenceType(context, ref, (target) => headerType(context, target, place));
  if (header.schema !== undefined) return schemaType(context, header.schema, place);
  return header.content === undefined ? keyword("unknown") : objectOf(contentMembers(context, header.content, place));
}

const contentMembers = (context: Context, content: Json | undefined, place: Place): Member[] =>
  entriesOf(context, content).map(([name, media]) =>
    toMember(context, name, mediaType(context, media, below(place, "content", name)), { about: toObject(media) }),
  );

function mediaType(context: Context, given: Json, place: Place): TypeNode {
  const media = toObject(given);
  const ref = toText(media.$ref);
  if (ref !== undefined) return referenceType(context, ref, (target) => mediaType(context, target ?? {}, place));
  return media.schema === undefined ? keyword("unknown") : schemaType(context, media.schema, place);
}
