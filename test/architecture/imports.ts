/** The imports a set of files really has: static, dynamic, re-exports and `import("…")` types, read with TypeScript's own parser. */
import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";

export interface Import {
  /** Path of the importing file, from the repository's root. */
  readonly from: string;
  /** As written. */
  readonly specifier: string;
  /** Path of the imported file, from the root; absent for a package. */
  readonly to?: string;
  /** Gone at run time. */
  readonly typeOnly: boolean;
}

export const root = join(import.meta.dirname, "..", "..");

export const filesOf = (...patterns: readonly string[]): string[] =>
  globSync([...patterns], { cwd: root, exclude: ["**/node_modules/**", "**/dist/**"] }).sort();

export const importsOf = (files: readonly string[]): Import[] => files.flatMap(readImports);

function readImports(from: string): Import[] {
  const source = ts.createSourceFile(from, readFileSync(join(root, from), "utf8"), ts.ScriptTarget.Latest, false);
  const found: Import[] = [];
  const add = (node: ts.Node | undefined, typeOnly: boolean) => {
    if (node === undefined || !ts.isStringLiteralLike(node)) return;
    const specifier = node.text;
    const to = specifier.startsWith(".") ? { to: posix.join(posix.dirname(from), specifier) } : {};
    found.push({ from, specifier, typeOnly, ...to });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeImport(node));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, isTypeExport(node));
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isTypeImport({ importClause: clause }: ts.ImportDeclaration): boolean {
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const { namedBindings: names } = clause;
  return clause.name === undefined && names !== undefined && ts.isNamedImports(names) && allTypes(names.elements);
}

function isTypeExport({ isTypeOnly, exportClause: names }: ts.ExportDeclaration): boolean {
  return isTypeOnly || (names !== undefined && ts.isNamedExports(names) && allTypes(names.elements));
}

const allTypes = (names: readonly { readonly isTypeOnly: boolean }[]): boolean =>
  names.length > 0 && names.every(({ isTypeOnly }) => isTypeOnly);

/** These files and all that they import, directly or not. */
export function reachableFrom(files: readonly string[]): string[] {
  const reached = new Set(files);
  for (const file of reached) {
    for (const { to } of readImports(file)) if (to !== undefined) reached.add(to);
  }
  return [...reached].sort();
}

/** Circles in what imports what, types included, each once and from its first file on. */
export function cyclesIn(imports: readonly Import[]): string[] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) if (to !== undefined) targets.set(from, [...(targets.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      const circle = path.slice(at);
      const first = circle.indexOf([...circle].sort()[0] ?? "");
      cycles.add([...circle.slice(first), ...circle.slice(0, first)].join(" → "));
      return;
    }
    if (done.has(file)) return;
    for (const to of targets.get(file) ?? []) walk(to, [...path, file]);
    done.add(file);
  };
  for (const file of targets.keys()) walk(file, []);
  return [...cycles];
}
