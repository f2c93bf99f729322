/** What users install with our packages: its licences, its known vulnerabilities, and that none of it runs a program when it is installed. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { isAllowed } from "../../tools/supply/licences.ts";
import { listProductionPackages } from "../../tools/supply/production-packages.ts";
import { root } from "../architecture/imports.ts";
import { spawnScript } from "../support/command.ts";

let folder: string;
const { npm_config_registry: registry } = process.env;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-supply-"));
});
afterEach(async () => {
  if (registry === undefined) delete process.env.npm_config_registry;
  else process.env.npm_config_registry = registry;
  await rm(folder, { recursive: true });
});

/** A project of which users install `victim`, and with it `inner`; `tool` is ours alone. */
async function writeProject(license: string, installed?: string): Promise<void> {
  const manifest = {
    name: "ours",
    version: "1.0.0",
    dependencies: { victim: "1.0.0" },
    devDependencies: { tool: "1.0.0" },
  };
  const packages = {
    "": manifest,
    "node_modules/victim": {
      version: "1.0.0",
      license: "MIT",
      dependencies: { inner: "1.0.0" },
      peerDependencies: { chosen: "1" },
      peerDependenciesMeta: { chosen: { optional: true } },
    },
    "node_modules/victim/node_modules/inner": { version: "1.0.0", license },
    "node_modules/inner": { version: "2.0.0", license: "AGPL-3.0-only", dev: true },
    "node_modules/chosen": { version: "1.0.0", license: "AGPL-3.0-only", dev: true },
    "node_modules/tool": { version: "1.0.0", license: "AGPL-3.0-only", dev: true },
  };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  const lock = { name: "ours", version: "1.0.0", lockfileVersion: 3, requires: true, packages };
  await writeFile(join(folder, "package-lock.json"), JSON.stringify(lock));
  if (installed === undefined) return;
  const inner = join(folder, "node_modules/victim/node_modules/inner");
  await mkdir(inner, { recursive: true });
  await writeFile(join(inner, "package.json"), JSON.stringify({ license: installed }));
}

describe("licences", () => {
  test("of all that users install with both packages are allowed", () => {
    const packages = listProductionPackages(root);
    expect(packages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["openapi-fetch", "openapi-typescript-helpers", "zod", "hono", "fast-uri"]),
    );
    expect(packages.map(({ name }) => name)).not.toContain("vitest");
    expect(packages.filter(({ license }) => !isAllowed(license))).toEqual([]);
  });

  test.each(["MIT", "(MIT OR GPL-3.0-only)", "MIT AND ISC", " Apache-2.0 "])("%j is allowed", (license) =>
    expect(isAllowed(license)).toBe(true),
  );
  test.each([
    undefined,
    "",
    "GPL-3.0-only",
    "MIT AND GPL-3.0-only",
    "SEE LICENSE IN LICENSE",
    "(MIT OR (ISC AND GPL-3.0-only))",
  ])("%j is not", (license) => expect(isAllowed(license)).toBe(false));

  test("are those of the whole tree, without what is ours alone", async () => {
    await writeProject("ISC");
    expect(await spawnScript("tools/supply/licences.ts", folder)).toMatchObject({
      code: 0,
      out: "licences: 2 packages, all allowed\n",
    });
    await writeProject("GPL-3.0-only");
    const { code, error } = await spawnScript("tools/supply/licences.ts", folder);
    expect({ code, error }).toMatchObject({ code: 1, error: expect.stringContaining("inner 1.0.0 has GPL-3.0-only") });
  });

  test("are those of the installed packages, whatever the lock file says", async () => {
    await writeProject("MIT", "GPL-3.0-only");
    expect(await spawnScript("tools/supply/licences.ts", folder)).toMatchObject({ code: 1 });
  });
});

test("nothing that users install runs a program when it is installed", () => {
  expect(listProductionPackages(root).filter(({ hasInstallScript }) => hasInstallScript)).toEqual([]);
});

describe("the audit", { timeout: 60_000 }, () => {
  /** What the registry says of a package. */
  const document = (url: string) => {
    const name = url.slice(1);
    const versions = ["1.0.0", "2.0.0"].map((version) => [version, { name, version }]);
    return { name, "dist-tags": { latest: "2.0.0" }, versions: Object.fromEntries(versions) };
  };
  /** @param advisories by package, or the status of a registry that knows none */
  async function audit(advisories: object | number) {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      if (typeof advisories === "number") response.writeHead(advisories).end();
      else
        response
          .setHeader("content-type", "application/json")
          .end(JSON.stringify(request.method === "POST" ? advisories : document(request.url ?? "")));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    process.env.npm_config_registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    try {
      await writeProject("MIT");
      return { ...(await spawnScript("tools/supply/audit.ts", folder)), asked };
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }
  const advisory = {
    id: 1,
    url: "https://example.invalid/1",
    title: "it leaks",
    severity: "low",
    vulnerable_versions: "<2.0.0",
    cwe: [],
    cvss: {},
  };

  it("passes where the registry knows of nothing", async () => {
    const { code, out, asked } = await audit({});
    expect({ code, out }).toEqual({ code: 0, out: "audit: no known vulnerabilities in what users install\n" });
    expect(asked).toEqual(["POST /-/npm/v1/security/advisories/bulk"]);
  });

  it("fails for any finding, also a low one, at any depth", async () => {
    const { code, error } = await audit({ inner: [advisory] });
    expect(code).toBe(1);
    expect(error).toMatch(/audit: inner .* is vulnerable \(low\)/u);
  });

  it("is skipped, and says so, where the registry does not answer", async () => {
    const { code, error } = await audit(405);
    expect(code).toBe(77);
    expect(error).toBe("audit: the registry knows no vulnerabilities (it answers 405); run it against one that does\n");
  });
});
