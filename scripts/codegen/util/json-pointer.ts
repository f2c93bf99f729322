import { isObject, type Json, type Path } from "./json.ts";

/** Writes a path as a JSON pointer (RFC 6901 §3). */
export const toPointer = (path: Path): string =>
  path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** Parses `/a/b`, or the URI fragment `#/a/b`, which may be percent-encoded (RFC 6901 §6). */
export function parsePointer(pointer: string): string[] {
  const fragment = pointer.startsWith("#");
  return pointer
    .slice(fragment ? 1 : 0)
    .split("/")
    .slice(1)
    .map((part) => (fragment ? decode(part) : part).replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The value at a path. Only own members count, so that `constructor` finds nothing. */
export function valueAt(root: Json | undefined, path: Path): Json | undefined {
  let value = root;
  for (const part of path) {
    if (Array.isArray(value)) value = value[Number(part)];
    else if (isObject(value) && Object.hasOwn(value, String(part))) value = value[String(part)];
    else return undefined;
  }
  return value;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
