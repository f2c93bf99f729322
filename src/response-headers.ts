/** Headers of an answer as the document types them. They are read from text: a header that is not of its type is left out, like one that is missing. */
import { toFlag } from "./flag.ts";
import type { HeaderType } from "./vendor.ts";

export function readHeaders(types: Readonly<Record<string, HeaderType>>, headers: Headers): object {
  const read = Object.entries(types).map(([name, type]) => [name, readHeader(headers.get(name), type)] as const);
  return Object.fromEntries(read.filter(([, value]) => value !== undefined));
}

function readHeader(text: string | null, type: HeaderType): unknown {
  switch (type) {
    case "string":
      return text ?? undefined;
    case "json":
      return parseJson(text);
    case "number":
    case "boolean":
      return readScalar(text ?? "", type);
    default:
      return text === null ? undefined : readList(text, type);
  }
}

/** OpenAPI's style `simple`, the only one that headers have: joined by commas, and not quoted. */
function readList(text: string, type: "string[]" | "number[]" | "boolean[]"): readonly unknown[] | undefined {
  const items = text === "" ? [] : text.split(",").map((item) => item.trim());
  if (type === "string[]") return items;
  const values: unknown[] = items.map((item) => readScalar(item, type === "number[]" ? "number" : "boolean"));
  return values.includes(undefined) ? undefined : values;
}

function readScalar(text: string, type: "number" | "boolean"): number | boolean | undefined {
  if (type === "boolean") return toFlag(text);
  return /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/iu.test(text) ? Number(text) : undefined;
}

function parseJson(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
