/**
 * Which environment variables a client may read: those whose names begin with its vendor's, and those that the user allows by name. A document
 * says where requests go, so that a variable it may choose freely is one that it can send to its own server.
 */
import { type JsonObject, objectEntries, toObject, toText } from "./json.ts";

/** How a document may name one. */
export const variableName = /^[A-Z_][A-Z0-9_]*$/u;

export interface VariableRule {
  /** The vendor's name, which the user chooses: `acme-crm` reads `ACME_CRM_…`. */
  readonly name: string;
  /** Further variables, by name. @default none */
  readonly allowEnvironment?: readonly string[];
  /** Vendors whose names go on where this one's ends: `acme-crm` beside `acme`. Their variables are not this one's. @default none */
  readonly longerNames?: readonly string[];
}

export interface Refusal {
  readonly message: string;
  readonly fix: string;
}

/** Why the vendor's client may not read this variable; `undefined` where it may. */
export function refuseVariable(
  variable: string,
  { name, allowEnvironment = [], longerNames = [] }: VariableRule,
): Refusal | undefined {
  if (allowEnvironment.includes(variable)) return undefined;
  const prefix = `${toVariableName(name)}_`;
  const other = longerNames.find((one) => isUnder(variable, `${toVariableName(one)}_`));
  if (other === undefined && isUnder(variable, prefix)) return undefined;
  const allow = `allow it: allowEnvironment: ["${variable}"] in latchkey.config.ts, or --allow-environment ${variable}`;
  return other === undefined
    ? {
        message: `the client of ${name} may not read ${variable}; its variables begin with ${prefix}`,
        fix: `rename it to ${prefix}…, or ${allow}`,
      }
    : {
        message: `the client of ${name} may not read ${variable}; names that begin with ${toVariableName(other)}_ belong to ${other}`,
        fix: `name another under ${prefix} (x-latchkey-server: environment), or ${allow}`,
      };
}

const isUnder = (variable: string, prefix: string): boolean =>
  variable.startsWith(prefix) && variable.length > prefix.length;

/** Names as one in upper case: `acme-crm` and `clientId` are `ACME_CRM_CLIENT_ID`. The first is the vendor's. */
export const toVariableName = (...names: readonly string[]): string =>
  names
    .map((name) =>
      name
        .replace(/([a-z0-9])([A-Z])/gu, "$1_$2")
        .replace(/[^A-Za-z0-9]+/gu, "_")
        .toUpperCase(),
    )
    .join("_")
    .replace(/^(?=[0-9])/u, "_");

/** Every variable that a server, as the vendor value and the contract have it, is read from: its credentials' and its own variables'. */
export function variablesOf(server: JsonObject): string[] {
  const ofVariables = objectEntries(server.variables).map(([, variable]) => variable.environment);
  return [...Object.values(toObject(server.environment)), ...ofVariables].flatMap((one) => toText(one) ?? []);
}
