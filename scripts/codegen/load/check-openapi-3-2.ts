/** Finds parts of OpenAPI 3.2 that the generator does not support yet; the client is made without them. */

import { isSequential } from "../openapi/media-type.ts";
import type { Visit } from "../openapi/walk-document.ts";
import type { Repair, Warn } from "./warnings.ts";

export function checkNewer({ kind, value, path }: Visit, warn: Warn, repair: (repair: Repair) => void): void {
  const leaveOut = (member: string, fix: string) => {
    if (value[member] === undefined) return;
    const at = [...path, member];
    warn("not-supported", at, `OpenAPI 3.2's ${member} is not supported yet, so it is ignored`, fix);
    repair({ path: at, to: undefined });
  };
  switch (kind) {
    case "path item":
      leaveOut("additionalOperations", "call these operations with fetch");
      break;
    case "media type":
      if (!isSequential(String(path.at(-1)))) leaveOut("itemSchema", "describe the whole body with schema");
      leaveOut("prefixEncoding", "name the parts in encoding");
      leaveOut("itemEncoding", "name the parts in encoding");
      leaveOut("$ref", "write the media type out");
      break;
    case "document":
      leaveOut("$self", "references are read from where the document is");
      break;
  }
}
