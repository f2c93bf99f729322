/** True for an object or a list with a file or bytes in it, which JSON would write as `{}`. */
export function holdsFile(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null || depth > maxDepth) return false;
  if (value instanceof Blob || value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return depth > 0;
  return Object.values(value).some((member) => holdsFile(member, depth + 1));
}

const maxDepth = 10;
