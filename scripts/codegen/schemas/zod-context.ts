/** The context in which schemas are emitted, and the pieces of expressions that emitters share. */
import { longestText, patternLimit } from "../openapi/pattern-limit.ts";
import { walkDocument } from "../openapi/walk-document.ts";
import { type Json, toObject } from "../util/json.ts";
import { literal, stringLiteral } from "../util/ts-literal.ts";
import { componentOf, type Direction, type SchemaGraph } from "../openapi/schema-graph.ts";

/**
 * How strictly a schema is checked. `tolerant`, so that a vendor may add values: enums of several values are open in both directions, and
 * unknown members are accepted in responses. `strict`, an option of the user: enums are closed and unknown members are errors. `exact`:
 * as JSON Schema defines it, below `not`, `if` and `contains`, where a tolerant schema would refuse valid values.
 */
export type Level = "tolerant" | "strict" | "exact";

export interface Mode {
  readonly direction: Direction;
  readonly level: Level;
  /** Whether the schema is part of a composition, which decides as a whole whether unknown members are accepted. */
  readonly isPart: boolean;
}

export interface ZodContext extends Mode {
  readonly graph: SchemaGraph;
  /** The component whose schema is emitted, undefined inside its members. */
  readonly inside: string | undefined;
  /** Returns the expression for a component and makes sure that it is emitted. */
  component(name: string, mode: Mode): string;
}

/** The context inside a member, where a reference to the component itself is allowed: the data ends the cycle. */
export const inMember = (context: ZodContext): ZodContext => ({ ...context, inside: undefined, isPart: false });

export const asPart = (context: ZodContext): ZodContext => ({ ...context, isPart: true });

export const exactly = (context: ZodContext): ZodContext => ({ ...context, level: "exact" });

/** Emits one schema; emitters of keywords call it for the schemas inside. */
export type Express = (schema: Json | undefined, context: ZodContext) => string;

export const call = (word: string, args: readonly string[]): string => `z.${word}(${args.join(", ")})`;

export const bound = (check: string, value: Json | undefined, least = Number.NEGATIVE_INFINITY): string[] =>
  typeof value === "number" && value >= least ? [`z.${check}(${literal(value)})`] : [];

/**
 * A pattern's source, flags and limit of the text as literals; undefined if JavaScript cannot compile it or no limit makes it safe, so that
 * nothing is checked. JSON Schema's patterns are Unicode (`\p{…}`), but some documents have patterns that compile only without the flag.
 */
export function patternOf(pattern: string): readonly string[] | undefined {
  for (const flags of ["u", ""]) {
    try {
      new RegExp(pattern, flags);
      const limit = patternLimit(pattern);
      if (limit === undefined) return undefined;
      if (limit < longestText) return [stringLiteral(pattern), stringLiteral(flags), String(limit)];
      return [pattern, flags].filter((part, index) => index === 0 || part !== "").map(stringLiteral);
    } catch {
      // The loop tries the next flags.
    }
  }
  return undefined;
}

/** Whether a schema has a pattern, also in its references, that is not checked: `not` such a schema would refuse valid values. */
export function leavesOutPattern(
  schema: Json | undefined,
  graph: Pick<SchemaGraph, "schemas">,
  seen = new Set<string>(),
): boolean {
  for (const { kind, value } of walkDocument(schema ?? null, "schema")) {
    if (kind !== "schema") continue;
    const own = typeof value.pattern === "string" && value.pattern !== "" ? [value.pattern] : [];
    const patterns = [...own, ...Object.keys(toObject(value.patternProperties))];
    if (patterns.some((pattern) => patternOf(pattern) === undefined)) return true;
    const target = componentOf(value.$ref);
    if (target === undefined || seen.has(target)) continue;
    seen.add(target);
    if (leavesOutPattern(graph.schemas[target], graph, seen)) return true;
  }
  return false;
}

export function unionOf(expressions: readonly string[]): string {
  const distinct = [...new Set(expressions)];
  const [only = "z.never()"] = distinct;
  if (distinct.includes("z.unknown()")) return "z.unknown()";
  return distinct.length < 2 ? only : `z.union([${distinct.join(", ")}])`;
}
