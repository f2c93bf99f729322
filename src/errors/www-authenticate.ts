/** Parses `WWW-Authenticate` by its grammar (RFC 9110 §11.6.1): several challenges, quoted strings, token68, in any order. Never throws. */
export interface Challenge {
  /** Lower case: `"bearer"`, `"basic"`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: Readonly<Record<string, string>>;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const parameter = new RegExp(`^(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`, "u");
const scheme = new RegExp(`^(${token})(?:\\s+|$|(?=,))`, "u");
const token68 = /^[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$))/u;

export function parseChallenges(header: string | null): Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  let rest = (header ?? "").trim();
  while (rest !== "") {
    const pair = parameter.exec(rest);
    const last = challenges.at(-1);
    if (pair && last) {
      const value = pair[2] === undefined ? (pair[3] ?? "") : pair[2].replace(/\\(.)/gu, "$1");
      last.parameters[(pair[1] ?? "").toLowerCase()] ??= value;
      rest = next(rest.slice(pair[0].length));
      continue;
    }
    const named = scheme.exec(rest);
    if (!named) {
      // Malformed: continue after the next comma.
      rest = next(rest.replace(/[^,]*/u, ""));
      continue;
    }
    challenges.push({ scheme: (named[1] ?? "").toLowerCase(), parameters: Object.create(null) });
    rest = next(rest.slice(named[0].length).replace(token68, ""));
  }
  return challenges;
}

const next = (rest: string): string => rest.replace(/^[\s,]+/u, "");
