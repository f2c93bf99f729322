/** Checks path parameters before they are filled into a path: an empty one, or a dot segment, would address another operation. */
import { ConfigurationError } from "../errors/configuration-error.ts";

/** `..` is the one segment that encoding does not make harmless (RFC 3986 §5.2.4); several parameters may form it together. */
export function checkPathParameters(
  vendor: string,
  operation: string,
  path: string,
  values: Readonly<Record<string, unknown>> | undefined,
): void {
  for (const name in values) {
    const value = values[name];
    if (value === "")
      throw new ConfigurationError(vendor, `${operation}: params.path.${name} must be a name, not empty`);
    // Only a value that begins with a dot, or is serialised in a style of its own, can be part of a dot segment.
    if (typeof value === "number" || (typeof value === "string" && !value.startsWith("."))) continue;
    if (!/\/\.{1,2}(?:\/|$)/u.test(fillTemplate(path, values))) continue;
    throw new ConfigurationError(vendor, `${operation}: params.path.${name} must be a name, not a dot segment`);
  }
}

const fillTemplate = (path: string, values: Readonly<Record<string, unknown>>): string =>
  path.replace(/\{([.;]?)([^{}*]+)\*?\}/gu, (_, style: string, name: string) =>
    // A slash inside a value is encoded, and separates no segments.
    Object.hasOwn(values, name) ? style + String(values[name]).replaceAll("/", "%2F") : "-",
  );
