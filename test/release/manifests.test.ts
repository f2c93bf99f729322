import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hasPlaceholder, packageFolders, readManifest, root } from "../../tools/release/packages.ts";

const addressesOf = (owner: string) => ({
  homepage: `https://github.com/${owner}/latchkey#readme`,
  bugs: { url: `https://github.com/${owner}/latchkey/issues` },
  repository: { type: "git" as const, url: `git+https://github.com/${owner}/latchkey.git` },
});

describe("the manifests of the packages", () => {
  test("name one repository, each with its own folder, and one address for problems", () => {
    const [runtime, cli] = packageFolders.map(readManifest);
    const repository = runtime?.repository.url ?? "";
    const page = repository.replace(/^git\+/u, "").replace(/\.git$/u, "");
    expect(page).toMatch(/^https:\/\/github\.com\/[\w.-]+\/latchkey$/u);
    expect(runtime?.repository.directory).toBeUndefined();
    expect(cli?.repository).toEqual({ type: "git", url: repository, directory: "scripts" });
    for (const manifest of [runtime, cli]) {
      expect(manifest).toMatchObject({ homepage: `${page}#readme`, bugs: { url: `${page}/issues` } });
      expect(manifest?.keywords).toContain("openapi");
    }
  });
});

describe("the owner of the repository", () => {
  test("is a placeholder until an account stands in every address", () => {
    expect(hasPlaceholder(addressesOf("OWNER"))).toBe(true);
    expect(hasPlaceholder({ ...addressesOf("acme"), bugs: addressesOf("OWNER").bugs })).toBe(true);
    expect(hasPlaceholder(addressesOf("acme"))).toBe(false);
  });

  test("ends a release while it is a placeholder, and names the files to change", () => {
    const files = packageFolders.filter((folder) => hasPlaceholder(readManifest(folder)));
    const script = join(root, "tools/release/check-owner.ts");
    const { status, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8" });
    expect(status).toBe(files.length > 0 ? 1 : 0);
    for (const folder of files) expect(stderr).toContain(join(folder, "package.json"));
  });
});
