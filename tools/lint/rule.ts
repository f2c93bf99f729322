/** The part of Redocly's rule interface that our rules use; its types are in a package that is not a dependency. */
export interface Location {
  child(path: readonly (string | number)[]): Location;
  /** The location of the key instead of the value. */
  key(): Location;
}

export interface RuleContext {
  readonly location: Location;
  /** Of the visited node: `Root`, `Operation`, `MediaType`, … */
  readonly type: { readonly name: string };
  report(problem: { message: string; location: Location; suggest?: readonly string[] }): void;
}

export type Visit = (node: unknown, context: RuleContext) => void;

/** A rule is called once for each document and returns its visitors by the name of the node's type. */
export type Rule = () => Readonly<Record<string, Visit | { readonly enter: Visit }>>;
