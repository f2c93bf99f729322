/** Estimates how many ways a backtracking engine has to divide a text by a pattern, from the pattern's repetitions and alternatives. */

/** At most `factor × length ^ degree` ways. */
export interface PatternCost {
  readonly factor: number;
  readonly degree: number;
}

const single: PatternCost = { factor: 1, degree: 0 };

/** The upper bound for a pattern; undefined if it repeats without end what can match in several ways, or refers back to a group. */
export function patternCost(pattern: string): PatternCost | undefined {
  const parser = { pattern, at: 0 };
  const whole = readAlternatives(parser);
  if (whole === undefined || parser.at < pattern.length || /\\(?:[1-9]|k<)/u.test(pattern)) return undefined;
  // Without an anchor the engine begins at every character of the text.
  return /^\^[^|]*$/u.test(pattern) ? whole : { ...whole, degree: whole.degree + 1 };
}

interface Parser {
  readonly pattern: string;
  at: number;
}

function readAlternatives(parser: Parser): PatternCost | undefined {
  let sum: PatternCost | undefined = readSequence(parser);
  while (parser.pattern[parser.at] === "|") {
    parser.at += 1;
    const other = readSequence(parser);
    sum = sum && other && { factor: sum.factor + other.factor, degree: Math.max(sum.degree, other.degree) };
  }
  return sum;
}

function readSequence(parser: Parser): PatternCost | undefined {
  let product: PatternCost | undefined = single;
  while (parser.at < parser.pattern.length && !/[|)]/u.test(parser.pattern[parser.at] ?? "")) {
    const part = repeat(readAtom(parser), readQuantifier(parser));
    product = product && part && times(product, part);
  }
  return product;
}

const times = (a: PatternCost, b: PatternCost): PatternCost => ({
  factor: a.factor * b.factor,
  degree: a.degree + b.degree,
});

/** Reads one character, class, escape or group. */
function readAtom(parser: Parser): PatternCost | undefined {
  const rest = parser.pattern.slice(parser.at);
  const group = /^\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?/u.exec(rest)?.[0];
  if (group === undefined) {
    const atom = /^(?:\\[pPu]\{[^}]*\}|\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|[\s\S])/u.exec(rest)?.[0] ?? rest;
    parser.at += atom.length;
    return single;
  }
  parser.at += group.length;
  const inner = readAlternatives(parser);
  if (parser.pattern[parser.at] !== ")") return undefined;
  parser.at += 1;
  return inner;
}

interface Quantifier {
  readonly least: number;
  readonly most: number;
}

function readQuantifier(parser: Parser): Quantifier {
  const found = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/u.exec(parser.pattern.slice(parser.at));
  if (!found) return { least: 1, most: 1 };
  const [text, sign, least, comma, most] = found;
  parser.at += text.length;
  if (sign !== undefined) {
    return { least: sign === "+" ? 1 : 0, most: sign === "?" ? 1 : Number.POSITIVE_INFINITY };
  }
  const from = Number(least);
  return { least: from, most: comma === "" ? from : most === "" ? Number.POSITIVE_INFINITY : Number(most) };
}

function repeat(body: PatternCost | undefined, { least, most }: Quantifier): PatternCost | undefined {
  if (body === undefined) return undefined;
  const hasChoice = body.factor > 1 || body.degree > 0;
  if (most === Number.POSITIVE_INFINITY) return hasChoice ? undefined : { factor: 1, degree: 1 };
  return { factor: body.factor ** most * (most - least + 1), degree: body.degree * most };
}
