import { describe, expect, test } from "vitest";
import { measureBundle } from "../../tools/pack/measure-bundle.ts";
import limitsOfBuiltPackage from "../../tools/size-limit/.size-limit.json" with { type: "json" };
import { exportedOperations, sampleApplication, vendors } from "../../tools/pack/sample-applications.ts";

/** The limit of each vendor in kB; size-limit holds the same for the built package. */
const limits = new Map(
  limitsOfBuiltPackage.map(({ path, limit }) => [/([^/]+)\.js$/u.exec(path)?.[1], Number.parseFloat(limit)]),
);

describe("bytes for a browser, minified and gzipped", () => {
  test("every vendor has a limit", () => {
    expect([...limits.keys()].sort()).toEqual(vendors);
  });

  test.for(vendors)(
    "%s: a client and one call, with everything that a call may need, stay below the limit",
    async (vendor) => {
      const call = await measureBundle(sampleApplication(vendor));
      expect(call.gzippedInBytes / 1000).toBeLessThanOrEqual(limits.get(vendor) ?? 0);
      const all = await measureBundle(sampleApplication(vendor), { withDynamicImports: true });
      expect(all.gzippedInBytes).toBeLessThanOrEqual(80_000);
    },
  );

  test.for(vendors)("%s: the validation of one operation adds at most 8 kB", async (vendor) => {
    const call = await measureBundle(sampleApplication(vendor));
    for (const operation of await exportedOperations(vendor)) {
      const validated = await measureBundle(sampleApplication(vendor, operation));
      const added = validated.gzippedInBytes - call.gzippedInBytes;
      expect(added, operation).toBeGreaterThan(0);
      expect(added, operation).toBeLessThanOrEqual(8_000);
    }
  });

  test("an import that is not used leaves nothing behind", async () => {
    const names = [
      "",
      "/zod",
      "/opentelemetry",
      "/store/redis",
      "/store/encrypted",
      ...vendors.map((name) => `/vendors/${name}`),
    ];
    const imports = names.map((name, index) => `import * as unused${index} from "latchkey${name}";`);
    const { code } = await measureBundle(`${imports.join("\n")}\nconsole.log("bare");\n`);
    expect(code.trim()).toBe('console.log("bare");');
  });
});
