#!/usr/bin/env node
/** The `latchkey` command: dispatches to its sub-commands. */
import { suggest } from "./codegen/util/did-you-mean.ts";
import { standardOutput as output } from "./shared/output.ts";

const help = `Usage: latchkey <command> [options]

Commands:
  generate   make typed clients from OpenAPI documents
  check      the same, writing nothing: is what was generated up to date?
  diff       what changed between two documents, or since a client was generated, and whom it breaks
  sandbox    serve a document on loopback, with credentials that work

latchkey <command> --help says more.
`;

const isColoured = process.stdout.isTTY && process.stdout.hasColors();

/** A command takes its arguments and resolves with the exit code. Each is imported on demand: a comparison needs no server. */
const commands: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  generate: async (args) => (await import("./generate/command.ts")).generate(args, output),
  check: async (args) => (await import("./generate/command.ts")).generate([...args, "--check"], output),
  diff: async (args) => (await import("./diff/command.ts")).diff(args, output, isColoured),
  sandbox: async (args) => (await import("./sandbox/command.ts")).sandbox(args, output),
};

const [name = "--help", ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (name === "--help" || name === "-h") output.out(help);
else if (command === undefined) {
  output.error(`latchkey: no command is called ${JSON.stringify(name)}; ${suggest(name, Object.keys(commands))}\n`);
  process.exitCode = 2;
} else process.exitCode = await command(args);
