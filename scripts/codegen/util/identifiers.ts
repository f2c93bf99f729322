/** Makes identifiers from arbitrary names. */
const reserved = new Set(
  `await break case catch class const continue debugger default delete do else enum export extends false finally for function if implements import in
  instanceof interface let new null package private protected public return static super switch this throw true try typeof undefined var void while with
  yield arguments eval NaN Infinity globalThis`.split(/\s+/u),
);

export function toCamelCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/u).filter((word) => word !== "");
  const joined = words
    .map((word, index) => (index === 0 ? word.charAt(0).toLowerCase() : word.charAt(0).toUpperCase()) + word.slice(1))
    .join("");
  return toIdentifier(joined);
}

/** Makes a type's name; capitals inside a word are kept. */
export function toPascalCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/u).filter((word) => word !== "");
  return toIdentifier(words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(""));
}

export function toIdentifier(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_$]+/gu, "_") || "_";
  return reserved.has(plain) || /^[0-9]/u.test(plain) ? `_${plain}` : plain;
}

/** Makes unique identifiers. */
export function createNames(taken: readonly string[]): (name: string) => string {
  const used = new Set(taken);
  const counts = new Map<string, number>();
  return (name) => {
    const base = toIdentifier(name);
    let unique = base;
    let count = counts.get(base) ?? 1;
    while (used.has(unique)) unique = `${base}_${++count}`;
    counts.set(base, count);
    used.add(unique);
    return unique;
  };
}
