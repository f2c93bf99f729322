import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import runtime from "../../package.json" with { type: "json" };
import { applications } from "../../tools/pack/sample-applications.ts";
import { bundleRuntime } from "../../tools/pack/bundle-runtime.ts";
import { measure } from "../../tools/pack/measure-bundle.ts";

const folder = mkdtempSync(join(tmpdir(), "latchkey-size-"));
beforeAll(() => bundleRuntime(folder));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Kilobytes for what is loaded first, as size-limit holds them for the built package. */
const limits = new Map(runtime["size-limit"].map(({ path, limit }) => [path.split("/")[1], Number.parseFloat(limit)]));

describe("bytes for a browser, minified and gzipped", () => {
  test.for(Object.entries(applications))("%s: a client and a call begin small", async ([vendor, program]) => {
    const { first, signedIn, ahead, all } = await measure(folder, program);
    expect(first / 1000).toBeLessThanOrEqual(limits.get(vendor) ?? 0);
    // What comes while the program runs: with what signs in, with what a failure needs, with what is loaded when it is asked for.
    expect(signedIn).toBeLessThanOrEqual(34_000);
    expect(ahead).toBeLessThanOrEqual(49_000);
    expect(all).toBeLessThanOrEqual(70_000);
  });

  test("the validation of an operation adds at most 10 kB", async () => {
    const call = (schemas: string, options: string) => `import { connect } from "latchkey";
import { propeller } from "latchkey/vendors/propeller";
${schemas}
console.log(await connect(propeller).GET("/v2/products", ${options}));
`;
    const without = await measure(folder, call("", "{}"));
    const schemas = 'import { listProducts } from "./generated/propeller/schemas.ts";';
    const validated = await measure(folder, call(schemas, "{ validate: listProducts }"));
    expect(validated.first - without.first).toBeGreaterThan(0);
    expect(validated.all - without.all).toBeLessThanOrEqual(10_000);
    expect(validated.first - without.first).toBeLessThanOrEqual(10_000);
  });

  test("an import that is not used leaves nothing behind", async () => {
    const names = ["", "/zod", "/opentelemetry", "/store/redis", "/store/encrypted", "/vendors/propeller"];
    const imports = names.map((name, index) => `import * as unused${index} from "latchkey${name}";`);
    const { files } = await measure(folder, `${imports.join("\n")}\nconsole.log("bare");\n`);
    expect([...files.values()].join("").trim()).toBe("console.log(`bare`);");
  });
});
