#!/usr/bin/env node
/** The `latchkey` command: its sub-commands, and nothing else. */
import { suggest } from "./codegen/did-you-mean.ts";
import { generate } from "./generate.ts";

const help = `Usage: latchkey <command> [options]

Commands:
  generate   make typed clients from OpenAPI documents
  check      the same, writing nothing: is what was generated up to date?

latchkey <command> --help says more.
`;

const output = {
  out: (text: string) => process.stdout.write(text),
  error: (text: string) => process.stderr.write(text),
};

/** A command takes its arguments and resolves with the exit code. */
const commands: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  generate: (args) => generate(args, output),
  check: (args) => generate([...args, "--check"], output),
};

const [name = "--help", ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (name === "--help" || name === "-h") output.out(help);
else if (command === undefined) {
  output.error(`latchkey: no command is called ${JSON.stringify(name)}; ${suggest(name, Object.keys(commands))}\n`);
  process.exitCode = 2;
} else process.exitCode = await command(args);
