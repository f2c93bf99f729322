import { expect, test } from "vitest";
import { developmentOnly, engineWarnings } from "../../tools/bench/install/engine-warnings.ts";

const output = `npm warn EBADENGINE Unsupported engine {
npm warn EBADENGINE   package: '@acme/tool@2.0.1',
npm warn EBADENGINE   required: { node: '>=22' },
npm warn EBADENGINE   current: { node: 'v20.20.2', npm: '11.19.1' }
npm warn EBADENGINE }
npm warn EBADENGINE Unsupported engine {
npm warn EBADENGINE   package: '@acme/tool@2.0.1',
npm warn EBADENGINE }
npm warn EBADENGINE Unsupported engine {
npm warn EBADENGINE   package: 'latchkey@0.1.0',
npm warn EBADENGINE }
npm warn deprecated old@1.0.0: This package is no longer supported.

added 285 packages in 24s
`;

test("warnings about engines are counted by package", () => {
  expect([...engineWarnings(output)]).toEqual([
    ["@acme/tool@2.0.1", 2],
    ["latchkey@0.1.0", 1],
  ]);
});

test("a package is for development alone where no copy of its version ships", () => {
  const packages = {
    "": { version: "0.1.0" },
    "node_modules/@acme/tool": { version: "2.0.1", dev: true },
    "node_modules/shared": { version: "1.0.0", dev: true },
    "node_modules/other/node_modules/shared": { version: "1.0.0" },
  };
  const names = ["@acme/tool@2.0.1", "shared@1.0.0", "latchkey@0.1.0"];
  expect(developmentOnly(names, { packages })).toEqual(["@acme/tool@2.0.1"]);
});
