/** Finds the first system error code (`ECONNRESET`, …) in an error's chain of causes. A code holds nothing secret. */
export function systemErrorCode(error: unknown): string | undefined {
  let current = error;
  for (let depth = 0; depth < 5 && typeof current === "object" && current !== null; depth += 1) {
    if ("code" in current && typeof current.code === "string") return current.code;
    if ("errors" in current && Array.isArray(current.errors)) {
      const first: unknown = current.errors[0];
      current = first;
    } else current = "cause" in current ? current.cause : undefined;
  }
  return undefined;
}
