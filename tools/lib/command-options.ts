/** The options of a command: numbers and strings, each with a default. */
import { parseArgs } from "node:util";

export interface Options {
  number(name: string): number;
  text(name: string): string;
}

/** Parses the options. Prints the help and exits for `--help`; prints the mistake and exits with 2 for wrong options. */
export function readOptions(command: string, help: string, defaults: Readonly<Record<string, string>>): Options {
  const stop = (problem: string): never => {
    console.error(`${command}: ${problem}; --help lists the options`);
    process.exit(2);
  };
  const texts = Object.entries(defaults).map(([name, text]) => [name, { type: "string", default: text }] as const);
  const parse = () => {
    try {
      return parseArgs({ options: { ...Object.fromEntries(texts), help: { type: "boolean", short: "h" } } }).values;
    } catch (error) {
      return stop(error instanceof Error ? error.message : String(error));
    }
  };
  const given: Readonly<Record<string, unknown>> = parse();
  if (given.help) {
    console.log(help);
    process.exit();
  }
  const text = (name: string) => String(given[name]);
  return {
    text,
    number(name) {
      const number = Number(text(name));
      return Number.isFinite(number) && number >= 0 ? number : stop(`--${name} is a number, not "${text(name)}"`);
    },
  };
}
