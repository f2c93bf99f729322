/** An operation's parameters, with those of its path (OpenAPI 3.2 §4.9.1). */
import { type JsonObject, toList, toObject } from "../util/json.ts";
import { dereference } from "./dereference.ts";

export const parameterPlaces = ["query", "header", "path", "cookie", "querystring"] as const;
export type ParameterPlace = (typeof parameterPlaces)[number];

export interface Parameter {
  readonly place: ParameterPlace;
  readonly name: string;
  readonly value: JsonObject;
}

/** Header parameters of these names are ignored (OpenAPI 3.1 §4.8.12.2). */
export const notParameters: ReadonlySet<string> = new Set(["accept", "content-type", "authorization"]);

export function parametersOf(document: JsonObject, pathItem: JsonObject, operation: JsonObject): Parameter[] {
  // An operation's own parameter overrides its path's.
  const all = new Map<string, Parameter>();
  for (const one of [...toList(pathItem.parameters), ...toList(operation.parameters)]) {
    const value = dereference(document, one);
    const place = parameterPlaces.find((name) => name === value.in);
    if (place === undefined || typeof value.name !== "string") continue;
    if (place === "header" && notParameters.has(value.name.toLowerCase())) continue;
    all.set(`${place} ${value.name}`, { place, name: value.name, value });
  }
  return [...all.values()];
}

/** The media type that a parameter is written in, and its description; undefined where a style writes it. */
export function mediaOf({ value }: Parameter): readonly [type: string, media: JsonObject] | undefined {
  const [found] = Object.entries(toObject(value.content));
  return found && [found[0], toObject(found[1])];
}
