/** A flag as vendors write it, in a body or a header; `undefined` for anything else. */
export function toFlag(value: unknown): boolean | undefined {
  const text = String(value).toLowerCase();
  if (text === "true" || text === "1" || text === "yes") return true;
  return text === "false" || text === "0" || text === "no" ? false : undefined;
}
