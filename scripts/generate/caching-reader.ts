import type { Address } from "../codegen/load/document-address.ts";
import { type ReadText, readText } from "../codegen/load/read-text.ts";

/** Reads every file once, so that the compared text is the generated one, and lists all files that it read or failed to read. */
export interface Reader {
  readonly read: ReadText;
  /** Undefined if the file could not be read. */
  readonly texts: ReadonlyMap<Address, string | undefined>;
}

export function createCachingReader(): Reader {
  const texts = new Map<Address, string | undefined>();
  const reading = new Map<string, Promise<string>>();
  const readOnce: ReadText = async (address, headers) => {
    texts.set(address, undefined);
    const text = await readText(address, headers);
    texts.set(address, text);
    return text;
  };
  return {
    texts,
    read(address, headers = {}) {
      // Two vendors may read one address with headers of their own.
      const key = JSON.stringify([address, headers]);
      const known = reading.get(key) ?? readOnce(address, headers);
      reading.set(key, known);
      return known;
    },
  };
}
