/** Reports parts of OpenAPI 3.2 that the generator does not support: a client without them would be wrong. */

import { isSequential } from "../openapi/media-type.ts";
import type { Visit } from "../openapi/walk-document.ts";
import type { Report } from "./diagnostics.ts";

export function checkNewer({ kind, value, path }: Visit, report: Report): void {
  const refuse = (member: string, fix: string) => {
    if (value[member] !== undefined) report([...path, member], `OpenAPI 3.2's ${member} is not supported yet`, fix);
  };
  switch (kind) {
    case "path item":
      refuse("additionalOperations", "remove them with an overlay");
      break;
    case "media type":
      if (!isSequential(String(path.at(-1)))) refuse("itemSchema", "describe the whole body with schema");
      refuse("prefixEncoding", "name the parts in encoding");
      refuse("itemEncoding", "name the parts in encoding");
      if (value.$ref !== undefined) {
        const message = "OpenAPI 3.2's references to media types are not supported yet";
        report([...path, "$ref"], message, "write the media type out");
      }
      break;
    case "document":
      refuse("$self", "remove it with an overlay: references are read from where the document is");
      break;
  }
}
