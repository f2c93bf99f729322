/** Pieces of expressions that the emitters of schemas share. */
import type { Json } from "../util/json.ts";
import { literal, stringLiteral } from "../util/ts-literal.ts";
import type { ZodContext } from "./zod-context.ts";

/** The emitter of one schema, handed down to what it is made of. */
export type Express = (schema: Json | undefined, context: ZodContext) => string;

export const call = (word: string, args: readonly string[]): string => `z.${word}(${args.join(", ")})`;

export const bound = (check: string, value: Json | undefined, least = Number.NEGATIVE_INFINITY): string[] =>
  typeof value === "number" && value >= least ? [`z.${check}(${literal(value)})`] : [];

/**
 * A pattern's source and flags as literals; none where no engine of ours compiles it, which then checks nothing. JSON Schema's patterns are
 * Unicode (`\p{…}`); some are written for laxer engines.
 */
export function patternOf(pattern: string): readonly string[] | undefined {
  for (const flags of ["u", ""]) {
    try {
      new RegExp(pattern, flags);
      return [pattern, flags].filter((part, index) => index === 0 || part !== "").map(stringLiteral);
    } catch {
      // Tried with the next flags.
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
