import type { Direction, SchemaGraph } from "../openapi/schema-graph.ts";

/**
 * `tolerant`, so that a vendor may add things: enums of several values are open both ways, unknown members pass on reading. `strict`, where it was
 * asked for: enums are closed, and members that nothing in the document names are refused. `exact`: JSON Schema to the
 * letter, below `not`, `if` and `contains`, where being tolerant would refuse more.
 */
export type Level = "tolerant" | "strict" | "exact";

export interface Mode {
  readonly direction: Direction;
  readonly level: Level;
  /** One part of a composition: whether unknown members pass is for the whole to say. */
  readonly isPart: boolean;
}

export interface ZodContext extends Mode {
  readonly graph: SchemaGraph;
  /** The component being built, while we are still at its own place rather than in a member. */
  readonly inside: string | undefined;
  /** An expression for a component: asks for it to be emitted. */
  component(name: string, mode: Mode): string;
}

/** In a member of the component, a reference back to it is a cycle that data ends. */
export const inMember = (context: ZodContext): ZodContext => ({ ...context, inside: undefined, isPart: false });

export const asPart = (context: ZodContext): ZodContext => ({ ...context, isPart: true });

export const exactly = (context: ZodContext): ZodContext => ({ ...context, level: "exact" });
