/** A release step: fails while a manifest names the placeholder `OWNER` in place of the repository's owner. */
import { hasPlaceholder, packageFolders, readManifest } from "./packages.ts";

const found = packageFolders.filter((folder) => hasPlaceholder(readManifest(folder)));

if (found.length > 0) {
  const files = found.map((folder) => (folder === "." ? "package.json" : `${folder}/package.json`)).join(" ");
  process.stderr.write(
    `release: the repository's owner is still the placeholder OWNER. Replace it: sed -i 's#/OWNER/#/your-account/#' ${files}\n`,
  );
  process.exitCode = 1;
}
