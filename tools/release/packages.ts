/** The two packages of a release, and their manifests. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

export const root = join(import.meta.dirname, "../..");

/** Folders of the packages, in the order of publication. */
export const packageFolders = [".", "scripts"] as const;

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  homepage: z.url(),
  bugs: z.object({ url: z.url() }),
  keywords: z.array(z.string()),
  repository: z.object({ type: z.literal("git"), url: z.string(), directory: z.string().optional() }),
});

export type Manifest = z.infer<typeof manifestSchema>;

export function readManifest(folder: string): Manifest {
  return manifestSchema.parse(JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")));
}

/** Whether an address names the placeholder `OWNER` in place of the repository's owner. */
export const hasPlaceholder = ({ repository, homepage, bugs }: Pick<Manifest, "repository" | "homepage" | "bugs">) =>
  [repository.url, homepage, bugs.url].some((url) => url.includes("/OWNER/"));
