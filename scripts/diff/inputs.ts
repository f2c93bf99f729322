/** The inputs of a comparison: two given sides, or the document and the generated files of each vendor of a plan. */
import { join } from "node:path";
import { toAddress } from "../codegen/load/document-address.ts";
import { type Contract, contractFile } from "../codegen/contract/contract.ts";
import type { Stage } from "../codegen/generate-vendor.ts";
import { readText, withHeaders } from "../codegen/load/read-text.ts";
import { overlayBeside } from "../generate/overlay-beside.ts";
import { toPlan } from "../generate/plan.ts";
import { nameOf } from "../generate/vendor-name.ts";
import type { Request as GenerateRequest } from "../generate/arguments.ts";
import { contractOfDocument, generatedContract, readGenerated } from "./contract/read-contract.ts";
import type { Sides } from "./arguments.ts";

export interface Pair {
  readonly name: string;
  /** @throws DocumentError */
  read(onStage: (stage: Stage) => void): Promise<readonly [before: Contract, after: Contract]>;
}

/** @throws UsageError, DocumentError */
export async function* toPairs(of: Sides | GenerateRequest): AsyncGenerator<Pair> {
  if ("before" in of) {
    yield toPair(of);
    return;
  }
  const { vendors } = await toPlan(of, readText);
  for (const { folder, input } of vendors) {
    yield {
      name: input.name,
      read: async (onStage) => [
        await readGenerated(toAddress(join(folder, contractFile))),
        await contractOfDocument({ ...input, onStage }, input.name),
      ],
    };
  }
}

function toPair({ before, after, overlay, remote, headers }: Sides): Pair {
  return {
    name: nameOf(after),
    async read(onStage) {
      const [older, newer] = [await readSide(before), await readSide(after)];
      // Names of environment variables contain the vendor's name, so both sides need the same one.
      const name = (older ?? newer)?.name ?? nameOf(after);
      const contractOf = async (document: string): Promise<Contract> => {
        const applied = overlay ?? (await overlayBeside(document, readText));
        const read = withHeaders(readText, document, headers);
        const input = { document, remote, onStage, read, ...(applied === undefined ? {} : { overlay: applied }) };
        return contractOfDocument(input, name);
      };
      return [older ?? (await contractOf(before)), newer ?? (await contractOf(after))];
    },
  };
}

async function readSide(given: string): Promise<Contract | undefined> {
  const path = generatedContract(given);
  return path === undefined ? undefined : readGenerated(toAddress(path));
}
