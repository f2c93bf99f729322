#!/usr/bin/env node
/** The `latchkey` command: dispatches to its sub-commands. */
import nodeModule from "node:module";
import cli from "./package.json" with { type: "json" };
import { suggest } from "./shared/did-you-mean.ts";
import { ignoreClosedReaders, standardOutput as output } from "./shared/output.ts";
import { bugsUrl } from "./shared/pages.ts";

const help = `Usage: latchkey <command> [options]

Commands:
  init       write a configuration for a document, and a first program that runs against its sandbox
  generate   make typed clients from OpenAPI documents
  check      check that generated clients are up to date; write nothing
  diff       show what changed between two documents, or since a client was generated, and what breaks
  sandbox    serve a document on loopback, with credentials that work

Options:
  -h, --help     this text; latchkey help <command> is the same as latchkey <command> --help
  -v, --version  the version of latchkey-cli
`;

const isColoured = process.stdout.isTTY && process.stdout.hasColors();

/** A command takes its arguments and resolves with the exit code. Each is imported on demand: a comparison needs no server. */
const commands: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  init: async (args) => (await import("./generate/init/command.ts")).init(args, output),
  generate: async (args) => (await import("./generate/command.ts")).generate(args, output),
  check: async (args) => (await import("./generate/command.ts")).check(args, output),
  diff: async (args) => (await import("./diff/command.ts")).diff(args, output, isColoured),
  sandbox: async (args) => (await import("./sandbox/command.ts")).sandbox(args, output),
};

async function main([name = "--help", ...args]: readonly string[]): Promise<number> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 18)) {
    output.error(
      `latchkey: this is Node ${process.versions.node}, and it needs Node ${cli.engines.node}; install a newer one\n`,
    );
    return 1;
  }
  if (name === "help" && args[0] !== undefined && !args[0].startsWith("-")) return main([args[0], "--help"]);
  if (["help", "--help", "-h"].includes(name)) {
    output.out(help);
    return 0;
  }
  if (["--version", "-v"].includes(name)) {
    output.out(`${cli.version}\n`);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command !== undefined) return command(args);
  const what = name.startsWith("-") ? "there is no option" : "no command is called";
  const known = name.startsWith("-") ? ["--help", "--version"] : Object.keys(commands);
  output.error(`latchkey: ${what} ${JSON.stringify(name)}; ${suggest(name, known)}\n`);
  return 2;
}

ignoreClosedReaders();
// The compiled code is kept in the folder for temporary files: the next start reads it from there.
nodeModule.enableCompileCache?.();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  output.error(`latchkey: this is a bug in latchkey. Report it at ${bugsUrl} with these lines.\n${stack}\n`);
  process.exitCode = 1;
}
