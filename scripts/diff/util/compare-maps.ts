/** Two maps name by name. */

interface Differences<T> {
  added?(name: string, value: T): void;
  removed?(name: string, value: T): void;
  both?(name: string, before: T, after: T): void;
}

export function compareMaps<T>(
  before: Readonly<Record<string, T>>,
  after: Readonly<Record<string, T>>,
  { added, removed, both }: Differences<T>,
): void {
  const newer = new Map(Object.entries(after));
  for (const [name, value] of Object.entries(before)) {
    const other = newer.get(name);
    if (other === undefined) removed?.(name, value);
    else both?.(name, value, other);
    newer.delete(name);
  }
  for (const [name, value] of newer) added?.(name, value);
}

/** Two lists as sets. */
export const compareLists = (
  before: readonly string[],
  after: readonly string[],
  differences: Pick<Differences<true>, "added" | "removed">,
): void => compareMaps(toSet(before), toSet(after), differences);

const toSet = (list: readonly string[]): Record<string, true> => Object.fromEntries(list.map((name) => [name, true]));

/** A member of its own: a name may be `constructor`. */
export const memberOf = <T>(map: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(map, name) ? map[name] : undefined;
