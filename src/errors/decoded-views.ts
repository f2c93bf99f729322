/**
 * Decodes the escapes of a text layer by layer, so that a secret is found in whatever encoding it is quoted: percent-encoding, JSON
 * and JavaScript escapes, HTML character references, JSON pointers, any of them inside another. Each character remembers where it stands in the text.
 */
export interface DecodedView {
  /** Folded: in lower case, with a space for each plus sign (form encoding). */
  readonly folded: string;
  /** The range in the text that the character at an index was decoded from. */
  startOf(index: number): number;
  endOf(index: number): number;
}

/** Escapes inside of escapes are decoded this often. */
const maxLayers = 4;

/** One UTF-8 character in percent-encoding, or one JSON or JavaScript escape, one HTML character reference, or one JSON pointer escape. */
const escapePattern =
  /%(?:[0-7][\da-f]|[cd][\da-f]%[89ab][\da-f]|e[\da-f](?:%[89ab][\da-f]){2}|f[0-7](?:%[89ab][\da-f]){3})|\\(?:u[\da-f]{4}|x[\da-f]{2}|["'\\/bfnrt])|&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,6});?|~[01]/giu;

const escapedControls: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const namedReferences: Readonly<Record<string, string>> = {
  amp: "&",
  apos: "'",
  colon: ":",
  equals: "=",
  gt: ">",
  lt: "<",
  nbsp: " ",
  num: "#",
  percnt: "%",
  plus: "+",
  quot: '"',
  sol: "/",
};

/** The text as it is, and then once for each layer of escapes in it. */
export function decodeViews(text: string): DecodedView[] {
  const views: DecodedView[] = [];
  let layer: Layer | undefined = { text, starts: undefined, ends: undefined };
  while (layer && views.length <= maxLayers) {
    const { text: current, starts, ends }: Layer = layer;
    views.push({
      folded: fold(current),
      startOf: (index) => starts?.[index] ?? index,
      endOf: (index) => ends?.[index] ?? index + 1,
    });
    layer = decodeLayer(layer);
  }
  return views;
}

/** A text without any of its escapes, folded. */
export const decodeFully = (text: string): string => decodeViews(text).at(-1)?.folded ?? fold(text);

interface Layer {
  readonly text: string;
  /** Positions in the original text; `undefined` where the text is the original. */
  readonly starts: readonly number[] | undefined;
  readonly ends: readonly number[] | undefined;
}

/** Decodes one layer; `undefined` where there is nothing to decode. */
function decodeLayer({ text, starts: outerStarts, ends: outerEnds }: Layer): Layer | undefined {
  const starts: number[] = [];
  const ends: number[] = [];
  const parts: string[] = [];
  const startOf = (index: number) => outerStarts?.[index] ?? index;
  const endOf = (index: number) => outerEnds?.[index] ?? index + 1;
  let done = 0;
  const copyUntil = (end: number): void => {
    parts.push(text.slice(done, end));
    for (; done < end; done += 1) {
      starts.push(startOf(done));
      ends.push(endOf(done));
    }
  };
  for (const match of text.matchAll(escapePattern)) {
    const decoded = decodeEscape(match[0]);
    if (decoded === undefined) continue;
    copyUntil(match.index);
    done = match.index + match[0].length;
    parts.push(decoded);
    for (let unit = 0; unit < decoded.length; unit += 1) {
      starts.push(startOf(match.index));
      ends.push(endOf(done - 1));
    }
  }
  if (done === 0) return undefined;
  copyUntil(text.length);
  return { text: parts.join(""), starts, ends };
}

/** Decodes one escape; `undefined` where it stands for no character. */
function decodeEscape(text: string): string | undefined {
  const name = text.slice(1).replace(/;$/u, "").toLowerCase();
  if (text.startsWith("%")) return decodePercent(text);
  if (text.startsWith("~")) return text === "~1" ? "/" : "~";
  if (text.startsWith("\\"))
    return /^[ux]./u.test(name) ? fromCode(name.slice(1), 16) : (escapedControls[name] ?? name);
  if (name.startsWith("#x")) return fromCode(name.slice(2), 16);
  if (name.startsWith("#")) return fromCode(name.slice(1), 10);
  return Object.hasOwn(namedReferences, name) ? namedReferences[name] : undefined;
}

function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function fromCode(digits: string, radix: number): string | undefined {
  const code = Number.parseInt(digits, radix);
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

/** Folds a text without a change of its length, so that positions stay. */
export function fold(text: string): string {
  const spaced = text.replaceAll("+", " ");
  const lower = spaced.toLowerCase();
  if (lower.length === spaced.length) return lower;
  return spaced.replaceAll(/[^\0-\x7f]|[A-Z]/gu, (character) => {
    const folded = character.toLowerCase();
    return folded.length === character.length ? folded : character;
  });
}
