/** The longest name that is compared: the time is the product of two lengths. */
const longest = 200;

/** The most similar of the allowed names, if it is similar enough to be a typing mistake. */
export function didYouMean(name: string, allowed: readonly string[]): string | undefined {
  if (name.length > longest) return undefined;
  const [best] = allowed
    .filter((candidate) => candidate.length <= longest)
    .map((candidate) => ({ candidate, edits: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  return best !== undefined && best.edits <= Math.max(2, Math.floor(name.length / 3)) ? best.candidate : undefined;
}

/** Suggests a fix: `did you mean "x"?`, or the list of allowed names. */
export function suggest(name: string, allowed: readonly string[]): string {
  const near = didYouMean(name, allowed);
  if (near !== undefined) return `did you mean ${JSON.stringify(near)}?`;
  const list = allowed.map((one) => JSON.stringify(one)).join(", ");
  return allowed.length === 0 ? "remove it" : `use one of ${list.length > 2_000 ? `${allowed.length} others` : list}`;
}

/** The Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
