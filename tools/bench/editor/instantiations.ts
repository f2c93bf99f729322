/** What the compiler does for fifty calls: type instantiations beyond those of the same file without them, TypeScript 5.9. */
import { join } from "node:path";
import ts from "typescript";
import type { ClientName } from "./positions.ts";
import type { Project } from "./projects.ts";

export interface Call {
  readonly path: string;
  readonly operationId: string;
  readonly parameters: readonly string[];
}

export function instantiationsOf(client: ClientName, project: Project, calls: readonly Call[]): number {
  const count = (body: string): number => {
    const { program, file } = check(project, `${project.head}${body}export {};\n`);
    const errors = program.getSemanticDiagnostics(file);
    const first = errors[0];
    if (first) throw new Error(`${client}: ${ts.flattenDiagnosticMessageText(first.messageText, "\n")}`);
    return Number(Reflect.apply(Reflect.get(program, "getInstantiationCount"), program, []));
  };
  return count(calls.map((call) => printCall(client, call)).join("")) - count("void api;\n");
}

function printCall(client: ClientName, { path, operationId, parameters }: Call): string {
  const values = `{ ${parameters.map((name) => `${JSON.stringify(name)}: "a"`).join(", ")} }`;
  const init =
    parameters.length === 0 ? "" : client === "hey-api" ? `{ path: ${values} }` : `{ params: { path: ${values} } }`;
  const expression = {
    "latchkey, path first": `api.paths[${JSON.stringify(path)}].GET(${init})`,
    "latchkey, client.GET": `api.GET(${JSON.stringify(path)}${init && `, ${init}`})`,
    "openapi-fetch": `api.GET(${JSON.stringify(path)}${init && `, ${init}`})`,
    "hey-api": `api.${camelCase(operationId)}(${init})`,
  }[client];
  return `{ const { data, error } = await ${expression}; void (error ?? data); }\n`;
}

function check({ folder }: Project, text: string): { program: ts.Program; file: ts.SourceFile } {
  const { config } = ts.readConfigFile(join(folder, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  const host = ts.createCompilerHost(options);
  const main = join(folder, "main.ts");
  const { getSourceFile } = host;
  host.getSourceFile = (name, language) =>
    name === main ? ts.createSourceFile(name, text, language) : getSourceFile(name, language);
  const program = ts.createProgram([main], options, host);
  const file = program.getSourceFile(main);
  if (!file) throw new Error(`${main} is not in its own program`);
  return { program, file };
}

const camelCase = (id: string): string => id.replace(/[^A-Za-z0-9]+(.)/gu, (_, letter: string) => letter.toUpperCase());
