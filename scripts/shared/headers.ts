/** Request headers that the user gives for reading a document. Their values are secret: no message contains one. */
import { UsageError } from "./usage-error.ts";

export type Headers = Readonly<Record<string, string>>;

/** RFC 9110 §5.6.2. */
const fieldName = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/u;
/** RFC 9110 §5.5, without obs-text. */
const fieldValue = /^[\t\x20-\x7E]+$/u;

/** Parses `Name: value`. @throws UsageError */
export function parseHeaders(given: readonly string[]): Headers {
  const pairs = given.map((line): [string, string] => {
    const [, name = "", value = ""] = /^([^:]*):(.*)$/su.exec(line) ?? [];
    if (!fieldName.test(name))
      throw new UsageError(["--header takes 'Name: value'; write the header's name, a colon and its value"]);
    return [name.toLowerCase(), checkValue(`--header ${name}`, value)];
  });
  return Object.fromEntries(pairs);
}

/** Reads the values from the environment. @param at the place in the configuration, for messages @throws UsageError */
export function readHeaders(named: Readonly<Record<string, { readonly environment: string }>>, at: string): Headers {
  const pairs = Object.entries(named).map(([name, { environment }]): [string, string] => {
    if (!fieldName.test(name))
      throw new UsageError([`${at}: ${JSON.stringify(name)} is not a header name; write one such as "Authorization"`]);
    const value = process.env[environment];
    if (value === undefined || value === "")
      throw new UsageError([
        `${at}.${name}: the environment variable ${environment} is not set; set it to the header's value`,
      ]);
    return [name.toLowerCase(), checkValue(`${at}.${name} (${environment})`, value)];
  });
  return Object.fromEntries(pairs);
}

function checkValue(where: string, given: string): string {
  const value = given.trim();
  if (fieldValue.test(value)) return value;
  const problem = value === "" ? "the value is empty" : "the value has characters that a header cannot contain";
  throw new UsageError([`${where}: ${problem}; give printable ASCII`]);
}
