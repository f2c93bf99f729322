/** Lists the packages that users install with either of our packages, by the lock file: the production dependencies and theirs, at any depth. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface ProductionPackage {
  readonly name: string;
  readonly version: string;
  /** The SPDX expression of its own manifest; `undefined` where it has none. */
  readonly license: string | undefined;
  /** True where its installation runs a program. */
  readonly hasInstallScript: boolean;
}

interface LockedPackage {
  readonly version?: string;
  readonly license?: unknown;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** @param root the folder of the lock file and of the installed packages */
export function listProductionPackages(root: string): ProductionPackage[] {
  const locked: Readonly<Record<string, LockedPackage>> = JSON.parse(
    readFileSync(join(root, "package-lock.json"), "utf8"),
  ).packages;
  const found = new Map<string, ProductionPackage>();

  function visit(place: string): void {
    for (const name of dependenciesOf(locked[place] ?? {})) {
      const at = findPlace(locked, place, name);
      // An optional package that this lock file leaves out is one that this machine does not install.
      if (at === undefined || found.has(at)) continue;
      const { version = "", license, hasInstallScript = false } = locked[at] ?? {};
      const own = licenseOf(root, at) ?? (typeof license === "string" ? license : undefined);
      found.set(at, { name, version, license: own, hasInstallScript });
      visit(at);
    }
  }

  visit("");
  visit("scripts");
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function dependenciesOf({ dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta }: LockedPackage) {
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => peerDependenciesMeta?.[name]?.optional !== true);
  return [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers];
}

/** Finds a package as Node does: in the `node_modules` of the folder, else of the folders above. */
function findPlace(locked: Readonly<Record<string, LockedPackage>>, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")))) {
    const place = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (locked[place]) return place;
    if (folder === "") return undefined;
  }
}

/** Reads the licence of an installed package, which is what users get; `undefined` where it is not installed or names none. */
function licenseOf(root: string, place: string): string | undefined {
  const manifest = join(root, place, "package.json");
  if (!existsSync(manifest)) return undefined;
  const { license }: { readonly license?: unknown } = JSON.parse(readFileSync(manifest, "utf8"));
  return typeof license === "string" ? license : undefined;
}
