import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, matchesGlob, normalize } from "node:path/posix";
import { expect, test } from "vitest";
import runtime from "../../package.json" with { type: "json" };
import { root } from "../architecture/imports.ts";

const read = (file: string): string => readFileSync(join(root, file), "utf8");

/** Pages that users read, in the package or on its page at the registry. */
const pagesForUsers = [
  "README.md",
  "SECURITY.md",
  "examples/README.md",
  ...globSync(["docs/*.md", "specs/*/README.md"], { cwd: root }),
];
/** Pages of a clone. */
const pagesForContributors = ["ARCHITECTURE.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "scripts/README.md"];

interface Link {
  readonly page: string;
  /** The target from the repository's root, without its heading. */
  readonly file: string;
  readonly heading: string | undefined;
}

function relativeLinks(page: string): Link[] {
  const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/gu)].map(([, target = ""]) => target);
  return targets.flatMap((target) => {
    if (/^https:/u.test(target)) return [];
    const [path = "", heading] = target.split("#");
    return [{ page, file: path === "" ? page : normalize(join(dirname(page), path)), heading }];
  });
}

const isPublished = (file: string): boolean =>
  runtime.files.some((pattern) => matchesGlob(file, pattern) || file.startsWith(`${pattern}/`));

/** The anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.+)$/gmu)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );

test("a link of a page for users is absolute, or leads to a file that the package contains", () => {
  const links = pagesForUsers.flatMap(relativeLinks);
  expect(links.length).toBeGreaterThan(40);
  expect(links.filter(({ file }) => !existsSync(join(root, file)) || !isPublished(file))).toEqual([]);
});

test("a link of a page for contributors is absolute, or leads to a file of the repository", () => {
  const links = pagesForContributors.flatMap(relativeLinks);
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter(({ file }) => !existsSync(join(root, file)))).toEqual([]);
});

test("a link to a heading leads to one that the page has", () => {
  const links = [...pagesForUsers, ...pagesForContributors].flatMap(relativeLinks);
  const headed = links.filter(({ heading }) => heading !== undefined);
  expect(headed.length).toBeGreaterThan(10);
  expect(headed.filter(({ file, heading = "" }) => !anchorsOf(file).includes(heading))).toEqual([]);
});
