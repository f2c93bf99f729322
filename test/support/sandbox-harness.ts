/** A vendor's client against its own sandbox, both on one clock that the test drives. */
import { type Sandbox, startVendorSandbox } from "../../scripts/sandbox/index.ts";
import type { Switches } from "../../scripts/sandbox/spec/switches.ts";
import { type Client, type ConnectOptions, connect, createMemoryStore, type LatchkeyEvent } from "../../src/index.ts";
import type { Vendor, VendorTypes } from "../../src/vendor.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";

/** A request as it left, with its headers and body. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

export interface VendorBench<T extends VendorTypes> {
  readonly sandbox: Sandbox;
  readonly clock: ManualClock;
  /** Of all clients of this bench. */
  readonly events: LatchkeyEvent[];
  /** What clients that were given `fetch` sent. */
  readonly wire: Sent[];
  /** Records, then sends by the platform's. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Requests to a token endpoint, and to the rest. */
  tokenRequests(): number;
  apiRequests(): number;
  /** A new client with a store of its own; the sandbox's working credentials where none are given. */
  connect(options?: Partial<ConnectOptions<T>>): Client<T>;
  /** The credentials of one of the sandbox's accounts, as `connect` takes them. */
  account(name: string): T["credentials"];
  /** Lets time pass while nothing is under way, until the promise is settled; for clients that were given `fetch`. */
  passing<R>(promise: Promise<R>): Promise<R>;
  /** Resolves when no timer is left: nothing is under way in the background. */
  idle(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openBench<T extends VendorTypes>(
  vendor: Vendor<T>,
  switches: Partial<Switches> = {},
): Promise<VendorBench<T>> {
  const clock = createManualClock();
  const sandbox = await startVendorSandbox(vendor.name, { switches, now: clock.now });
  const events: LatchkeyEvent[] = [];
  const wire: Sent[] = [];
  let underWay = 0;
  const account = (name: string) => {
    const found = sandbox.accounts[name];
    if (!found) throw new Error(`the sandbox of ${vendor.name} has no account ${name}`);
    return Object({ ...found });
  };
  const count = (isToken: boolean) =>
    sandbox.requests.filter(({ phase }) => (phase === "obtain" || phase === "refresh") === isToken).length;
  return {
    sandbox,
    clock,
    events,
    wire,
    account,
    tokenRequests: () => count(true),
    apiRequests: () => count(false),
    async fetch(request) {
      underWay += 1;
      const body = await request.clone().text();
      const { pathname, search } = new URL(request.url);
      wire.push({
        method: request.method,
        path: pathname + search,
        url: request.url,
        headers: new Headers(request.headers),
        body,
      });
      try {
        const response = await fetch(request);
        // Time stands still until its body is here, too.
        await response.clone().arrayBuffer();
        return response;
      } finally {
        underWay -= 1;
      }
    },
    connect: (options = {}) =>
      connect(vendor, {
        credentials: Object({ ...sandbox.credentials }),
        server: Object(sandbox.server),
        clock,
        store: createMemoryStore({ clock }),
        onEvent: (event) => events.push(event),
        // A sandbox without limits is called without: the clock stands still meanwhile.
        ...(switches.rateLimits === false ? { rateLimit: false } : {}),
        ...options,
      }),
    async passing(promise) {
      let isSettled = false;
      const settle = () => {
        isSettled = true;
      };
      promise.then(settle, settle);
      while (!isSettled) {
        // One turn of the event loop, and of the threads beside it: what came over the wire is handled first, and what is being
        // digested for a token's key is done.
        await new Promise((resolve) => setImmediate(resolve));
        await crypto.subtle.digest("SHA-256", new Uint8Array());
        if (clock.timers > 0 && underWay === 0 && !isSettled) clock.advance(50);
      }
      return promise;
    },
    async idle() {
      while (clock.timers > 0) await new Promise((resolve) => setImmediate(resolve));
    },
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}
