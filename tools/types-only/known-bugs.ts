/** Bugs of openapi-typescript 7.13 that make a type other than ours, each with its issue and with how a document meets it. */
import type { Visit } from "../../scripts/codegen/openapi/walk-document.ts";
import type { JsonObject } from "../../scripts/codegen/util/json.ts";

export interface KnownBug {
  readonly issue: number;
  readonly what: string;
  readonly meets: (document: JsonObject, visits: readonly Visit[], access: string) => boolean;
}

export const knownBugs: readonly KnownBug[] = [];

/** The issue of the first bug that the part of a document meets. */
export const explanationOf = (document: JsonObject, visits: readonly Visit[], access: string): number | undefined =>
  knownBugs.find(({ meets }) => meets(document, visits, access))?.issue;
