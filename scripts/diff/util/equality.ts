import { canonicalJson, type Json } from "../../codegen/util/json.ts";

export const isSame = (before: Json | undefined, after: Json | undefined): boolean =>
  before === after || canonicalJson(before) === canonicalJson(after);

export const isSubset = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  [...one].every((member) => other.has(member));
