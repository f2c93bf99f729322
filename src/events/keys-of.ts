/** Whose tokens a request carries, as events have it: credentials that are sent as they are have no key. */
export const keysOf = (carried: CarriedKeys): string[] =>
  (carried ?? []).flatMap(({ bearer }) => (bearer.key === "" ? [] : [bearer.key]));

export type CarriedKeys = readonly { readonly bearer: { readonly key: string } }[] | undefined;
