import type { Address } from "../codegen/load/document-address.ts";
import { type ReadText, readText } from "../codegen/load/read-text.ts";

/** Reads every file once, so that what was compared is what is generated from, and remembers them all, those that could not be read among them. */
export interface Reader {
  readonly read: ReadText;
  /** `undefined`: it could not be read. */
  readonly texts: ReadonlyMap<Address, string | undefined>;
}

export function createCachingReader(): Reader {
  const texts = new Map<Address, string | undefined>();
  const reading = new Map<Address, Promise<string>>();
  const readOnce = async (address: Address): Promise<string> => {
    texts.set(address, undefined);
    const text = await readText(address);
    texts.set(address, text);
    return text;
  };
  return {
    texts,
    read(address) {
      const known = reading.get(address) ?? readOnce(address);
      reading.set(address, known);
      return known;
    },
  };
}
