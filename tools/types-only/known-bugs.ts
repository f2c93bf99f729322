/** Bugs of openapi-typescript 7.13 that make a type other than ours, each with its issue and with how a document meets it. */
import { dereference } from "../../scripts/codegen/openapi/dereference.ts";
import type { Visit } from "../../scripts/codegen/openapi/walk-document.ts";
import { type JsonObject, toList } from "../../scripts/codegen/util/json.ts";

export interface KnownBug {
  /** The number of its issue, or what it is called where nobody has reported it. */
  readonly issue: number | "unreported";
  readonly what: string;
  readonly meets: (document: JsonObject, visits: readonly Visit[], access: string) => boolean;
}

export const knownBugs: readonly KnownBug[] = [
  {
    issue: 2664,
    what: "every value of a schema with $defs must have a member $defs",
    meets: (_, visits) => visits.some(({ kind, value }) => kind === "schema" && value.$defs !== undefined),
  },
  {
    issue: 1690,
    what: "a schema that takes in a union by allOf loses the union",
    meets: (document, visits) =>
      visits.some(({ value }) =>
        toList(value.allOf).some((part) => {
          const { oneOf, discriminator } = dereference(document, part);
          return oneOf !== undefined && discriminator !== undefined;
        }),
      ),
  },
  {
    issue: "unreported",
    what: "a component that is a reference to another is empty",
    meets: (_, visits, access) => visits[0]?.value.$ref !== undefined && !access.startsWith('components["schemas"]'),
  },
  {
    issue: "unreported",
    what: "a reference to an optional member adds undefined, and one to another part does not compile",
    meets: (_, visits) => visits.some(({ value }) => /^#\/(?:[^/]+\/){3,}[^/]/u.test(String(value.$ref ?? ""))),
  },
];

/** The first bug that the part of a document meets. */
export const explanationOf = (
  document: JsonObject,
  visits: readonly Visit[],
  access: string,
): KnownBug["what"] | undefined => knownBugs.find(({ meets }) => meets(document, visits, access))?.what;

/** `openapi-typescript 2664: …`. */
export const describeBug = ({ issue, what }: KnownBug): string =>
  `openapi-typescript ${issue === "unreported" ? "(unreported)" : issue}: ${what}`;

/** Whether the schema is part of a circle that a compiler refuses (issues 1603 and 1665); openapi-typescript's file has an error there. */
export const isInCircle = (errors: readonly string[], access: string): boolean =>
  errors.some((error) => {
    const [, name = ""] = /TS2502: '(.*)' is referenced/u.exec(error) ?? [];
    return name !== "" && access.endsWith(`[${JSON.stringify(name)}]`);
  });
