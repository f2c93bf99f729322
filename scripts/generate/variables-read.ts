/** Prints the environment variables that each generated client reads. */
import { contractFile, parseContractFile } from "../codegen/contract/contract.ts";
import { variableName, variablesOf } from "../codegen/util/environment-variables.ts";
import type { GeneratedFiles } from "../codegen/generate-vendor.ts";
import { objectEntries, toObject } from "../codegen/util/json.ts";

/** The variables of all servers, each once, from the generated contract; undefined if the contract was edited. */
export function variablesRead(files: GeneratedFiles): string[] | undefined {
  const { servers } = toObject(parseContractFile(files.get(contractFile) ?? ""));
  if (servers === undefined) return undefined;
  const variables = new Set(objectEntries(servers).flatMap(([, server]) => variablesOf(server)));
  return [...variables].every((one) => variableName.test(one)) ? [...variables] : undefined;
}

/** One line for each vendor. */
export const printVariables = (vendor: string, variables: readonly string[]): string =>
  `${vendor} reads ${variables.length === 0 ? "no environment variable" : variables.join(", ")}\n`;
