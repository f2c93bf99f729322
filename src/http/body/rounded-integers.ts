/** Finds the integers of a JSON text that a double cannot hold (RFC 8259 §6), which `JSON.parse` rounds without a word. */

/** The most places that are named. */
const maxPlaces = 100;

interface Source {
  /** The number as it is written; older platforms do not tell it. */
  readonly source?: string;
}

class Rounded {}

/** @returns JSON pointers */
export function findRoundedIntegers(text: string): string[] {
  const mark = (_name: string, value: unknown, { source }: Source = {}): unknown =>
    typeof value === "number" && isRounded(value, source) ? new Rounded() : value;
  const places: string[] = [];
  collect(JSON.parse(text, mark), "", places);
  return places;
}

function isRounded(value: number, source: string | undefined): boolean {
  if (Number.isSafeInteger(value) || !Number.isInteger(value)) return false;
  if (source === undefined) return true;
  return /^-?\d+$/u.test(source) && BigInt(source) !== BigInt(value);
}

function collect(value: unknown, path: string, places: string[]): void {
  if (places.length >= maxPlaces || typeof value !== "object" || value === null) return;
  if (value instanceof Rounded) places.push(path);
  else
    for (const [name, member] of Object.entries(value))
      collect(member, `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, places);
}
