/** Sets one query parameter of an absolute URL and leaves everything else as it is written: other parameters may be encoded by the rules of a style. */
export function withQueryParameter(url: string, name: string, value: string): string {
  const [, base = url, query = "", fragment = ""] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/su.exec(url) ?? [];
  const others = query.split("&").filter((part) => part !== "" && nameOf(part) !== name);
  const own = `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  return `${base}?${[...others, own].join("&")}${fragment}`;
}

/** The name that a server reads (WHATWG URL §5.1). */
const nameOf = (part: string): string => new URLSearchParams(part).keys().next().value ?? "";
