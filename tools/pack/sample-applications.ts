/** The smallest applications of each built-in vendor: a client and one call. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");
const constantOf = (vendor: string): string => vendor.replace(/-(.)/gu, (_, letter: string) => letter.toUpperCase());

export const vendors: readonly string[] = readdirSync(join(root, "specs")).sort();

/** A client and one call. @param validated the export of the vendor's schemas that the call is validated with */
export function sampleApplication(vendor: string, validated?: string): string {
  const schemas = validated === undefined ? "" : `import { ${validated} } from "latchkey/vendors/${vendor}/schemas";\n`;
  const options = validated === undefined ? "" : `, { validate: ${validated} }`;
  return `import { connect } from "latchkey";
import { ${constantOf(vendor)} as vendor } from "latchkey/vendors/${vendor}";
${schemas}const { data, error } = await connect(vendor).GET("/things"${options});
console.log(data ?? error);
`;
}

/** The names of a vendor's operations as its schemas export them. */
export async function exportedOperations(vendor: string): Promise<string[]> {
  const schemas: Readonly<Record<string, unknown>> = await import(join(root, "generated", vendor, "schemas.ts"));
  const operations = new Set(Object.values(Object(schemas.operations)));
  return Object.keys(schemas).filter((name) => operations.has(schemas[name]));
}
