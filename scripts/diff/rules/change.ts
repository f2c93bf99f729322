/** One change: what a comparison found, with its effect by the rule and the direction. */
import type { Json } from "../../codegen/util/json.ts";
import { type Rule, type RuleName, ruleOf, type Version } from "./rules.ts";

export interface Change {
  readonly area: Area;
  /** What changed: `scheme oauth2`, `GET /things/{id}`, a schema's name. */
  readonly subject: string;
  /** Where in it: `query page`, `response 200 application/json /name`; empty for the whole. */
  readonly at: string;
  readonly rule: RuleName;
  readonly change: Rule["kind"];
  /** The rule's description. */
  readonly text: string;
  readonly breaks: { readonly callers: boolean; readonly readers: boolean };
  /** The version that this change alone needs. */
  readonly version: Version;
  readonly before?: Json;
  readonly after?: Json;
  /** The operations that a change of a schema or of sign-in affects. */
  readonly operations?: readonly string[];
}

export type Area = "sign-in" | "operations" | "schemas";

/** Whether a value is sent by callers, received by readers, or both. */
export interface Direction {
  readonly sent: boolean;
  readonly received: boolean;
}

/** A difference that a comparison found, without its effect. */
export interface Finding {
  readonly area: Area;
  readonly subject: string;
  readonly at?: string;
  readonly rule: RuleName;
  /** @default both */
  readonly direction?: Direction;
  readonly before?: Json | undefined;
  readonly after?: Json | undefined;
  readonly operations?: readonly string[];
}

/** Collects what comparisons find. */
export type Report = (finding: Finding) => void;

export function toChange({
  area,
  subject,
  at = "",
  rule: name,
  direction,
  before,
  after,
  operations,
}: Finding): Change {
  const { kind, breaks, version, text } = ruleOf(name);
  const { sent, received } = direction ?? { sent: true, received: true };
  const callers = sent && (breaks === "callers" || breaks === "both");
  const readers = received && (breaks === "readers" || breaks === "both");
  return {
    area,
    subject,
    at,
    rule: name,
    change: kind,
    text,
    breaks: { callers, readers },
    version: callers || readers || breaks === "nobody" ? version : "minor",
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(operations === undefined || operations.length === 0 ? {} : { operations }),
  };
}

export const isBreaking = ({ breaks }: Change): boolean => breaks.callers || breaks.readers;

/** The version that all changes together need. */
export function versionOf(changes: readonly Change[]): Version | "none" {
  const order = ["major", "minor", "patch"] as const;
  return order.find((one) => changes.some(({ version }) => version === one)) ?? "none";
}
