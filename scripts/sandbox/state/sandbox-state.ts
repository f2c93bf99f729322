/** What the parts of one running sandbox share: its document and data, its clock, its switches as they stand, its tokens. */
import { randomUUID } from "node:crypto";
import type { AccountData, Answer, Page, Reply, SandboxData, TokenFormat } from "../spec/sandbox-data.ts";
import type { SandboxDocument } from "../spec/document.ts";
import type { DocumentReader } from "../spec/document-reader.ts";
import type { Examples } from "../spec/examples.ts";
import type { Json } from "../spec/json.ts";
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
  /** Whether there is sandbox data at all. */
  readonly hasData: boolean;
  readonly check: SchemaCheck;
  readonly accounts: readonly Account[];
  readonly tokens: TokenStore;
  readonly switches: Switches;
  /** Epoch milliseconds: the injected clock. Expiries are kept by it. */
  now(): number;
  /** What the server believes and sends: the same, moved by the skew. */
  serverNow(): number;
  /** Times a spent refresh token came back. */
  countReuse(): void;
}

interface Layer {
  readonly answers: readonly Answer[];
  readonly tokens: readonly TokenFormat[];
  readonly replies: readonly Reply[];
  readonly pages: readonly Page[];
}

/** The chosen variants' entries before the sandbox data's own. */
export function layersOf<Name extends keyof Layer>(world: SandboxState, name: Name): Layer[Name][number][] {
  const { variant } = world.switches;
  const chosen = (typeof variant === "string" ? [variant] : variant).map((one) => {
    const found = world.data.variants[one];
    if (found) return found;
    const known = Object.keys(world.data.variants).join(", ") || "none";
    throw new Error(`sandbox: there is no variant "${one}"; choose among those of the sandbox data (${known})`);
  });
  return [...chosen, world.data].flatMap((layer: Layer): Layer[Name][number][] => [...layer[name]]);
}

/** The document's main scheme: the first that is not a second party's, in the order its security names them. */
export function mainScheme(document: SandboxDocument): SandboxScheme | undefined {
  const named = document.operations.flatMap((operation) =>
    operation.security.flatMap((requirement) => Object.keys(requirement)),
  );
  const ordered = [...new Set([...named, ...Object.keys(document.schemes)])].map((name) => document.schemes[name]);
  const first = ordered.filter((scheme) => scheme !== undefined && scheme.actor === undefined);
  return first.find((scheme) => scheme?.lifecycle) ?? first[0] ?? ordered[0];
}

/** The accounts of the data, with made-up credentials for every scheme that the data does not mention. */
export function toAccounts(document: SandboxDocument, data: SandboxData): Account[] {
  const main = mainScheme(document);
  const accounts: Account[] = Object.entries(data.accounts).map(([name, account]) => {
    const scheme = account.scheme ?? main?.name ?? "";
    const known = document.schemes[scheme];
    if (!known)
      throw new Error(`${document.file}: the account "${name}" names the scheme "${scheme}", which the document lacks`);
    const credentials = { ...account.credentials };
    return { ...account, name, scheme, credentials };
  });
  for (const scheme of Object.values(document.schemes)) {
    if (accounts.some((account) => account.scheme === scheme.name)) continue;
    const credentials: Record<string, string> = {};
    for (const [field, { default: value, optional }] of Object.entries(scheme.credentials)) {
      if (optional !== true) credentials[field] = value ?? `sandbox-${toKebab(field)}`;
    }
    const account = {
      name: scheme === main ? "default" : scheme.name,
      scheme: scheme.name,
      credentials,
      attributes: {},
    };
    if (scheme === main) accounts.unshift(account);
    else accounts.push(account);
  }
  return accounts;
}

const toKebab = (name: string): string => name.replaceAll(/([a-z])([A-Z])/gu, "$1-$2").toLowerCase();

/** What every template can name. */
export function baseScope(world: SandboxState, requestId: string): Scope {
  const now = world.serverNow();
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
