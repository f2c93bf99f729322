/** Compares the restrictions of a value itself: types, null, enums, constants, formats and bounds. */
import { canonicalJson, type Json, type JsonObject, toList } from "../../codegen/util/json.ts";
import { compareMaps } from "../util/compare-maps.ts";
import type { RuleName } from "../rules/rules.ts";
import { isSame, isSubset } from "../util/equality.ts";
import { type Parts, valuesOf } from "./schema-parts.ts";
import { isNullable, typesIn } from "./schema-types.ts";

/** Reports a change of the compared schema, or of a place in it. */
export type SayOfSchema = (
  rule: RuleName,
  values?: { readonly before?: Json; readonly after?: Json },
  at?: string,
) => void;

/** Returns false if the types have nothing in common, so that nothing else can be compared. */
export function compareValues(before: Parts, after: Parts, say: SayOfSchema): boolean {
  if (!compareTypes(before, after, say)) return false;
  compareEnums(before, after, say);
  compareFormats(before, after, say);
  compareDefaults(before, after, say);
  for (const [keyword, isTighter] of Object.entries(bounds)) compareBounds(before, after, keyword, isTighter, say);
  for (const keyword of ["pattern", "multipleOf", "uniqueItems"]) compareSets(before, after, keyword, constraint, say);
  if (!isFlagged(before, "deprecated") && isFlagged(after, "deprecated")) say("schema-deprecated");
  for (const keyword of asWholes) {
    const [one, other] = [valuesOf(before, keyword), valuesOf(after, keyword)];
    if (!isSame(one, other)) say("keyword-changed", {}, ` ${keyword}`);
  }
  return true;
}

/** Keywords that are too rare or too complex to decide which of two allows more. */
const asWholes = [
  "not",
  "if",
  "then",
  "else",
  "contains",
  "minContains",
  "maxContains",
  "propertyNames",
  "patternProperties",
  "unevaluatedProperties",
  "unevaluatedItems",
  "dependentRequired",
  "dependentSchemas",
  "contentMediaType",
  "contentEncoding",
  "contentSchema",
];

export const isFlagged = (parts: Parts, flag: string): boolean => parts.some((part) => part[flag] === true);

function compareTypes(before: Parts, after: Parts, say: SayOfSchema): boolean {
  const [older, newer] = [typesIn(before), typesIn(after)];
  const values = { before: list(older), after: list(newer) };
  const [isWider, isNarrower] = [isWithin(older, newer), isWithin(newer, older)];
  if (!isWider && !isNarrower) {
    say("type-changed", values);
    return false;
  }
  if (!isNarrower) say("type-widened", values);
  else if (!isWider) say("type-narrowed", values);
  if (older !== undefined && newer !== undefined) {
    if (!isNullable(before) && isNullable(after)) say("null-allowed");
    else if (isNullable(before) && !isNullable(after)) say("null-refused");
  }
  return true;
}

type Types = ReadonlySet<string> | undefined;

const list = (types: Types): Json => (types === undefined ? "any" : [...types].join(" | "));

/** Whether a type is allowed; without types all are, and an integer is a number. */
const isWithin = (one: Types, other: Types): boolean =>
  other === undefined ||
  (one !== undefined && [...one].every((type) => other.has(type) || (type === "integer" && other.has("number"))));

function compareEnums(before: Parts, after: Parts, say: SayOfSchema): void {
  const [older, newer] = [allowedBy(before), allowedBy(after)];
  if (older.isConstant && newer.isConstant) {
    if (!isSame(older.values, newer.values)) say("constant-changed", of(older, newer));
  } else if (older.isConstant || newer.isConstant) {
    // For readers an enum of one value is closed and a longer one is open.
    const isWithinOther = older.isConstant ? includes(newer, older) : includes(older, newer);
    if (!isWithinOther) say("constant-changed", of(older, newer));
    else say(older.isConstant ? "constant-removed" : "constant-added", of(older, newer));
  } else if (older.values === undefined || newer.values === undefined) {
    if (newer.values !== undefined) say("enum-added", { after: newer.values });
    else if (older.values !== undefined) say("enum-removed", { before: older.values });
  } else {
    const [added, removed]: [Json[], Json[]] = [[], []];
    compareMaps(byText(older.values), byText(newer.values), {
      added: (_, value) => added.push(value),
      removed: (_, value) => removed.push(value),
    });
    if (removed.length > 0) say("enum-value-removed", { before: removed });
    if (added.length > 0) say("enum-value-added", { after: added });
  }
}

interface Allowed {
  readonly isConstant: boolean;
  readonly values: Json[] | undefined;
}

function allowedBy(parts: Parts): Allowed {
  const constants = valuesOf(parts, "const");
  const enums = valuesOf(parts, "enum").map(toList);
  if (constants.length > 0) return { isConstant: true, values: constants };
  const [first, ...others] = enums;
  const values = first?.filter((value) => others.every((one) => one.some((other) => isSame(value, other))));
  return { isConstant: false, values };
}

const of = ({ values: before }: Allowed, { values: after }: Allowed): JsonObject => ({
  ...(before === undefined ? {} : { before }),
  ...(after === undefined ? {} : { after }),
});

const includes = (outer: Allowed, inner: Allowed): boolean =>
  outer.values === undefined ||
  (inner.values ?? []).every((value) => outer.values?.some((other) => isSame(value, other)));

const byText = (values: readonly Json[]): Record<string, Json> =>
  Object.fromEntries(values.map((value) => [`=${canonicalJson(value)}`, value]));

type Verdicts = readonly [tighter: RuleName, looser: RuleName, other: RuleName];

const constraint: Verdicts = ["constraint-tightened", "constraint-loosened", "constraint-changed"];

/** Formats that another format includes; both are numbers in JavaScript. */
const wider: Readonly<Record<string, string>> = { int32: "int64", float: "double" };

function compareFormats(before: Parts, after: Parts, say: SayOfSchema): void {
  const [older] = valuesOf(before, "format").map(String);
  const [newer] = valuesOf(after, "format").map(String);
  if (older !== undefined && newer !== undefined && wider[older] === newer) return;
  compareSets(before, after, "format", ["format-added", "format-removed", "format-changed"], say);
}

/** Keywords with a list of values, each of which is one more restriction. */
function compareSets(
  before: Parts,
  after: Parts,
  keyword: string,
  [tighter, looser, other]: Verdicts,
  say: SayOfSchema,
): void {
  const [older, newer] = [valuesOf(before, keyword), valuesOf(after, keyword)];
  const [olds, news] = [new Set(older.map(canonicalJson)), new Set(newer.map(canonicalJson))];
  if (olds.size === news.size && isSubset(olds, news)) return;
  const rule = isSubset(olds, news) ? tighter : isSubset(news, olds) ? looser : other;
  say(rule, { ...first("before", older), ...first("after", newer) }, rule.startsWith("format") ? "" : ` ${keyword}`);
}

const first = (name: "before" | "after", values: readonly Json[]) => {
  const [value] = values;
  return value === undefined ? {} : { [name]: values.length === 1 ? value : [...values] };
};

function compareDefaults(before: Parts, after: Parts, say: SayOfSchema): void {
  const [older, newer] = [valuesOf(before, "default").at(-1), valuesOf(after, "default").at(-1)];
  if (isSame(older, newer)) return;
  if (older === undefined) say("default-added", newer === undefined ? {} : { after: newer });
  else if (newer === undefined) say("default-removed", { before: older });
  else say("default-changed", { before: older, after: newer });
}

/** Keywords of bounds, and whether a higher number allows less. */
const bounds: Readonly<Record<string, boolean>> = {
  minimum: true,
  exclusiveMinimum: true,
  minLength: true,
  minItems: true,
  minProperties: true,
  maximum: false,
  exclusiveMaximum: false,
  maxLength: false,
  maxItems: false,
  maxProperties: false,
};

function compareBounds(before: Parts, after: Parts, keyword: string, isLower: boolean, say: SayOfSchema): void {
  const [older, newer] = [before, after].map((parts) => {
    const numbers = valuesOf(parts, keyword).filter((value) => typeof value === "number");
    return isLower
      ? Math.max(
          Number.NEGATIVE_INFINITY,
          ...numbers.filter((number) => number > 0 || !/Length|Items|Prop/u.test(keyword)),
        )
      : Math.min(Number.POSITIVE_INFINITY, ...numbers);
  });
  if (older === undefined || newer === undefined || older === newer) return;
  const shown = { ...finite("before", older), ...finite("after", newer) };
  say(newer > older === isLower ? "constraint-tightened" : "constraint-loosened", shown, ` ${keyword}`);
}

const finite = (name: "before" | "after", value: number) => (Number.isFinite(value) ? { [name]: value } : {});
