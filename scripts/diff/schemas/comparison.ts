/** The interface that the comparisons of schemas share. */
import type { Json } from "../../codegen/util/json.ts";
import type { Direction, Finding } from "../rules/change.ts";
import type { RuleName } from "../rules/rules.ts";
import type { Documents } from "./schema-parts.ts";

export interface Place extends Pick<Finding, "area" | "subject"> {
  readonly at: string;
}

export type CompareSchemas = (place: Place, before: Json, after: Json, direction: Direction) => void;

/** The comparison of one pair of schemas. */
export interface Comparison {
  readonly documents: Documents;
  say(rule: RuleName, values?: Pick<Finding, "before" | "after">, at?: string, direction?: Partial<Direction>): void;
  /** Compares the schemas at a place below. */
  next(at: string, before: readonly Json[], after: readonly Json[], direction?: Direction): void;
  /** Compares alternatives at the same place; a change of null was already reported. */
  nextVariant(before: Json, after: Json): void;
  readonly direction: Direction;
  /** Whether two schemas allow the same values. */
  isEquivalent(before: Json, after: Json): boolean;
}
