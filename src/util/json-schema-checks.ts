/**
 * Implements JSON Schema's keywords beyond `type` (JSON Schema 2020-12 Validation §6, Core §10) as zod checks. As in JSON Schema, a
 * keyword applies to one type of value and accepts all others, so that a check works with and without a type. Each check is a plain
 * function, so that no zod class is bundled for it.
 */
import type * as mini from "zod/mini";
import { isJsonObject, toCanonicalJson } from "./json.ts";

/** A schema typed by its value alone. Generated files state that type themselves, so that nothing is inferred. */
export type Schema<T = unknown> = mini.ZodMiniType<T>;
type Payload = mini.core.ParsePayload;
type Issue = Payload["issues"][number];
export type Check = (payload: Payload) => void;
type Members = Readonly<Record<string, unknown>>;

/** Lengths are in characters, not in UTF-16 code units (§6.3.1, RFC 8259 §7). */
export const minLength = (minimum: number): Check =>
  onText((text) => text.length >= minimum && lengthOf(text) >= minimum, {
    code: "too_small",
    origin: "string",
    minimum,
  });
export const maxLength = (maximum: number): Check =>
  onText((text) => text.length <= maximum || lengthOf(text) <= maximum, { code: "too_big", origin: "string", maximum });

/** The longest text that a pattern is tested on: a longer one is accepted, so that no text keeps the engine busy. */
const longestText = 10_000;

/** @param limit found by the generator for a pattern whose time grows faster than the text */
export function pattern(source: string, flags?: string, limit = longestText): Check {
  const expression = new RegExp(source, flags);
  return onText((text) => text.length > limit || expression.test(text), { code: "invalid_format", format: "regex" });
}

const days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isDay = (year: number, month: number, day: number): boolean =>
  day >= 1 &&
  day <= (days[month - 1] ?? 0) &&
  (month !== 2 || day < 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)));

function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/u.exec(text) ?? [];
  return isDay(Number(year), Number(month), Number(day));
}

/** RFC 3339 §5.6, leap seconds included. Some servers leave out the offset's colon. */
function isDateTime(text: string): boolean {
  const match = /^(.{10})[t\s](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:z|([+-])(\d\d)(?::?(\d\d))?)$/iu.exec(text);
  if (!match) return false;
  const [, date = "", ...parts] = match;
  const [hour = 0, minute = 0, second = 0, , offsetHours = 0, offsetMinutes = 0] = parts.map((part) =>
    Number(part ?? 0),
  );
  if (!isDate(date) || offsetHours > 23 || offsetMinutes > 59) return false;
  if (hour <= 23 && minute <= 59 && second <= 59) return true;
  const offset = (offsetHours * 60 + offsetMinutes) * (parts[3] === "-" ? -1 : 1);
  return second === 60 && hour <= 23 && (hour * 60 + minute - offset + 2880) % 1440 === 1439;
}

const uuidPattern = /^(?:urn:uuid:)?[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/iu;

const format = (name: string, test: (text: string) => boolean): Check =>
  onText(test, { code: "invalid_format", format: name });
export const date = /* @__PURE__ */ format("date", isDate);
export const dateTime = /* @__PURE__ */ format("date-time", isDateTime);
export const uuid = /* @__PURE__ */ format("uuid", (text) => uuidPattern.test(text));

/** JSON has one number type, so 1e300 is an integer as well as 1. */
export const whole = /* @__PURE__ */ onNumber(Number.isInteger, { code: "invalid_type", expected: "int" });
export const gte = (minimum: number): Check =>
  onNumber((value) => value >= minimum, { code: "too_small", origin: "number", minimum });
export const gt = (minimum: number): Check =>
  onNumber((value) => value > minimum, { code: "too_small", origin: "number", minimum, inclusive: false });
export const lte = (maximum: number): Check =>
  onNumber((value) => value <= maximum, { code: "too_big", origin: "number", maximum });
export const lt = (maximum: number): Check =>
  onNumber((value) => value < maximum, { code: "too_big", origin: "number", maximum, inclusive: false });
/** 0.3 counts as a multiple of 0.1, despite binary fractions. */
export const multipleOf = (divisor: number): Check =>
  onNumber(
    (value) => {
      const quotient = value / divisor;
      return Math.abs(quotient - Math.round(quotient)) <= Math.abs(quotient) * 1e-12;
    },
    { code: "custom", message: `must be a multiple of ${divisor}` },
  );

export const minItems = (minimum: number): Check =>
  onList((items) => items.length >= minimum, { code: "too_small", origin: "array", minimum });
export const maxItems = (maximum: number): Check =>
  onList((items) => items.length <= maximum, { code: "too_big", origin: "array", maximum });
export const uniqueItems: Check = /* @__PURE__ */ onList(
  (items) => new Set(items.map(toCanonicalJson)).size === items.length,
  { code: "custom", message: "must not contain an item twice" },
);
export const contains = (schema: Schema, least = 1, most = Infinity): Check =>
  onList(
    (items) => {
      const count = items.filter((item) => fits(schema, item)).length;
      return count >= least && count <= most;
    },
    { code: "custom", message: "lacks required items" },
  );

export const requires = (names: readonly string[]): Check =>
  onObject((members, report) => {
    for (const name of names) {
      if (!has(members, name))
        report({ code: "invalid_type", expected: "nonoptional", path: [name], input: undefined });
    }
  });
export const dependentRequired = (dependents: Readonly<Record<string, readonly string[]>>): Check =>
  onObject((members, report) => {
    for (const [name, names] of Object.entries(dependents)) {
      for (const other of has(members, name) ? names : []) {
        if (!has(members, other))
          report({ code: "custom", message: `is needed beside ${name}`, path: [other], input: undefined });
      }
    }
  });
export const dependentSchemas = (dependents: Readonly<Record<string, Schema>>): Check =>
  onObject((members, report) => {
    for (const [name, schema] of Object.entries(dependents))
      if (has(members, name)) issuesOf(schema, members).forEach(report);
  });
export const propertyCount = (least: number, most = Infinity): Check =>
  onObject((members, report) => {
    const count = Object.keys(members).length;
    if (count < least || count > most)
      report({ code: "custom", message: "has too few or too many members", input: members });
  });
export const propertyNames = (schema: Schema): Check =>
  onObject((members, report) => {
    for (const name of Object.keys(members)) {
      if (!fits(schema, name))
        report({ code: "custom", message: "has a member whose name is not allowed", input: members });
    }
  });
/** Validates a member by the patterns that its name matches; one that matches none and is not named, by `rest`. */
export const members = (
  patterns: readonly (readonly [source: string, schema: Schema, flags?: string, limit?: number])[],
  named: readonly string[],
  rest?: Schema,
): Check => {
  const known = new Set(named);
  const compiled = patterns.map(([source, schema, flags, limit = longestText]) => {
    const expression = new RegExp(source, flags);
    return { matches: (name: string) => name.length <= limit && expression.test(name), schema };
  });
  const longestName = Math.min(longestText, ...patterns.map(([, , , limit = longestText]) => limit));
  return onObject((value, report) => {
    for (const [name, member] of Object.entries(value)) {
      const matching = compiled.filter(({ matches }) => matches(name)).map(({ schema }) => schema);
      const isSettled = matching.length > 0 || known.has(name) || name.length > longestName;
      const schemas = isSettled || rest === undefined ? matching : [rest];
      for (const schema of schemas) for (const issue of issuesOf(schema, member)) report(under(name, issue));
    }
  });
};

export const all =
  (...schemas: readonly Schema[]): Check =>
  (payload) => {
    for (const schema of schemas) payload.issues.push(...issuesOf(schema, payload.value));
  };
export const not =
  (schema: Schema): Check =>
  (payload) => {
    if (fits(schema, payload.value))
      payload.issues.push({ code: "custom", message: "is excluded by the document", input: payload.value });
  };
export const conditional =
  (condition: Schema, whenFits: Schema | undefined, otherwise: Schema | undefined): Check =>
  (payload) => {
    const schema = fits(condition, payload.value) ? whenFits : otherwise;
    if (schema) payload.issues.push(...issuesOf(schema, payload.value));
  };
/** JSON Schema's equality, where the order of members does not matter (Core §4.2.2). */
export const equals = (wanted: unknown): Check => {
  const text = toCanonicalJson(wanted);
  return (payload) => {
    if (toCanonicalJson(payload.value) !== text)
      payload.issues.push({ code: "invalid_value", values: [], input: payload.value });
  };
};
/** OpenAPI's discriminator: the property's value names the schema that the object must match. */
export const discriminated = (
  property: string,
  variants: readonly (readonly [names: readonly string[], schema: Schema])[],
): Check => {
  const schemas = new Map(variants.flatMap(([names, schema]) => names.map((name) => [name, schema] as const)));
  return onObject((value, report) => {
    const schema = schemas.get(String(value[property]));
    if (schema) issuesOf(schema, value).forEach(report);
    else report({ code: "invalid_value", values: [...schemas.keys()], path: [property], input: undefined });
  });
};

function issuesOf(schema: Schema, value: unknown): Issue[] {
  const result = schema._zod.run({ value, issues: [] }, { async: false });
  return result instanceof Promise ? [] : result.issues;
}

const fits = (schema: Schema, value: unknown): boolean => issuesOf(schema, value).length === 0;

const has = (value: Members, name: string): boolean => Object.hasOwn(value, name) && value[name] !== undefined;

const under = (name: string, issue: Issue): Issue => ({ ...issue, path: [name, ...(issue.path ?? [])] });

/** Reports with `continue`, so that the other checks still run. */
function onText(test: (text: string) => boolean, issue: Record<string, unknown>): Check {
  return (payload) => {
    if (typeof payload.value === "string" && !test(payload.value)) report(payload, issue);
  };
}

function onNumber(test: (value: number) => boolean, issue: Record<string, unknown>): Check {
  return (payload) => {
    if (typeof payload.value === "number" && !test(payload.value)) report(payload, issue);
  };
}

function onList(test: (items: readonly unknown[]) => boolean, issue: Record<string, unknown>): Check {
  return (payload) => {
    if (Array.isArray(payload.value) && !test(payload.value)) report(payload, issue);
  };
}

function onObject(judge: (value: Members, report: (issue: Issue) => void) => void): Check {
  return (payload) => {
    if (isJsonObject(payload.value)) judge(payload.value, (issue) => payload.issues.push(issue));
  };
}

const report = (payload: Payload, issue: object): void => {
  payload.issues.push(Object.assign({ code: "custom" as const, input: payload.value, continue: true }, issue));
};

function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}
