/** Generated files under test: made from a document, compiled as a strict user would, and run. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { type GeneratedFiles, generateVendor, type VendorInput } from "../../scripts/codegen/generate-vendor.ts";
import * as zod from "../../src/zod.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

export const documentPath = (name: string): string =>
  fileURLToPath(new URL(`../codegen/documents/${name}.yaml`, import.meta.url));

/** The files made from one of `test/codegen/documents`. */
export const generateFrom = (name: string, options: Pick<VendorInput, "strict"> = {}): Promise<GeneratedFiles> =>
  generateVendor({ document: documentPath(name), name: "acme", origin: `${name}.yaml`, extension: ".ts", ...options });

/** The files made from a document given as text. */
export async function generateText(text: string, overlay?: string): Promise<GeneratedFiles> {
  const folder = await mkdtemp(join(tmpdir(), "latchkey-codegen-"));
  try {
    const document = join(folder, "openapi.yaml");
    await writeFile(document, text);
    const overlayFile = join(folder, "overlay.yaml");
    if (overlay !== undefined) await writeFile(overlayFile, overlay);
    const overlaid = overlay === undefined ? {} : { overlay: overlayFile };
    return await generateVendor({ document, ...overlaid, name: "acme", origin: "openapi.yaml", extension: ".ts" });
  } finally {
    await rm(folder, { recursive: true });
  }
}

export function textOf(files: GeneratedFiles, name: string): string {
  const text = files.get(name);
  if (text === undefined) throw new Error(`no ${name} was generated`);
  return text;
}

/** Runs a generated module whose only imports are types and `latchkey/zod`. */
export function evaluate(text: string): Record<string, unknown> {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 };
  const { outputText } = ts.transpileModule(text, { compilerOptions });
  const exports: Record<string, unknown> = {};
  new Function("require", "exports", outputText)(() => zod, exports);
  return exports;
}

/** Every complaint of the compiler about folders of files, checked together: strict, unused names too, libraries not skipped. */
export function compile(folders: ReadonlyMap<string, GeneratedFiles>): string[] {
  const files = new Map<string, string>();
  for (const [folder, generated] of folders) {
    for (const [name, text] of generated) files.set(join(root, "test", "~generated", folder, name), text);
  }
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    customConditions: ["latchkey-source"],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    isolatedModules: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: false,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile, directoryExists } = host;
  host.directoryExists = (path) => path.includes("~generated") || (directoryExists?.(path) ?? true);
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.getSourceFile = (path, language) => {
    const text = files.get(path);
    return text === undefined ? getSourceFile(path, language) : ts.createSourceFile(path, text, language);
  };
  const program = ts.createProgram(
    [...files.keys()].filter((path) => path.endsWith(".ts")),
    options,
    host,
  );
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const place =
      file && start !== undefined ? `${file.fileName}:${file.getLineAndCharacterOfPosition(start).line + 1}` : "";
    return `${place} ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}
