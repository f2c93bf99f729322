import { isObject, type Json } from "../../codegen/util/json.ts";

/** JSON as one text, whatever the order of its members: equal texts are equal values. */
export const canonical = (value: Json | undefined): string =>
  JSON.stringify(value, (_, member: unknown) =>
    isObject(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))) : member,
  ) ?? "";

export const isSame = (before: Json | undefined, after: Json | undefined): boolean =>
  before === after || canonical(before) === canonical(after);

export const isSubset = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  [...one].every((member) => other.has(member));
