/** Loads a document: reads it and its overlay, converts Swagger 2.0 to OpenAPI 3.0, and bundles several files into one document. */
import { type Access, type Address, refusal, toAddress, toDisplayName } from "./document-address.ts";
import { isInSeveralFiles, bundleDocuments } from "./bundle-documents.ts";
import { DocumentError } from "./diagnostics.ts";
import { describeOther, isSwagger, settleVersion } from "./document-kind.ts";
import { type ReadText, readText, UnreadableError } from "./read-text.ts";
import { parseSource, type Source } from "./parse-source.ts";

export interface LoadOptions {
  /** Path or URL of the OpenAPI document. */
  readonly document: string;
  /** Path or URL of an OpenAPI Overlay to apply to it. */
  readonly overlay?: string;
  /** References may lead to other servers. @default false */
  readonly remote?: boolean;
  /** Reads every file the document is in. @default from the disk, or its server */
  readonly read?: ReadText;
}

/** The limit for all files together. */
const maxSize = 512 * 1024 * 1024;

export interface Loaded {
  readonly source: Source;
  /** Whether the main file is JSON but for commas that stand before an end. */
  readonly hasTrailingComma: boolean;
}

export async function loadDocument({ document, overlay, remote = false, ...input }: LoadOptions): Promise<Loaded> {
  let size = 0;
  const read: ReadText = async (address) => {
    const text = await (input.read ?? readText)(address);
    size += text.length;
    if (size > maxSize)
      throw new UnreadableError(
        "with this file, the document's files are larger than 512 MiB",
        "leave out what you do not need",
      );
    return text;
  };
  const main = toAddress(document);
  const source = await readSource(main, read);
  const { hasTrailingComma = false } = source;
  const current = await toCurrent(overlay === undefined ? source : await withOverlay(source, toAddress(overlay), read));
  if (!isInSeveralFiles(current.value)) return { source: current, hasTrailingComma };
  const access: Access = { remote };
  const bundled = await bundleDocuments(main, current, (address) => readPart(address, read), access);
  return { source: bundled, hasTrailingComma };
}

const readPart = async (address: Address, read: ReadText): Promise<Source> =>
  toCurrent(await readSource(address, read));

// What only some documents need is imported on demand: it takes longer than a small document does.
async function withOverlay(source: Source, overlay: Address, read: ReadText): Promise<Source> {
  const { applyOverlay } = await import("./apply-overlay.ts");
  return applyOverlay(source, await readSource(overlay, read));
}

async function toCurrent(source: Source): Promise<Source> {
  settleVersion(source.value);
  if (!isSwagger(source.value)) return source;
  const { convertSwagger } = await import("./convert-swagger.ts");
  return convertSwagger(source);
}

async function readSource(address: Address, read: ReadText): Promise<Source> {
  const file = toDisplayName(address);
  const fail = (message: string, fix: string) =>
    new DocumentError([{ file, line: 1, column: 1, pointer: "", message, fix }]);
  const refused = refusal(address, address, { remote: true });
  if (refused !== undefined) throw fail(refused.message, refused.fix);
  let text: string;
  try {
    text = await read(address);
  } catch (error) {
    if (error instanceof UnreadableError) throw fail(error.message, error.fix);
    throw fail(`the file cannot be read (${error instanceof Error ? error.message : "no reason"})`, "check the path");
  }
  const other = describeOther(text);
  if (other !== undefined) throw fail(other.message, other.fix);
  return parseSource(file, text);
}
