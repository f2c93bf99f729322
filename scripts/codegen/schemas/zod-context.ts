/** The context in which schemas are emitted, and the pieces of expressions that emitters share. */
import type { Json } from "../util/json.ts";
import { literal, stringLiteral } from "../util/ts-literal.ts";
import type { Direction, SchemaGraph } from "../openapi/schema-graph.ts";

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
 * A pattern's source and flags as literals; undefined if JavaScript cannot compile it, so that nothing is checked. JSON Schema's patterns
 * are Unicode (`\p{…}`), but some documents have patterns that compile only without the flag.
 */
export function patternOf(pattern: string): readonly string[] | undefined {
  for (const flags of ["u", ""]) {
    try {
      new RegExp(pattern, flags);
      return [pattern, flags].filter((part, index) => index === 0 || part !== "").map(stringLiteral);
    } catch {
      // The loop tries the next flags.
    }
  }
  return undefined;
}

export function unionOf(expressions: readonly string[]): string {
  const distinct = [...new Set(expressions)];
  const [only = "z.never()"] = distinct;
  if (distinct.includes("z.unknown()")) return "z.unknown()";
  return distinct.length < 2 ? only : `z.union([${distinct.join(", ")}])`;
}
