/** The smallest application of each built-in vendor: a client, and one call. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

const vendors = readdirSync(join(import.meta.dirname, "..", "..", "specs"));

const constantOf = (vendor: string): string => vendor.replace(/-(.)/gu, (_, letter: string) => letter.toUpperCase());

/** By vendor: the program. */
export const applications: Readonly<Record<string, string>> = Object.fromEntries(
  vendors.map((vendor) => [
    vendor,
    `import { connect } from "latchkey";
import { ${constantOf(vendor)} as vendor } from "latchkey/vendors/${vendor}";
const { data, error } = await connect(vendor).GET("/things");
console.log(data ?? error);
`,
  ]),
);
