/** What `generate` prints of the environment variables that each client will read. */
import { contractFile, parseContractFile } from "../codegen/contract.ts";
import { variableName, variablesOf } from "../codegen/environment-variables.ts";
import type { GeneratedFiles } from "../codegen/generate-vendor.ts";
import { objectEntries, toObject } from "../codegen/json.ts";

/** The variables of all servers, each once, from the contract among the files; `undefined` where it is not what the generator wrote. */
export function variablesRead(files: GeneratedFiles): string[] | undefined {
  const { servers } = toObject(parseContractFile(files.get(contractFile) ?? ""));
  if (servers === undefined) return undefined;
  const variables = new Set(objectEntries(servers).flatMap(([, server]) => variablesOf(server)));
  return [...variables].every((one) => variableName.test(one)) ? [...variables] : undefined;
}

/** One line a vendor. */
export const printVariables = (vendor: string, variables: readonly string[]): string =>
  `${vendor} reads ${variables.length === 0 ? "no environment variable" : variables.join(", ")}\n`;
