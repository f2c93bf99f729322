/** Parses the options of a command line, with a sentence of our own for each mistake. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { didYouMean } from "./did-you-mean.ts";
import { UsageError } from "./usage-error.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

interface Rules {
  /** Options of the table that this command does not take. */
  readonly except?: readonly string[];
  /** Options that the command takes besides, for suggestions. */
  readonly others?: readonly string[];
}

/**
 * Mistakes name options and never their values, which may be secret.
 *
 * @throws UsageError
 */
export function parseOptions<const T extends Options>(
  args: readonly string[],
  options: T,
  { except = [], others = [] }: Rules = {},
) {
  const config = { args: [...args], options, allowPositionals: true } as const;
  const { tokens } = parseArgs({ ...config, strict: false, tokens: true });
  const taken = Object.fromEntries(Object.entries(options).filter(([name]) => !except.includes(name)));
  const mistakes = tokens.flatMap((token) => (token.kind === "option" ? mistakesIn(token, taken, others) : []));
  if (mistakes.length > 0) throw new UsageError([...new Set(mistakes)]);
  return parseArgs({ ...config, strict: true });
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function mistakesIn({ name, rawName, value, inlineValue }: OptionToken, options: Options, others: readonly string[]) {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) {
    const near = didYouMean(name, [...Object.keys(options), ...others]);
    return [
      `there is no option ${rawName}; ${near === undefined ? "--help lists the options" : `did you mean --${near}?`}`,
    ];
  }
  if (option.type === "boolean") return value === undefined ? [] : [`${rawName} takes no value; leave it out`];
  if (value === undefined || value === "") return [`${rawName} needs a value; write it after the option`];
  if (inlineValue !== true && /^-./u.test(value))
    return [`${rawName} needs a value, but an option follows it; write ${rawName}=… if that is the value`];
  return [];
}
