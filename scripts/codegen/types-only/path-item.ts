/** The types of path items and operations. An operation with an operationId is a member of `operations`, and its path refers to it. */
import { requestBodyType, responseType } from "./bodies.ts";
import { below, type Context, entriesOf, type Place, toMember } from "./context.ts";
import { mergeParameters, parametersMember } from "./parameters.ts";
import { referenceType, targetOf } from "./references.ts";
import { keyword, type Member, memberAt, named, objectOf, type TypeNode } from "./type-node.ts";
import { isObject, type Json, type JsonObject, toList, toObject, toText } from "../util/json.ts";

/** Those of OpenAPI 3.0 and 3.1, which every path has; `query` is a member where a path has it. */
const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"] as const;

export function pathItemType(context: Context, given: Json | undefined, place: Place): TypeNode {
  const pathItem = toObject(given);
  const ref = toText(pathItem.$ref);
  if (ref !== undefined) return referenceType(context, ref, (target) => pathItemType(context, target, place));
  const names = [...methods, ...(isObject(pathItem.query) ? ["query"] : [])];
  return objectOf([
    parametersMember(context, toList(pathItem.parameters), place),
    ...names.map((method) => operationMember(context, pathItem, method, below(place, method))),
  ]);
}

function operationMember(context: Context, pathItem: JsonObject, method: string, place: Place): Member {
  const operation = toObject(pathItem[method]);
  const ref = toText(operation.$ref);
  const isLeftOut =
    context.options.excludeDeprecated && Boolean(targetOf(context, ref).deprecated ?? operation.deprecated);
  if (!isObject(pathItem[method]) || isLeftOut)
    return toMember(context, method, keyword("never"), { isOptional: true });
  const type =
    ref === undefined
      ? operationType(context, pathItem, operation, place)
      : referenceType(context, ref, (target) => operationType(context, {}, toObject(target), place));
  return toMember(context, method, type, { about: operation });
}

/** A second operation of the same operationId has its type in place. */
function operationType(context: Context, pathItem: JsonObject, operation: JsonObject, place: Place): TypeNode {
  const { operations } = context;
  const id = (toText(operation.operationId) ?? "").replaceAll("#", "/");
  if (id === "" || operations.has(id)) return objectOf(operationMembers(context, pathItem, operation, place));
  const type = objectOf(operationMembers(context, pathItem, operation, place));
  operations.set(id, toMember(context, id, type));
  return memberAt(named("operations"), id);
}

function operationMembers(context: Context, pathItem: JsonObject, operation: JsonObject, place: Place): Member[] {
  const body = toObject(operation.requestBody);
  const resolved = body.$ref === undefined ? body : targetOf(context, toText(body.$ref));
  const responses = entriesOf(context, operation.responses)
    .filter(([status]) => !status.startsWith("x-"))
    .map(([status, response]) =>
      toMember(context, status, responseType(context, response, below(place, "responses", status)), {
        about: toObject(response),
      }),
    );
  return [
    parametersMember(context, mergeParameters(context, pathItem, operation), place),
    isObject(operation.requestBody)
      ? toMember(context, "requestBody", requestBodyType(context, body, below(place, "requestBody")), {
          isOptional: resolved.required !== true,
          about: body,
        })
      : toMember(context, "requestBody", keyword("never"), { isOptional: true }),
    toMember(context, "responses", responses.length === 0 ? keyword("never") : objectOf(responses)),
  ];
}
