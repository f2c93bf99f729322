/** What a compiler takes a generated file for, read by TypeScript's own scanner and parser. */
import ts from "typescript";

/**
 * The tokens of a file; those with a value of their own (strings, numbers) by kind alone. Commas before a closing bracket and a union's first bar are
 * left out: whether a line is broken depends on how long a text is.
 */
export function tokensOf(text: string): string[] {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, ts.LanguageVariant.Standard, text, () => {
    throw new Error(
      `no token at ${scanner.getTokenFullStart()}: ${text.slice(scanner.getTokenFullStart()).slice(0, 80)}`,
    );
  });
  const tokens: string[] = [];
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    const isValue = kind === ts.SyntaxKind.StringLiteral || kind === ts.SyntaxKind.NumericLiteral;
    const token = isValue ? `${ts.SyntaxKind[kind]}` : scanner.getTokenText();
    if (/^[)\]}]$/u.test(token) && tokens.at(-1) === ",") tokens.pop();
    if (token !== "|" || !/^[=:<(]$/u.test(tokens.at(-1) ?? "")) tokens.push(token);
  }
  return tokens;
}

/** What comments alone mean to a compiler or an editor: JSDoc tags, directives, references, pragmas. */
export function marksOf(name: string, text: string): readonly string[] {
  const source = parse(name, text);
  const tags: string[] = [];
  const visit = (node: ts.Node): void => {
    for (const part of ts.getJSDocCommentsAndTags(node))
      if (ts.isJSDoc(part)) for (const tag of part.tags ?? []) tags.push(`@${tag.tagName.text}`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  const references = [...source.referencedFiles, ...source.typeReferenceDirectives, ...source.libReferenceDirectives];
  return [
    ...tags,
    ...references.map(({ fileName }) => `reference ${fileName}`),
    ...(Reflect.get(source, "commentDirectives") ?? []).map(() => "directive"),
    ...[...(Reflect.get(source, "pragmas") ?? new Map()).keys()].map((pragma) => `pragma ${pragma}`),
    ...(text.match(/source(?:Mapping)?URL=/gu) ?? []),
    ...commentsOf(text).flatMap((comment) => comment.match(/@internal/gu) ?? []),
  ];
}

function commentsOf(text: string): string[] {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, false, ts.LanguageVariant.Standard, text);
  const comments: string[] = [];
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan())
    if (kind === ts.SyntaxKind.SingleLineCommentTrivia || kind === ts.SyntaxKind.MultiLineCommentTrivia)
      comments.push(scanner.getTokenText());
  return comments;
}

/** Errors of syntax, and statements that do more than declare. */
export function wrongIn(name: string, text: string): string[] {
  const { diagnostics = [] } = ts.transpileModule(text, {
    fileName: name,
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
  });
  const others = parse(name, text).statements.filter((statement) => !declarations.has(statement.kind));
  return [
    ...diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
    ...others.map((statement) => `a ${ts.SyntaxKind[statement.kind]}: ${statement.getText()}`),
  ];
}

const declarations = new Set([
  ts.SyntaxKind.ImportDeclaration,
  ts.SyntaxKind.ExportDeclaration,
  ts.SyntaxKind.InterfaceDeclaration,
  ts.SyntaxKind.TypeAliasDeclaration,
  ts.SyntaxKind.VariableStatement,
]);

const parse = (name: string, text: string): ts.SourceFile =>
  ts.createSourceFile(
    name,
    text,
    { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseAll },
    true,
  );
