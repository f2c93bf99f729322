/** `node tools/supply/licences.ts [folder]`: checks the licences of all packages that users install with ours. Exits 1 for any other licence. */
import { join, resolve } from "node:path";
import { listProductionPackages } from "./production-packages.ts";

/** Licences that let users of an MIT package do what MIT lets them do, with a notice at most. */
const allowed: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "ISC",
  "MIT",
]);

/** True where all licences of an `AND`, or one of an `OR`, are allowed (SPDX expressions, which we need no more of). */
export function isAllowed(expression: string | undefined): boolean {
  const text = expression?.trim().replace(/^\((.*)\)$/u, "$1") ?? "";
  if (/[()]/u.test(text)) return false;
  return text.split(" OR ").some((part) => part.split(" AND ").every((one) => allowed.has(one.trim())));
}

if (import.meta.main) {
  const packages = listProductionPackages(resolve(process.argv[2] ?? join(import.meta.dirname, "..", "..")));
  const refused = packages.filter(({ license }) => !isAllowed(license));
  for (const { name, version, license } of refused)
    process.stderr.write(
      `licences: ${name} ${version} has ${license ?? "no licence"}; it is none of ${[...allowed].join(", ")}\n`,
    );
  if (refused.length > 0) process.exitCode = 1;
  else process.stdout.write(`licences: ${packages.length} packages, all allowed\n`);
}
