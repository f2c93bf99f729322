/** The part of Redocly's rule interface that our rules use; its own types come with a package we do not depend on. */
export interface Location {
  child(path: readonly (string | number)[]): Location;
  /** The key, not the value, is what is underlined. */
  key(): Location;
}

export interface RuleContext {
  readonly location: Location;
  /** Of the visited node: `Root`, `Operation`, `MediaType`, … */
  readonly type: { readonly name: string };
  report(problem: { message: string; location: Location; suggest?: readonly string[] }): void;
}

export type Visit = (node: unknown, context: RuleContext) => void;

/** A rule is called once per document and answers with what it visits, by the name of the node's type. */
export type Rule = () => Readonly<Record<string, Visit | { readonly enter: Visit }>>;
