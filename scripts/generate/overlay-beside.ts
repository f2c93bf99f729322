import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { isUrl } from "../codegen/load/document-address.ts";
import type { ReadText } from "../codegen/load/read-text.ts";
import { isGeneric } from "./vendor-name.ts";

/** The default overlay: `overlay.yaml` beside a document called `openapi.*`. */
export async function overlayBeside(document: string, read: ReadText): Promise<string | undefined> {
  if (isUrl(document) || !isGeneric(document)) return undefined;
  const beside = join(dirname(document), "overlay.yaml");
  return (await isThere(beside, read)) ? beside : undefined;
}

/** Whether the file exists. It is read, so that --watch watches it also before it exists. */
const isThere = (path: string, read: ReadText): Promise<boolean> =>
  read(path).then(
    () => true,
    () => existsSync(path),
  );
