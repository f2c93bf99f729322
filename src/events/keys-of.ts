/** Whose tokens a request carries, as events have it: credentials that are sent as they are have no key. */
export const tokenKeysOf = (carried: KeyedAuth): string[] =>
  (carried ?? []).flatMap(({ provider: bearer }) => (bearer.key === "" ? [] : [bearer.key]));

export type KeyedAuth = readonly { readonly provider: { readonly key: string } }[] | undefined;
