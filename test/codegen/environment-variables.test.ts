import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { refuseVariable, type VariableRule } from "../../scripts/codegen/util/environment-variables.ts";
import { generateVendor } from "../../scripts/codegen/generate-vendor.ts";
import { DocumentError } from "../../scripts/codegen/load/diagnostics.ts";
import { variablesRead } from "../../scripts/generate/variables-read.ts";

/** Which environment variables a document may have its client read. */
it.each([
  ["acme-crm", "ACME_CRM_TOKEN", true],
  ["acme-crm", "ACME_CRM__", true],
  ["acme-crm", "ACME_CRM_", false],
  ["acme-crm", "ACME_CRM", false],
  ["acme-crm", "ACME_CRMS_TOKEN", false],
  ["acme-crm", "ACME_TOKEN", false],
  ["acme-crm", "MY_ACME_CRM_TOKEN", false],
  ["acme", "AWS_SECRET_ACCESS_KEY", false],
  ["acme", "PATH", false],
  ["3scale", "_3SCALE_TOKEN", true],
  // The user chose the name: a client called github reads what is called after GitHub.
  ["github", "GITHUB_TOKEN", true],
] as const)("the client of %s may read %s: %s", (name, variable, mayRead) => {
  expect(refuseVariable(variable, { name }) === undefined).toBe(mayRead);
});

it("what the user allows by name may be read, and nothing like it", () => {
  const rule = { name: "acme", allowEnvironment: ["MOLTIN_ID"] };
  expect(refuseVariable("MOLTIN_ID", rule)).toBeUndefined();
  for (const other of ["MOLTIN_ID_2", "MOLTIN", "MOLTIN_"]) expect(refuseVariable(other, rule), other).toBeDefined();
});

it("a variable under another vendor's longer prefix is that vendor's", () => {
  const rule = { name: "acme", longerNames: ["acme-crm"] };
  expect(refuseVariable("ACME_CRM_SECRET", rule)?.message).toBe(
    "the client of acme may not read ACME_CRM_SECRET; names that begin with ACME_CRM_ belong to acme-crm",
  );
  expect(refuseVariable("ACME_CRM", rule)).toBeUndefined();
  expect(refuseVariable("ACME_CRMS_SECRET", rule)).toBeUndefined();
  expect(refuseVariable("ACME_CRM_SECRET", { ...rule, allowEnvironment: ["ACME_CRM_SECRET"] })).toBeUndefined();
});

const head = 'openapi: 3.1.0\ninfo: { title: Acme, version: "1" }\n';
const variable = (name: string) =>
  `{ url: "https://{t}.x.example", variables: { t: { default: a, x-latchkey-variable: { environment: ${name} } } } }`;
const fix = (name: string) =>
  `rename it to ACME_…, or allow it: allowEnvironment: ["${name}"] in latchkey.config.ts, or --allow-environment ${name}`;
const refused = (name: string) =>
  `the client of acme may not read ${name}; its variables begin with ACME_; ${fix(name)}`;

it("every variable that a document names elsewhere is refused, with its place, the prefix and the fix", async () => {
  const text = `${head}servers:
  - url: https://x.example
    x-latchkey-server: { name: live, environment: { clientId: GITHUB_TOKEN, clientSecret: ACME_SECRET } }
  - ${variable("AWS_SECRET_ACCESS_KEY")}
paths:
  /a: { servers: [${variable("NPM_TOKEN")}], get: { responses: {}, servers: [${variable("DATABASE_URL")}] } }
`;
  expect(await problemsOf(text)).toEqual([
    `5:53 #/servers/0/x-latchkey-server/environment/clientId: ${refused("GITHUB_TOKEN")}`,
    `6:90 #/servers/1/variables/t/x-latchkey-variable/environment: ${refused("AWS_SECRET_ACCESS_KEY")}`,
    `8:104 #/paths/~1a/servers/0/variables/t/x-latchkey-variable/environment: ${refused("NPM_TOKEN")}`,
    `8:254 #/paths/~1a/get/servers/0/variables/t/x-latchkey-variable/environment: ${refused("DATABASE_URL")}`,
  ]);
});

it.each(["x-hidden", "example"])("a path item that a reference brings in from %s is refused, too", async (place) => {
  const text = `${head}servers: [{ url: https://x.example }]
${place}: { item: { get: { responses: {}, servers: [${variable("AWS_SECRET_ACCESS_KEY")}] } } }
paths: { /a: { $ref: "#/${place}/item" } }
`;
  expect(await problemsOf(text)).toEqual([`3:11 #/servers/0: ${refused("AWS_SECRET_ACCESS_KEY")}`]);
});

it("names that the generator derives begin with the vendor's, whatever the document calls its servers and schemes", async () => {
  const key = (name: string) => `${name}: { type: apiKey, in: header, name: X-Key }`;
  const text = `${head}servers:
  - { url: /relative, description: Production }
  - { url: /other, x-latchkey-server: { name: awsSecret } }
paths: {}
components: { securitySchemes: { ${["AWS_SECRET", "日本", "__proto__", "path"].map(key).join(", ")} } }
`;
  for (const [name, prefix] of Object.entries({ acme: "ACME_", b2b: "B2B_", "3scale": "_3SCALE_" })) {
    const variables = variablesRead(await generate(text, { name })) ?? [];
    expect(variables.length).toBeGreaterThan(8);
    for (const one of variables) expect(one).toMatch(new RegExp(`^${prefix}.`, "u"));
  }
});

it("derived names that belong to another vendor of the run are refused", async () => {
  const text = `${head}servers: [{ url: https://x.example }, { url: https://y.example, x-latchkey-server: { name: crm } }]
paths: {}
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Key } } }
`;
  expect(await problemsOf(text, { name: "acme", longerNames: ["acme-crm"] })).toEqual([
    expect.stringMatching(
      /^3:39 #\/servers\/1: the client of acme may not read ACME_CRM_API_KEY; .* belong to acme-crm/u,
    ),
  ]);
});

async function generate(text: string, rule: VariableRule) {
  const folder = await mkdtemp(join(tmpdir(), "latchkey-variables-"));
  try {
    const document = join(folder, "openapi.yaml");
    await writeFile(document, text);
    return await generateVendor({ document, origin: "openapi.yaml", extension: ".ts", ...rule });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function problemsOf(text: string, rule: VariableRule = { name: "acme" }): Promise<string[]> {
  const error: unknown = await generate(text, rule).catch((cause: unknown) => cause);
  if (!(error instanceof DocumentError)) throw new Error(`no problem was found: ${String(error)}`);
  return error.problems.map(
    ({ line, column, pointer, message, fix }) => `${line}:${column} #${pointer}: ${message}; ${fix}`,
  );
}
