/** The state of one running sandbox: its document and data, clock, current switches and tokens. */
import { randomUUID } from "node:crypto";
import type { AccountData, Answer, Page, Reply, SandboxData, TokenFormat } from "../spec/sandbox-data.ts";
import type { SandboxDocument } from "../spec/document.ts";
import type { DocumentReader } from "../spec/document-reader.ts";
import type { Examples } from "../spec/examples.ts";
import { createMap, type Json } from "../../codegen/util/json.ts";
import type { SchemaCheck } from "../spec/schema-check.ts";
import type { SandboxScheme } from "../spec/security-scheme.ts";
import type { Switches } from "../spec/switches.ts";
import type { Scope } from "../spec/template.ts";
import type { TokenStore } from "./issued-tokens.ts";

export interface Account extends AccountData {
  readonly name: string;
  readonly scheme: string;
}

export interface SandboxState {
  readonly document: SandboxDocument;
  readonly reader: DocumentReader;
  readonly examples: Examples;
  readonly data: SandboxData;
  /** Whether the vendor has sandbox data. */
  readonly hasData: boolean;
  readonly check: SchemaCheck;
  readonly accounts: readonly Account[];
  readonly tokens: TokenStore;
  readonly switches: Switches;
  /** Epoch milliseconds of the injected clock, which expiries are checked by. */
  now(): number;
  /** Epoch milliseconds that the server sends: `now()` plus the clock skew. */
  serverNow(): number;
  /** Counts one reuse of a spent refresh token. */
  countReuse(): void;
}

interface Layer {
  readonly answers: readonly Answer[];
  readonly tokens: readonly TokenFormat[];
  readonly replies: readonly Reply[];
  readonly pages: readonly Page[];
}

/** Entries of the sandbox data, after those of the chosen variants. */
export function layersOf<Name extends keyof Layer>(sandbox: SandboxState, name: Name): Layer[Name][number][] {
  const { variant } = sandbox.switches;
  const chosen = (typeof variant === "string" ? [variant] : variant).map((one) => {
    const found = sandbox.data.variants[one];
    if (found) return found;
    const known = Object.keys(sandbox.data.variants).join(", ") || "none";
    throw new Error(`sandbox: there is no variant "${one}"; choose among those of the sandbox data (${known})`);
  });
  return [...chosen, sandbox.data].flatMap((layer: Layer): Layer[Name][number][] => [...layer[name]]);
}

/** The document's main scheme: the first that is not a second party's, in the order in which security requirements name schemes. */
export function mainScheme(document: SandboxDocument): SandboxScheme | undefined {
  const named = document.operations.flatMap((operation) =>
    operation.security.flatMap((requirement) => Object.keys(requirement)),
  );
  const ordered = [...new Set([...named, ...Object.keys(document.schemes)])].map((name) => document.schemes[name]);
  const first = ordered.filter((scheme) => scheme !== undefined && scheme.secondParty === undefined);
  return first.find((scheme) => scheme?.lifecycle) ?? first[0] ?? ordered[0];
}

/** The accounts of the sandbox data, with generated credentials for every scheme that the data does not mention. */
export function toAccounts(document: SandboxDocument, data: SandboxData): Account[] {
  const main = mainScheme(document);
  const accounts: Account[] = Object.entries(data.accounts).map(([name, account]) => {
    const scheme = account.scheme ?? main?.name ?? "";
    const known = document.schemes[scheme];
    if (!known)
      throw new Error(`${document.file}: the account "${name}" names the scheme "${scheme}", which the document lacks`);
    const credentials = createMap(Object.entries(account.credentials));
    return { ...account, name, scheme, credentials };
  });
  for (const scheme of Object.values(document.schemes)) {
    if (accounts.some((account) => account.scheme === scheme.name)) continue;
    const credentials = createMap<string>();
    for (const [field, { default: value, optional }] of Object.entries(scheme.credentials)) {
      if (optional !== true) credentials[field] = value ?? `sandbox-${toKebab(field)}`;
    }
    const account = {
      name: scheme === main ? "default" : scheme.name,
      scheme: scheme.name,
      credentials,
      attributes: createMap<string>(),
    };
    if (scheme === main) accounts.unshift(account);
    else accounts.push(account);
  }
  return accounts;
}

const toKebab = (name: string): string => name.replaceAll(/([a-z])([A-Z])/gu, "$1-$2").toLowerCase();

/** Values that every template can name. */
export function baseScope(sandbox: SandboxState, requestId: string): Scope {
  const now = sandbox.serverNow();
  return { requestId, now: toInstant(now), uuid: randomUUID() };
}

export function toInstant(time: number): Json {
  const iso = new Date(time).toISOString();
  return {
    iso,
    seconds: iso.replace(/\.\d{3}Z$/u, "Z"),
    micros: iso.replace("Z", "000Z"),
    epochSeconds: Math.floor(time / 1000),
    epochMilliseconds: time,
    http: new Date(time).toUTCString(),
  };
}
