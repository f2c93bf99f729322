import { existsSync, globSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { generateVendor } from "../../scripts/codegen/generate-vendor.ts";
import type { Warning } from "../../scripts/codegen/load/warnings.ts";
import { compile } from "../support/generated.ts";

/** Documents as a vendor published them, flaws included. They are beside the repository, not in it. */
const folder = fileURLToPath(new URL("../../../shared/documents", import.meta.url));
const documents = globSync("*/*.yaml", { cwd: folder }).sort();

test.skipIf(!existsSync(folder))(
  `${documents.length} published documents generate and type-check (skipped where ../shared/documents is absent)`,
  { timeout: 300_000 },
  async () => {
    expect(documents.length).toBeGreaterThan(0);
    const warnings: Warning[] = [];
    const made = await Promise.all(
      documents.map(async (name) => {
        const document = join(folder, name);
        const onWarning = (warning: Warning) => warnings.push(warning);
        const input = { document, name: "acme", origin: basename(name), extension: ".ts", onWarning } as const;
        return [name.replaceAll(/\W/gu, "-"), await generateVendor(input)] as const;
      }),
    );
    expect(compile(new Map(made))).toEqual([]);
    // A text stands where a schema belongs in one of them.
    expect(warnings).toContainEqual(
      expect.objectContaining({
        kind: "malformed-part",
        pointer: expect.stringMatching(/allOf\/1\/properties\/type$/u),
      }),
    );
  },
);
