/** Matches one segment of a path with literals that have variable parts between them, in time that grows with the segment alone. */

/**
 * Finds the variable parts, each as long as the ones after it allow; `undefined` where the segment does not fit. The literals are searched
 * from the end, so that no part is ever tried twice, as a regular expression would for `{a}{b}{c}`.
 *
 * @param literals before, between and after the parts
 * @param leastLength of a part
 */
export function matchSegment(
  literals: readonly string[],
  segment: string,
  leastLength: 0 | 1,
): readonly string[] | undefined {
  const [first = "", ...others] = literals;
  const last = others.at(-1);
  if (last === undefined) return segment === first ? [] : undefined;
  if (!segment.startsWith(first) || !segment.endsWith(last)) return undefined;
  const parts: string[] = [];
  let end = segment.length - last.length;
  for (const literal of others.slice(0, -1).reverse()) {
    const latest = end - leastLength - literal.length;
    const at = latest < first.length ? -1 : segment.lastIndexOf(literal, latest);
    if (at < first.length) return undefined;
    parts.unshift(segment.slice(at + literal.length, end));
    end = at;
  }
  if (end - leastLength < first.length) return undefined;
  return [segment.slice(first.length, end), ...parts];
}
