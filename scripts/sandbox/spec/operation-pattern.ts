/** Operation patterns: `"listProducts"`, `"GET /v2/products"`, `"* /v2/orders/**"`. `*` is one segment or any method, `**` the rest of a path. */
import type { DocumentOperation } from "./document-operation.ts";

export function matchesOperation(operation: DocumentOperation, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const [method = "", path] = pattern.split(" ", 2);
    if (path === undefined) return pattern === operation.id;
    return (method === "*" || method.toUpperCase() === operation.method) && toExpression(path).test(operation.path);
  });
}

function toExpression(pattern: string): RegExp {
  const source = pattern
    .split("/")
    .map((segment) =>
      segment === "**" ? ".*" : segment.replaceAll(/[\\^$.*+?()[\]{}|]/gu, "\\$&").replaceAll("\\*", "[^/]*"),
    )
    .join("/")
    .replace(/\/\.\*$/u, "(/.*)?");
  return new RegExp(`^${source}$`, "u");
}
