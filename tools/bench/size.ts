/**
 * `npm run bench:size`: what an application of each built-in vendor ships to a browser, bundled by esbuild, minified and gzipped: a client
 * and one call with everything that a call may need; and how much the validation of one operation adds, for the largest of them.
 */
import { type BundleOptions, measureBundle } from "../pack/measure-bundle.ts";
import { exportedOperations, sampleApplication, vendors } from "../pack/sample-applications.ts";

const limits = { callInBytes: 50_000, validationInBytes: 8_000 };

interface VendorSize {
  readonly call: number;
  readonly all: number;
  readonly validation: number;
  /** The operation whose validation adds the most. */
  readonly largest: string;
}

async function measureVendor(vendor: string): Promise<VendorSize> {
  const call = await gzipped(sampleApplication(vendor));
  const all = await gzipped(sampleApplication(vendor), { withDynamicImports: true });
  let [validation, largest] = [0, ""];
  for (const operation of await exportedOperations(vendor)) {
    const added = (await gzipped(sampleApplication(vendor, operation))) - call;
    if (added > validation) [validation, largest] = [added, operation];
  }
  return { call, all, validation, largest };
}

async function gzipped(program: string, options?: BundleOptions): Promise<number> {
  const { gzippedInBytes } = await measureBundle(program, options);
  return gzippedInBytes;
}

const kB = (bytes: number): string => (bytes / 1000).toFixed(1);
const width = Math.max(...vendors.map((vendor) => vendor.length));

console.log("kB gzipped: a client and one call; one operation's validation more; with all that is imported on demand");
for (const vendor of vendors) {
  const { call, all, validation, largest } = await measureVendor(vendor);
  const isAbove = call > limits.callInBytes || validation > limits.validationInBytes;
  console.log(
    `  ${vendor.padEnd(width)}  ${kB(call)}  +${kB(validation)} (${largest})  ${kB(all)}${isAbove ? "  above the limit" : ""}`,
  );
  if (isAbove) process.exitCode = 1;
}
console.log(`limits: ${kB(limits.callInBytes)} and +${kB(limits.validationInBytes)}`);
