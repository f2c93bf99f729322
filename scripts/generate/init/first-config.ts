/** The commented `latchkey.config.ts` of `latchkey init`. */
import { propertyKey, stringLiteral } from "../../codegen/util/ts-literal.ts";
import { pageUrl } from "../../shared/pages.ts";

export interface FirstConfig {
  readonly name: string;
  readonly document: string;
  readonly overlay: string | undefined;
  readonly out: string;
  readonly remote: boolean;
  /** Whether the extension of imports is said, since tsconfig.json asks for another than Node runs. */
  readonly saysExtension: boolean;
}

export const toFirstConfig = ({ name, document, overlay, out, remote, saysExtension }: FirstConfig): string =>
  `/** What "npx latchkey generate" makes. All keys: ${pageUrl("docs/generating.md")} */
import { defineConfig } from "latchkey-cli";

export default defineConfig({
  // Each vendor's client is written to <out>/<name>.
  out: ${stringLiteral(out)},
${saysExtension ? '  // As Node runs the files. tsc takes these imports with "rewriteRelativeImportExtensions": true in tsconfig.json.\n  importExtension: ".ts",\n' : ""}  vendors: {
    // The client's environment variables begin with the name.
    ${propertyKey(name)}: {
      // A path from this file, or a URL.
      document: ${stringLiteral(document)},
      // An OpenAPI Overlay, for what the document leaves out or gets wrong.
      ${overlay === undefined ? "// overlay: " : "overlay: "}${stringLiteral(overlay ?? `${name}.overlay.yaml`)},
      // Only some of the operations, with what they need.
      // include: { tags: ["orders"], paths: ["GET /stock/**"] },
      // Whether references may lead to other servers.
      ${remote ? "" : "// "}remote: true,
    },
  },
});
`;
