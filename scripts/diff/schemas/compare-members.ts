/** Compares the members of objects and arrays: properties, items, and whether further properties are allowed. */
import { type Json, type JsonObject, toList, toObject } from "../../codegen/util/json.ts";
import type { Direction } from "../rules/change.ts";
import { isFlagged } from "./compare-values.ts";
import type { Comparison } from "./comparison.ts";
import type { Schemas } from "./renamed-schemas.ts";
import { type Opened, type Parts, partsOf, valuesOf } from "./schema-parts.ts";

export function compareMembers(opened: Opened, comparison: Comparison): void {
  compareProperties(opened, comparison);
  compareFurther(opened, comparison);
  compareItems(opened, comparison);
}

function compareProperties({ before, after, shared }: Opened, comparison: Comparison): void {
  const { documents, direction, say, next } = comparison;
  const older = createMembers(before, documents.before);
  const newer = createMembers(after, documents.after);
  const isShared = (name: string) =>
    shared.some(([one, other]) => declares(one, name, documents.before) || declares(other, name, documents.after));
  for (const name of new Set([...older.names, ...newer.names])) {
    const at = `/${toKey(name)}`;
    const [one, other] = [older.find(name), newer.find(name)];
    if (one === undefined && other !== undefined) {
      if (isShared(name)) continue;
      const within = both(direction, other.direction);
      const isNeeded = within.sent && other.needed.sent;
      say(isNeeded ? "required-property-added" : "property-added", {}, at, within);
    } else if (one !== undefined && other === undefined) {
      if (!isShared(name)) say("property-removed", {}, at, both(direction, one.direction));
    } else if (one !== undefined && other !== undefined) {
      const common = both(direction, both(one.direction, other.direction));
      compareDirections(one.direction, other.direction, direction, (rule) => say(rule, {}, at));
      const becameRequired = grown(one.needed, other.needed, common);
      if (becameRequired !== undefined) say("property-became-required", {}, at, becameRequired);
      const becameOptional = grown(other.needed, one.needed, common);
      if (becameOptional !== undefined) say("property-became-optional", {}, at, becameOptional);
      next(at, one.nodes, other.nodes, common);
    }
  }
}

interface Member {
  readonly nodes: readonly Json[];
  /** The directions in which the property exists. */
  readonly direction: Direction;
  readonly needed: Direction;
}

/** Properties by name, including those that only `required` names. */
function createMembers(parts: Parts, schemas: Schemas) {
  const properties = new Map<string, Json[]>();
  for (const one of valuesOf(parts, "properties")) {
    for (const [name, schema] of Object.entries(toObject(one))) {
      if (schema !== undefined) properties.set(name, [...(properties.get(name) ?? []), schema]);
    }
  }
  const required = new Set(valuesOf(parts, "required").flatMap((list) => toList(list).map(String)));
  return {
    names: [...properties.keys(), ...[...required].filter((name) => !properties.has(name))],
    find(name: string): Member | undefined {
      const nodes = properties.get(name);
      if (nodes === undefined) return undefined;
      const parts = nodes.flatMap((node) => partsOf(node, schemas));
      const direction = { sent: !isFlagged(parts, "readOnly"), received: !isFlagged(parts, "writeOnly") };
      const isRequired = required.has(name);
      // Callers may leave out a property with a default.
      const sent = isRequired && valuesOf(parts, "default").length === 0;
      return { nodes, direction, needed: { sent, received: isRequired } };
    },
  };
}

function compareDirections(
  before: Direction,
  after: Direction,
  { sent, received }: Direction,
  say: (rule: "property-became-read-only" | "property-became-write-only" | "property-became-two-way") => void,
): void {
  if (before.sent && !after.sent && sent) say("property-became-read-only");
  if (before.received && !after.received && received) say("property-became-write-only");
  if ((!before.sent && after.sent) || (!before.received && after.received)) say("property-became-two-way");
}

const both = (one: Direction, other: Direction): Direction => ({
  sent: one.sent && other.sent,
  received: one.received && other.received,
});

/** The directions in which a property became required; undefined for none. */
function grown(before: Direction, after: Direction, within: Direction): Direction | undefined {
  const sent = within.sent && !before.sent && after.sent;
  const received = within.received && !before.received && after.received;
  return sent || received ? { sent, received } : undefined;
}

/** Whether a component itself has a property. */
function declares(component: string, name: string, schemas: Schemas): boolean {
  return valuesOf(partsOf({ $ref: component }, schemas), "properties").some((one) =>
    Object.hasOwn(toObject(one), name),
  );
}

/** Escapes a name as JSON pointers do (RFC 6901). */
const toKey = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");

/** Compares `additionalProperties`: whether further members are allowed, and their schema. */
function compareFurther({ before, after }: Opened, { say, next }: Comparison): void {
  const isClosed = (parts: Parts) => valuesOf(parts, "additionalProperties").includes(false);
  if (isClosed(before) !== isClosed(after)) say(isClosed(after) ? "properties-closed" : "properties-opened");
  else if (!isClosed(before)) {
    const schemas = [before, after].map((parts) =>
      valuesOf(parts, "additionalProperties").filter((value) => Object.keys(toObject(value)).length > 0),
    );
    const [older = [], newer = []] = schemas;
    if (older.length + newer.length > 0) next("/{}", older, newer);
  }
}

function compareItems({ before, after }: Opened, { next }: Comparison): void {
  const [older, newer] = [valuesOf(before, "items"), valuesOf(after, "items")];
  if (older.length + newer.length > 0) next("/[]", older, newer);
  const [tuples, others] = [tupleOf(before), tupleOf(after)];
  for (let index = 0; index < Math.max(tuples.length, others.length); index++) {
    const itemOf = (tuple: readonly Json[], items: readonly Json[]) => {
      const item = tuple[index];
      return item === undefined ? items : [item];
    };
    next(`/${index}`, itemOf(tuples, older), itemOf(others, newer));
  }
}

const tupleOf = (parts: Parts): Json[] =>
  valuesOf(parts, "prefixItems").flatMap(toList) satisfies (Json | JsonObject)[];
