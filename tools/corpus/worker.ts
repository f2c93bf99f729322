/** A process of its own for documents that may take all memory or never end: one message in, one out. */
import type { AgreementOptions } from "./compare-with-ajv.ts";
import type { CorpusDocument } from "./documents.ts";
import { checkDocument } from "./check-document.ts";

process.on(
  "message",
  async ({ document, seed, options }: { document: CorpusDocument; seed: number; options: AgreementOptions }) => {
    process.send?.(await checkDocument(document, seed, options));
  },
);
