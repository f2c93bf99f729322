/** Reads npm's warnings about packages that need a newer Node. */

/** Counts npm's EBADENGINE warnings by package (`name@version`). @param output the text that npm printed */
export function engineWarnings(output: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [, name = ""] of output.matchAll(/EBADENGINE\s+package: '([^']+)'/gu))
    counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** The parts of a lock file that say which packages only development needs. */
export interface LockFile {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly dev?: boolean }>>;
}

/** Finds those of the packages (`name@version`) that a lock file has for development alone: users never install them. */
export function developmentOnly(names: Iterable<string>, { packages }: LockFile): string[] {
  const shipped = new Set(
    Object.entries(packages).flatMap(([path, { version, dev }]) => (dev ? [] : [`${toName(path)}@${version}`])),
  );
  const known = new Set(Object.entries(packages).map(([path, { version }]) => `${toName(path)}@${version}`));
  return [...names].filter((name) => known.has(name) && !shipped.has(name));
}

const toName = (path: string): string => path.replace(/^.*node_modules\//u, "");
