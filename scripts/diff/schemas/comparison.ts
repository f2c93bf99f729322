/** What the comparisons of schemas share: a pair of schemas at a place, and what can be said of it. */
import type { Json } from "../../codegen/util/json.ts";
import type { Direction, Finding } from "../rules/change.ts";
import type { RuleName } from "../rules/rules.ts";
import type { Documents } from "./schema-parts.ts";

export interface Place extends Pick<Finding, "area" | "subject"> {
  readonly at: string;
}

export type CompareSchemas = (place: Place, before: Json, after: Json, direction: Direction) => void;

/** What one pair of schemas is compared with. */
export interface Comparison {
  readonly documents: Documents;
  say(rule: RuleName, values?: Pick<Finding, "before" | "after">, at?: string, direction?: Partial<Direction>): void;
  /** Compares what is at a place below. */
  next(at: string, before: readonly Json[], after: readonly Json[], direction?: Direction): void;
  /** Compares alternatives at this very place; whether null passes is told of already. */
  nextVariant(before: Json, after: Json): void;
  readonly direction: Direction;
  /** Whether two schemas let the same pass. */
  isEquivalent(before: Json, after: Json): boolean;
}
