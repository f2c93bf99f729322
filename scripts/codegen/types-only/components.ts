/** `components`: one member for each section, and a type of its own for each component where that is wanted. */
import { headerType, requestBodyType, responseType } from "./bodies.ts";
import { type Context, entriesOf, type Place, toMember } from "./context.ts";
import { parameterType } from "./parameters.ts";
import { pathItemType } from "./path-item.ts";
import { sections } from "./references.ts";
import { schemaType } from "./schema.ts";
import { keyword, type Member, objectOf, type TypeNode } from "./type-node.ts";
import { type Json, toObject } from "../util/json.ts";
import { toPointer } from "../util/json-pointer.ts";

export type Section = (typeof sections)[number];

type Express = (context: Context, component: Json, place: Place) => TypeNode;

const express: Readonly<Record<Section, Express>> = {
  schemas: schemaType,
  responses: responseType,
  parameters: (context, parameter, place) => parameterType(context, toObject(parameter), { ...place, isSent: true }),
  requestBodies: requestBodyType,
  headers: headerType,
  pathItems: pathItemType,
};

/** The components of a section, by name. */
export const componentsOf = (context: Context, section: Section): [string, Json][] =>
  entriesOf(context, toObject(context.document.components)[section]);

export const componentMembers = (context: Context): Member[] =>
  sections.map((section) => {
    const members = componentsOf(context, section).map(([name, component]) => {
      const at = { pointer: toPointer(["components", section, name]), isSent: false };
      const place = section === "schemas" ? { ...at, component: name } : at;
      return toMember(context, name, express[section](context, component, place), { about: toObject(component) });
    });
    const type = members.length === 0 ? keyword("never") : objectOf(members);
    return toMember(context, section, type, { isReadonly: false });
  });
