/** `npm run types:under -- <version>`: checks all types, then those of `generated/` without libraries of Node, under a TypeScript of that version. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const [version = ""] = process.argv.slice(2);
if (!/^\d+\.\d+$/u.test(version)) {
  process.stderr.write(
    "types: no version of TypeScript was given. Name one as major.minor: npm run types:under -- 5.9\n",
  );
  process.exit(2);
}

for (const project of ["tsconfig.json", "tsconfig.generated.json"]) {
  const args = ["exec", "--yes", "--package", `typescript@~${version}`, "--", "tsc", "--project", project];
  const { status } = spawnSync("npm", args, { cwd: join(import.meta.dirname, ".."), stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
