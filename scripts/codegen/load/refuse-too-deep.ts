/** Reports a document that fills the stack, or a string, as a mistake of the document. */
import { toAddress, toDisplayName } from "./document-address.ts";
import { DocumentError } from "./diagnostics.ts";

/** @throws DocumentError */
export async function refuseTooDeep<T>(document: string, generate: () => Promise<T>): Promise<T> {
  try {
    return await generate();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // A RangeError means that the stack or a string is full: a document may be a very long chain of nested references.
    const place = { file: toDisplayName(toAddress(document)), line: 1, column: 1, pointer: "" };
    const message = "its references are nested too deeply or expand too far";
    throw new DocumentError([{ ...place, message, fix: "shorten the chains of references" }]);
  }
}
