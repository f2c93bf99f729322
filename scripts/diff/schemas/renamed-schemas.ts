/** Finds renamed components: those that are equal except for the names of other renamed components. */
import { isObject, type Json, type JsonObject } from "../../codegen/util/json.ts";

export type Schemas = Readonly<Record<string, Json>>;

/** Names of components, before to after. */
export type Names = Map<string, string>;

/** All names that both documents have, and all renamed ones. */
export function pairNames(before: Schemas, after: Schemas): Names {
  const names: Names = new Map(
    Object.keys(before).flatMap((name) => (Object.hasOwn(after, name) ? [[name, name]] : [])),
  );
  const taken = new Set(names.values());
  const isFree = (one: string, other: string) => names.get(one) === other || (!names.has(one) && !taken.has(other));
  const isShared = (name: string) => names.get(name) === name;
  const gone = Object.keys(before).filter((name) => !isShared(name));
  const fresh = new Map<string, string[]>();
  for (const name of Object.keys(after)) {
    if (isShared(name)) continue;
    const { text } = shapeOf(after[name], isShared);
    const list = fresh.get(text);
    if (list === undefined) fresh.set(text, [name]);
    else list.push(name);
  }
  for (const name of gone) {
    if (names.has(name)) continue;
    // A few tries are enough: many components of one shape are mostly copies.
    for (const candidate of fresh.get(shapeOf(before[name], isShared).text)?.slice(0, maxTries) ?? []) {
      const found = match(name, candidate, before, after, isShared);
      if (found === undefined || [...found].some(([one, other]) => !isFree(one, other))) continue;
      for (const [one, other] of found) {
        names.set(one, other);
        taken.add(other);
      }
      break;
    }
  }
  return names;
}

const maxTries = 10;

/** All pairs of names that follow if these two are the same; undefined if they are not. */
function match(
  one: string,
  other: string,
  before: Schemas,
  after: Schemas,
  isShared: (name: string) => boolean,
): Map<string, string> | undefined {
  const pairs = new Map([[one, other]]);
  for (const [older, newer] of pairs) {
    const [left, right] = [shapeOf(before[older], isShared), shapeOf(after[newer], isShared)];
    if (left.text !== right.text || left.references.length !== right.references.length) return undefined;
    for (const [index, reference] of left.references.entries()) {
      const target = right.references[index] ?? "";
      if ((pairs.get(reference) ?? target) !== target) return undefined;
      pairs.set(reference, target);
    }
  }
  return pairs;
}

/** A schema without the names of components that only one document has, and those names in order. */
function shapeOf(schema: Json | undefined, isShared: (name: string) => boolean) {
  const references: string[] = [];
  const text = JSON.stringify(schema, (key, value: Json) => {
    if (key !== "$ref" || typeof value !== "string" || isShared(value)) return key === "mapping" ? hide(value) : value;
    references.push(value);
    return "?";
  });
  return { text: text ?? "", references };
}

/** A discriminator's mapping is ignored: it names the same components as the alternatives. */
const hide = (value: Json): Json =>
  isObject(value) ? (Object.fromEntries(Object.keys(value).map((name) => [name, "?"])) satisfies JsonObject) : value;
