/** Emits vendor.ts: the vendor value, which is plain data, and its types. */
import { comment } from "../util/comment.ts";
import type { CredentialSet } from "./credential-types.ts";
import { emitItemTypes } from "./emit-item-types.ts";
import { literal, propertyKey, stringLiteral } from "../util/ts-literal.ts";
import type { VendorModel } from "./vendor-model.ts";

export function emitVendor(model: VendorModel, constant: string, extension: string): string {
  const members = Object.entries(model.value)
    .map(([name, value]) => `  ${propertyKey(name)}: ${literal(value, "  ", true)},\n`)
    .join("");
  const records = emitItemTypes(model.value);
  return `import type { ${[...records.imports, "Vendor"].join(", ")} } from "latchkey/vendor";
import type { Methods, Paths } from "./calls${extension}";

/** One member for each way to sign in. */
export type Credentials = ${union(model.credentials, "Record<string, never>")};

/** What \`as()\` takes: a second party's credentials. */
export type Actors = ${union(model.actors, "never")};

/** Error codes the document names. */
export type Codes = ${strings(model.codes)};

${records.text}${comment(model.title)}export const ${constant}: Vendor<{
  paths: Paths;
  methods: Methods;
  credentials: Credentials;
  actors: Actors;
  servers: ${strings(model.servers)};
  hosts: ${strings(model.hosts)};
  codes: Codes;
  items: Items;
  batches: Batches;
}> = {
${members}};
`;
}

function strings(values: readonly string[]): string {
  const literals = values.map(stringLiteral);
  const line = literals.length === 0 ? "never" : literals.join(" | ");
  return line.length <= 90 ? line : `\n${literals.map((one) => `  | ${one}`).join("\n")}`;
}

const union = (sets: readonly CredentialSet[], none: string): string =>
  sets.length === 0 ? none : sets.map(members).join(" | ");

const members = (set: CredentialSet): string =>
  set.length === 0
    ? "Record<string, never>"
    : `{\n${set
        .map(({ name, description, optional }) => {
          const documentation = description === undefined ? "" : comment(description, "  ");
          return `${documentation}  ${propertyKey(name)}${optional ? "?" : ""}: string;\n`;
        })
        .join("")}}`;
