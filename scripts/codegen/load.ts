/** The first stages: read the document and the overlay beside it. */
import { readFile } from "node:fs/promises";
import { relative, sep } from "node:path";
import { applyOverlay } from "./overlay.ts";
import { DocumentError } from "./problem.ts";
import { parseSource, type Source } from "./source.ts";

export async function loadDocument(path: string, overlay?: string): Promise<Source> {
  const source = await readSource(path);
  return overlay === undefined ? source : applyOverlay(source, await readSource(overlay));
}

async function readSource(path: string): Promise<Source> {
  const file = toDisplayName(path);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const message = `the file cannot be read (${reason})`;
    throw new DocumentError([{ file, line: 1, column: 1, pointer: "", message, mend: "check the path" }]);
  }
  return parseSource(file, text);
}

/** Relative to where the command runs, with forward slashes: messages read the same on every machine. */
const toDisplayName = (path: string): string => relative(process.cwd(), path).split(sep).join("/") || path;
