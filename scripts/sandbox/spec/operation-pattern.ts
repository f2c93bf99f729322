/** Operation patterns: `"listProducts"`, `"GET /v2/products"`, `"* /v2/orders/**"`. `*` is a part of a segment or any method, `**` the rest of a path. */
import type { DocumentOperation } from "./document-operation.ts";
import { matchSegment } from "./segment-pattern.ts";

export function matchesOperation(operation: DocumentOperation, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const [method = "", path] = pattern.split(" ", 2);
    if (path === undefined) return pattern === operation.id;
    return (method === "*" || method.toUpperCase() === operation.method) && matchesPath(path, operation.path);
  });
}

/** After a mismatch, the last `**` takes one more segment: earlier ones never have to. */
function matchesPath(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const segments = path.split("/");
  let at = 0;
  let retry: { readonly wanted: number; segment: number } | undefined;
  for (let index = 0; index < segments.length; ) {
    const segment = wanted[at];
    if (segment === "**") {
      at += 1;
      retry = { wanted: at, segment: index };
    } else if (segment !== undefined && matchSegment(segment.split("*"), segments[index] ?? "", 0)) {
      at += 1;
      index += 1;
    } else if (retry) {
      retry.segment += 1;
      index = retry.segment;
      at = retry.wanted;
    } else return false;
  }
  return wanted.slice(at).every((segment) => segment === "**");
}
