/**
 * Decodes the escapes of a text, so that a secret is found in whatever encoding it is quoted: percent-encoding, JSON and JavaScript
 * escapes, HTML character references, JSON pointers, any of them inside another. A secret may itself hold what looks like an escape, so
 * each kind is also decoded alone: only so does the text of a JSON string become the secret again and nothing beyond it. Each character
 * remembers where it stands in the text.
 */
export interface DecodedView {
  /** Folded: in lower case, with a space for each plus sign (form encoding). */
  readonly folded: string;
  /** The range in the text that the character at an index was decoded from. */
  startOf(index: number): number;
  endOf(index: number): number;
}

/** Escapes inside of escapes are decoded this often, and this often where each layer is of one kind. */
const maxLayers = 4;
const maxLayersOfKinds = 3;
/** All views of a text together: a vendor's text of many kinds and layers is not worth more work. */
const maxCharacters = 32_768;

const escapeKinds = [
  // Percent-encoding: one UTF-8 character.
  /%(?:[0-7][\da-f]|[cd][\da-f]%[89ab][\da-f]|e[\da-f](?:%[89ab][\da-f]){2}|f[0-7](?:%[89ab][\da-f]){3})/giu,
  // JSON and JavaScript.
  /\\(?:u[\da-f]{4}|x[\da-f]{2}|["'\\/bfnrt])/giu,
  // HTML character references.
  /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,6});?/giu,
  // JSON pointers.
  /~[01]/gu,
];
const anyKind = new RegExp(escapeKinds.map(({ source }) => source).join("|"), "giu");

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

/** The text as it is, then without one layer of all escapes after the other, then without layers of one kind each, in every order. */
export function decodeViews(text: string): DecodedView[] {
  const original: Layer = { text, starts: undefined, ends: undefined };
  const layers = new Map(decodeLayers(original).map((layer) => [layer.text, layer]));
  let characters = 0;
  let outer: ReadonlyMap<string, Layer> = new Map([[text, original]]);
  for (let depth = 0; depth < maxLayersOfKinds; depth += 1) {
    const inner = new Map<string, Layer>();
    for (const layer of outer.values()) {
      for (const kind of escapeKinds) {
        const decoded = characters < maxCharacters ? decodeLayer(layer, kind) : undefined;
        if (!decoded) continue;
        characters += decoded.text.length;
        inner.set(decoded.text, decoded);
        layers.set(decoded.text, layers.get(decoded.text) ?? decoded);
      }
    }
    outer = inner;
  }
  return [...layers.values()].map(toView);
}

/** A text without any of its escapes, folded. */
export const decodeFully = (text: string): string =>
  fold(decodeLayers({ text, starts: undefined, ends: undefined }).at(-1)?.text ?? text);

/** The text, and what is left of it after each layer of escapes of any kind. */
function decodeLayers(original: Layer): Layer[] {
  const layers: Layer[] = [];
  for (
    let layer: Layer | undefined = original;
    layer && layers.length <= maxLayers;
    layer = decodeLayer(layer, anyKind)
  )
    layers.push(layer);
  return layers;
}

const toView = ({ text, starts, ends }: Layer): DecodedView => ({
  folded: fold(text),
  startOf: (index) => starts?.[index] ?? index,
  endOf: (index) => ends?.[index] ?? index + 1,
});

interface Layer {
  readonly text: string;
  /** Positions in the original text; `undefined` where the text is the original. */
  readonly starts: readonly number[] | undefined;
  readonly ends: readonly number[] | undefined;
}

/** Decodes one layer; `undefined` where there is nothing to decode. */
function decodeLayer({ text, starts: outerStarts, ends: outerEnds }: Layer, escapes: RegExp): Layer | undefined {
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
  for (const match of text.matchAll(escapes)) {
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
