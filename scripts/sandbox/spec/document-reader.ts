/** Reads parts of a document by JSON pointer and follows references. */
import { isObject, type Json, type JsonObject } from "../../codegen/util/json.ts";
import { readPointer } from "./json.ts";

/** A part of the document and the pointer it was found at. */
export interface Located {
  readonly at: string;
  readonly value: Json;
}

export interface DocumentReader {
  /** The part at a pointer, with references followed. */
  at(pointer: string): Located | undefined;
  list(pointer: string): readonly Located[];
  object(pointer: string): JsonObject;
}

export function createReader(json: JsonObject, file: string): DocumentReader {
  const at = (pointer: string): Located | undefined => {
    let here = pointer;
    for (let hops = 0; hops < 50; hops++) {
      const value = readPointer(json, here);
      if (value === undefined) return undefined;
      const target = isObject(value) ? value.$ref : undefined;
      if (typeof target !== "string") return { at: here, value };
      if (!target.startsWith("#")) {
        throw new Error(
          `${file}: ${here}: $ref "${target}" is in another file; bundle the document into one file first`,
        );
      }
      here = decodeURIComponent(target.slice(1));
    }
    throw new Error(`${file}: ${pointer}: its $ref is circular; fix the reference`);
  };
  return {
    at,
    list(pointer) {
      const found = at(pointer);
      if (!found || !Array.isArray(found.value)) return [];
      return found.value.map((_, index) => at(`${found.at}/${index}`)).filter((part) => part !== undefined);
    },
    object(pointer) {
      const found = at(pointer);
      return found && isObject(found.value) ? found.value : {};
    },
  };
}
