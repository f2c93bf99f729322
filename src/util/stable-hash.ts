/**
 * Tells values apart by a short text, at once and everywhere (the platform's own digests are asynchronous): FNV-1a, twice 32 bit, of
 * the JSON with its members in order. It tells mistakes apart, not attacks, and shows nothing of what it was made of.
 */
export function stableHash(value: unknown): string {
  const text = JSON.stringify(value, (_, member: unknown) => (isMembers(member) ? inOrder(member) : member)) ?? "";
  let one = 0x811c9dc5;
  let other = 0x9747b28c;
  for (let index = 0; index < text.length; index += 1) {
    one = Math.imul(one ^ text.charCodeAt(index), 0x01000193);
    other = Math.imul(other ^ text.charCodeAt(index), 0x01000193);
  }
  return ((one >>> 0).toString(36) + (other >>> 0).toString(36)).padStart(14, "0");
}

const isMembers = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const inOrder = (members: object): object =>
  Object.fromEntries(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1)));
