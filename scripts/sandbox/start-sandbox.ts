/** Starts a vendor's sandbox on loopback from its OpenAPI document: the one place that connects the sandbox's parts. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Resources } from "./resources/action.ts";
import { readSandboxData } from "./spec/sandbox-data.ts";
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

export interface SandboxOptions {
  /** Path of the OpenAPI document; an `overlay.yaml` beside it is applied. */
  readonly document: string;
  /** Path of the sandbox data. @default `sandbox.yaml` beside the document, if there is one */
  readonly data?: string;
  /** @default "the document's title" */
  readonly vendor?: string;
  /** Of the main host; further hosts take the next ones. @default 0: any free port */
  readonly port?: number;
  readonly switches?: Partial<Switches>;
  /** Epoch milliseconds. @default Date.now */
  readonly now?: () => number;
}

const keptRequests = 10_000;

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const document = await readSandboxDocument(options.document);
  const beside = join(dirname(options.document), "sandbox.yaml");
  const dataFile = options.data ?? (existsSync(beside) ? beside : undefined);
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
    vendor: options.vendor ?? document.title,
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
