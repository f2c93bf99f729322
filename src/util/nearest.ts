/** Finds the name that was probably meant: the one with the fewest edits (Levenshtein), or of which the given name is a part. */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  const wanted = given.slice(0, maxLength).toLowerCase();
  let nearest: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const other = name.toLowerCase();
    const isPart = wanted.length > 2 && (other.startsWith(wanted) || wanted.startsWith(other));
    const edits = isPart ? 1 : distance(wanted, other);
    if (edits < fewest && edits <= Math.max(wanted.length, other.length) / 2) {
      nearest = name;
      fewest = edits;
    }
  }
  return nearest;
}

const maxLength = 50;

function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [at, character] of [...one].entries()) {
    const next = [at + 1];
    for (let index = 0; index < other.length; index += 1) {
      const replaced = (row[index] ?? 0) + (other[index] === character ? 0 : 1);
      next.push(Math.min(replaced, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
