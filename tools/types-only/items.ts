/** What is compared of a document: every component, operation and path by itself. */
import { listOperations } from "../../scripts/codegen/openapi/operations.ts";
import { type ObjectKind, walkDocument } from "../../scripts/codegen/openapi/walk-document.ts";
import {
  isObject,
  type Json,
  type JsonObject,
  objectEntries,
  toObject,
  toText,
} from "../../scripts/codegen/util/json.ts";
import { parsePointer } from "../../scripts/codegen/util/json-pointer.ts";
import { explanationOf } from "./known-bugs.ts";

export interface Item {
  /** `components["schemas"]["Pet"]`. */
  readonly access: string;
  /** The accesses of the items that it refers to. */
  readonly refersTo: readonly string[];
  /** The bug of openapi-typescript that its part of the document meets. */
  readonly bug?: string;
}

const sections: readonly (readonly [name: string, kind: ObjectKind])[] = [
  ["schemas", "schema"],
  ["responses", "response"],
  ["parameters", "parameter"],
  ["requestBodies", "request body"],
  ["headers", "header"],
  ["pathItems", "path item"],
];

export function itemsOf(document: JsonObject): Item[] {
  const components = toObject(document.components);
  const ofComponents = sections.flatMap(([section, kind]) =>
    Object.entries(toObject(components[section])).map(([name, part]) =>
      toItem(document, accessOf(["components", section, name]), part, kind),
    ),
  );
  const seen = new Set<string>();
  const ofOperations = listOperations(document).flatMap(({ operation, pathItem }) => {
    const id = toText(operation.operationId)?.replaceAll("#", "/");
    if (id === undefined || id === "" || seen.has(id)) return [];
    seen.add(id);
    // A path's own parameters are part of its operations' types.
    const part = { ...operation, pathParameters: [] };
    const item = toItem(document, accessOf(["operations", id]), part, "operation");
    const parameters = toItem(document, "", { parameters: pathItem.parameters }, "operation");
    const bug = item.bug ?? parameters.bug;
    const whole = { ...item, refersTo: [...item.refersTo, ...parameters.refersTo] };
    const keys = { access: `keyof ${item.access}["responses"]`, refersTo: [] };
    return [{ ...whole, ...(bug === undefined ? {} : { bug }) }, keys];
  });
  const ofPaths = ["paths", "webhooks"].flatMap((root) =>
    objectEntries(document[root])
      .filter(([name]) => !name.startsWith("x-"))
      .map(([name, part]) => {
        const item = toItem(document, accessOf([root, name]), part, "path item");
        const ids = objectEntries(part).flatMap(([, operation]) => toText(operation.operationId) ?? []);
        return {
          ...item,
          refersTo: [...item.refersTo, ...ids.map((id) => accessOf(["operations", id.replaceAll("#", "/")]))],
        };
      }),
  );
  const keys = [
    "keyof components",
    ...sections.map(([section]) => `keyof components[${JSON.stringify(section)}]`),
    "keyof paths",
    "keyof operations",
    "keyof webhooks",
  ].map((access) => ({ access, refersTo: [] }));
  return [...keys, ...ofComponents, ...ofOperations, ...ofPaths];
}

export const accessOf = ([root = "", ...path]: readonly string[]): string =>
  root + path.map((name) => `[${JSON.stringify(name)}]`).join("");

function toItem(document: JsonObject, access: string, part: Json | undefined, kind: ObjectKind): Item {
  const visits = isObject(part) ? [...walkDocument(part, kind)] : [];
  const refersTo = visits.flatMap(({ value }) =>
    typeof value.$ref === "string" && value.$ref.startsWith("#/components/")
      ? [accessOf(parsePointer(value.$ref).slice(0, 3))]
      : [],
  );
  const bug = explanationOf(document, visits, access);
  return { access, refersTo: [...new Set(refersTo)], ...(bug === undefined ? {} : { bug }) };
}
