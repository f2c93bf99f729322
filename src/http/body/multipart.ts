/**
 * Encodes a multipart body (RFC 7578, RFC 2046 §5.1) as a Blob, which can be sent again. FormData is not used: it cannot give a text
 * part a content type, and it gives a JSON part a file name, so that servers take the part for an upload.
 */
import type { FieldEncoding } from "../../vendor.ts";
import type { Encoding } from "./form-urlencoded.ts";
import { fieldsOf, toFormValue } from "./form-urlencoded.ts";
import { holdsFile } from "./holds-file.ts";

export interface Multipart {
  readonly body: Blob;
  readonly contentType: string;
}

export function toMultipart(members: object, type: string, encoding: Encoding = {}): Multipart {
  const boundary = `latchkey-${crypto.randomUUID()}`;
  const pieces: BlobPart[] = [];
  for (const [name, value] of Object.entries(members)) {
    for (const { field, content, contentType, fileName } of partsOf(name, value, encoding[name] ?? {})) {
      const file = fileName === undefined ? "" : `; filename="${quote(fileName)}"`;
      const header = `Content-Disposition: form-data; name="${quote(field)}"${file}\r\n`;
      const typed = contentType === undefined ? "" : `Content-Type: ${contentType.replace(/[\r\n]/gu, "")}\r\n`;
      pieces.push(`--${boundary}\r\n${header}${typed}\r\n`, content, "\r\n");
    }
  }
  pieces.push(`--${boundary}--\r\n`);
  return { body: new Blob(pieces), contentType: `${type}; boundary=${boundary}` };
}

/** A style, where the document names one, writes a member as in a form (OpenAPI 3.1 §4.8.15.1.2); files have none. */
function partsOf(name: string, value: unknown, rule: FieldEncoding): Part[] {
  const isStyled = rule.style !== undefined || rule.explode !== undefined;
  if (isStyled && !(value instanceof Blob) && !holdsFile(value))
    return fieldsOf(name, value, rule).map(([field, content]) => ({ field, content }));
  // Each item of a list is a part of the same name (RFC 7578 §4.3).
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.flatMap((item) =>
    item === undefined || item === null ? [] : [{ field: name, ...toPart(name, item, rule) }],
  );
}

interface Part {
  /** The part's name. */
  readonly field: string;
  readonly content: BlobPart;
  readonly contentType?: string | undefined;
  readonly fileName?: string;
}

function toPart(name: string, value: unknown, { contentType: documented }: FieldEncoding): Omit<Part, "field"> {
  // A list or a range of types says what the server accepts, not what is sent.
  const wanted = documented?.includes(",") || documented?.includes("*") ? undefined : documented;
  if (value instanceof Blob) {
    const contentType = value.type || wanted || "application/octet-stream";
    return { content: value, contentType, fileName: value instanceof File ? value.name : name };
  }
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
    const content = value instanceof ArrayBuffer ? value : copyOf(value);
    return { content, contentType: wanted ?? "application/octet-stream", fileName: name };
  }
  const contentType = wanted ?? (typeof value === "object" ? "application/json" : undefined);
  return { content: toFormValue(value), contentType };
}

const copyOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array<ArrayBuffer> =>
  new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength));

/** Escapes a name as browsers do (HTML, "multipart/form-data encoding algorithm"). */
const quote = (name: string): string => name.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");
