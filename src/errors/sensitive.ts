/** What the document says must never be logged (voucher codes, a shopper's password): values by their properties' names, at any depth. */
const maxValues = 100;
const maxDepth = 32;

export function sensitiveValues(body: unknown, names: readonly string[]): string[] {
  const found: string[] = [];
  const walk = (value: unknown, isNamed: boolean, depth: number): void => {
    if (depth > maxDepth || found.length >= maxValues) return;
    if (typeof value === "string" || typeof value === "number") {
      if (isNamed) found.push(String(value));
    } else if (typeof value === "object" && value !== null) {
      for (const [name, inner] of Object.entries(value))
        walk(inner, isNamed || (!Array.isArray(value) && names.includes(name)), depth + 1);
    }
  };
  if (names.length > 0) walk(body, false, 0);
  return found;
}
