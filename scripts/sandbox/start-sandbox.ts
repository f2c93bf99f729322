/** Starts a vendor's sandbox on loopback from its OpenAPI document: the one place that connects the sandbox's parts. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Resources } from "./resources/action.ts";
import { readSandboxData } from "./spec/sandbox-data.ts";
import type { DocumentInput } from "../codegen/generate-vendor.ts";
import { isUrl } from "../codegen/load/document-address.ts";
import { createMap } from "../codegen/util/json.ts";
import { readSandboxDocument } from "./spec/document.ts";
import { createReader } from "./spec/document-reader.ts";
import { createExamples } from "./spec/examples.ts";
import { createFaultQueue } from "./state/faults.ts";
import { planOperations } from "./spec/plan-operations.ts";
import { createRateLimiter } from "./state/rate-limits.ts";
import { createRouter } from "./http/router.ts";
import { createSchemaCheck } from "./spec/schema-check.ts";
import { type Listener, listen, type RecordedRequest } from "./server.ts";
import { type Collection, createCollection } from "./state/collections.ts";
import { defaultSwitches, type Switches } from "./spec/switches.ts";
import { createTokenStore } from "./state/issued-tokens.ts";
import { layersOf, mainScheme, toAccounts, type SandboxState } from "./state/sandbox-state.ts";

export interface Sandbox {
  /** The folder's name for a vendor of this repository, else the document's title. */
  readonly vendor: string;
  /** For `connect(vendor, { server })`. */
  readonly server: { readonly url: string; readonly hosts?: Readonly<Record<string, string>> };
  /** Working credentials of the document's main scheme. */
  readonly credentials: Readonly<Record<string, string>>;
  /** All credentials by the account's name, including those that are refused or have fewer permissions. */
  readonly accounts: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The last 10,000 requests, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** Times a spent refresh token was presented. */
  readonly reuses: number;
  /** Descriptions of the data's variants by name, for `switches.variant`. */
  readonly variants: Readonly<Record<string, string>>;
  /** Changes the given switches while the sandbox runs. */
  set(switches: Partial<Switches>): void;
  /** Revokes all access tokens, as an administrator would. */
  revokeAccessTokens(): void;
  revokeRefreshTokens(): void;
  /** Resets switches, tokens, items, rate limits and the log. */
  reset(): void;
  close(): Promise<void>;
}

export interface SandboxOptions extends Pick<DocumentInput, "overlay" | "remote" | "filter" | "read"> {
  /** Path or URL of the OpenAPI document. */
  readonly document: string;
  /** Path or URL of an OpenAPI Overlay to apply to it. @default `overlay.yaml` beside a document called `openapi.*` */
  readonly overlay?: string;
  /** Path of the sandbox data. @default `sandbox.yaml` beside the document, if there is one */
  readonly data?: string;
  /** The vendor, or its name. @default "the document's title" */
  readonly vendor?: string | VendorLike<unknown>;
  /** Of the main host; further hosts take the next ones. @default 0: any free port */
  readonly port?: number;
  readonly switches?: Partial<Switches>;
  /** Epoch milliseconds. @default Date.now */
  readonly now?: () => number;
}

const keptRequests = 10_000;

/** The part of a vendor value that its sandbox needs; `credentials` is the type that `connect` takes. */
export interface VendorLike<C> {
  readonly name: string;
  readonly "~types"?: { readonly credentials: C };
}

/** A sandbox whose credentials have the type that `connect` takes. */
export type VendorSandbox<C> = Omit<Sandbox, "credentials"> & { readonly credentials: C };

/** With the vendor's value, the credentials have the type that `connect` takes. */
export function startSandbox<C>(
  options: SandboxOptions & { readonly vendor: VendorLike<C> },
): Promise<VendorSandbox<C>>;
export function startSandbox(options: SandboxOptions): Promise<Sandbox>;
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { vendor, remote = false, filter, read } = options;
  const document = await readSandboxDocument({
    document: options.document,
    ...(options.overlay === undefined ? {} : { overlay: options.overlay }),
    remote,
    ...(filter === undefined ? {} : { filter }),
    ...(read === undefined ? {} : { read }),
  });
  const beside = isUrl(options.document) ? undefined : join(dirname(options.document), "sandbox.yaml");
  const dataFile = options.data ?? (beside !== undefined && existsSync(beside) ? beside : undefined);
  const data = readSandboxData(dataFile);
  const reader = createReader(document.json, document.file);
  const now = options.now ?? Date.now;
  const initial: Switches = { ...defaultSwitches, ...options.switches };
  let switches = initial;
  let reuses = 0;
  let requests: RecordedRequest[] = [];
  let faults = createFaultQueue(switches.faults);
  const collections = new Map<string, Collection>();
  const limiter = createRateLimiter();
  const closing = new AbortController();
  const check = createSchemaCheck(document);
  const examples = createExamples(reader, check);
  const plans = planOperations(document, data, examples);
  const sandbox: SandboxState = {
    document,
    reader,
    data,
    hasData: dataFile !== undefined,
    examples,
    check,
    accounts: toAccounts(document, data),
    tokens: createTokenStore(now),
    get switches() {
      return switches;
    },
    now,
    serverNow: () => now() + switches.clockSkewInMs,
    countReuse() {
      reuses += 1;
    },
  };
  layersOf(sandbox, "answers");
  const resources: Resources = {
    plans,
    busy: new Set(),
    collection(path) {
      const known = collections.get(path);
      if (known) return known;
      const plan = plans.collection(path);
      if (!plan) return undefined;
      const made = createCollection(plan);
      collections.set(path, made);
      return made;
    },
  };
  const sleep = async (milliseconds: number) => {
    if (milliseconds > 0) await setTimeout(milliseconds, undefined, { signal: closing.signal }).catch(() => {});
  };
  const parts = {
    pipeline: { sandbox, resources, limiter, sleep },
    route: createRouter(document),
    faults: () => faults,
    record(request: RecordedRequest) {
      requests.push(request);
      if (requests.length > keptRequests) requests = requests.slice(-keptRequests);
    },
  };

  const port = options.port ?? 0;
  const listeners: Listener[] = [];
  const hosts = createMap<string>();
  try {
    listeners.push(await listen(parts, undefined, document.basePath, port));
    for (const [index, host] of document.hosts.entries()) {
      const listener = await listen(parts, host.name, host.basePath, port === 0 ? 0 : port + index + 1);
      listeners.push(listener);
      hosts[host.name] = listener.url;
    }
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()));
    throw error;
  }

  const main = mainScheme(document)?.name;
  return {
    vendor: (typeof vendor === "string" ? vendor : vendor?.name) ?? document.title,
    server: { url: listeners[0]?.url ?? "", ...(document.hosts.length > 0 ? { hosts } : {}) },
    credentials:
      sandbox.accounts.find(({ scheme, refused }) => scheme === main && refused === undefined)?.credentials ?? {},
    accounts: Object.fromEntries(sandbox.accounts.map(({ name, credentials }) => [name, credentials])),
    variants: Object.fromEntries(Object.entries(data.variants).map(([name, { description }]) => [name, description])),
    get requests() {
      return requests;
    },
    get reuses() {
      return reuses;
    },
    set(changes) {
      const before = switches;
      switches = { ...switches, ...changes };
      try {
        layersOf(sandbox, "answers");
      } catch (error) {
        switches = before;
        throw error;
      }
      if (changes.faults) faults = createFaultQueue(changes.faults);
      if (changes.rateLimits !== undefined || changes.server !== undefined) limiter.clear();
    },
    revokeAccessTokens: () => sandbox.tokens.revoke(({ kind }) => kind === "access"),
    revokeRefreshTokens: () => sandbox.tokens.revoke(({ kind }) => kind === "refresh"),
    reset() {
      switches = initial;
      faults = createFaultQueue(switches.faults);
      reuses = 0;
      requests = [];
      sandbox.tokens.clear();
      limiter.clear();
      collections.clear();
    },
    async close() {
      closing.abort();
      await Promise.all(listeners.map((listener) => listener.close()));
    },
  };
}
