/** Serialises query parameters with their names percent-encoded: openapi-fetch encodes the values only. */
import { createQuerySerializer, type QuerySerializerOptions } from "openapi-fetch";
import { ConfigurationError } from "../errors/configuration-error.ts";

type Query = Readonly<Record<string, unknown>>;
export type QuerySerializer = (query: Query) => string;

/** Characters that cannot end a name or a query: those of `filter[name]`, `$top` and `created:gte` stay as vendors write them. */
const plainName = /^[\w\-.~[\]$:@!'()*,/]*$/u;
const unusualInName = /[^\w\-.~[\]$:@!'()*,/]+/gu;
/** A member's name must not close the brackets of the style deepObject: `a[b]`. */
const unusualInMember = /[^\w\-.~$:@!'()*/]+/gu;

export function createEncodingQuerySerializer(vendor: string, options?: QuerySerializerOptions): QuerySerializer {
  const serialize = createQuerySerializer(options);
  return (query) => {
    try {
      return serialize(isPlain(query) ? query : encodeNames(query));
    } catch (error) {
      if (!(error instanceof URIError)) throw error;
      throw new ConfigurationError(vendor, "params.query holds half of a surrogate pair; give well-formed text");
    }
  };
}

/** True for the usual query, which needs no copy: own, plain names and no objects. */
function isPlain(query: Query): boolean {
  for (const name in query) {
    const value = query[name];
    const isMembers = typeof value === "object" && value !== null && !Array.isArray(value);
    if (isMembers || !plainName.test(name) || !Object.hasOwn(query, name)) return false;
  }
  return true;
}

/** Copies own parameters; a polluted prototype adds none. */
function encodeNames(query: Query): Query {
  const encoded: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(query)) {
    const isMembers = typeof value === "object" && value !== null && !Array.isArray(value);
    encoded[encodeName(name, unusualInName)] = isMembers ? encodeMemberNames(value) : value;
  }
  return encoded;
}

function encodeMemberNames(members: object): Query {
  const encoded: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(members)) encoded[encodeName(name, unusualInMember)] = value;
  return encoded;
}

const encodeName = (name: string, unusual: RegExp): string => name.replace(unusual, encodeURIComponent);
