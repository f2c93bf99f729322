/**
 * A world in one process for random runs: an authorization server with one-time refresh tokens, an API, clients that share a store,
 * and a clock. Every step of the store and every answer waits for its turn, so that a scheduler decides their order. What must never
 * happen is written down as it happens: `broken` names the invariants of the fault matrix.
 */
import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { createStopwatch, type Stopwatch } from "../../src/util/clock.ts";
import {
  AuthError,
  type Client,
  connect,
  createMemoryStore,
  LatchkeyError,
  type LatchkeyEvent,
  type TokenStore,
} from "../../src/index.ts";
import { leaseDurationInMs } from "../../src/store/lease.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";
import { createTestVendor, type TestTypes, testCredentials } from "../support/test-vendor.ts";

export type Mode =
  | "ok"
  | "short"
  | "503"
  | "500"
  | "429"
  | "invalid_grant"
  | "invalid_client"
  | "refused"
  | "gateway"
  | "lost"
  | "malformed"
  | "hang";

/** Lets a step wait for its turn. */
export type Turnstile = (label: string) => Promise<unknown>;

export interface Call {
  readonly client: number;
  readonly abort: AbortController;
  readonly settled: Promise<void>;
  isSettled: boolean;
}

export interface World {
  readonly clock: ManualClock;
  readonly broken: string[];
  mode: Mode;
  /** Requests to the token endpoint. */
  readonly asked: number;
  readonly calls: readonly Call[];
  call(client: number): Call;
  /** A new token now; failures are no matter. */
  refresh(client: number): Promise<void>;
  revokeAccess(): void;
  /** The machine sleeps, or its wall clock is set: a lease may end and a deadline not. */
  disturb(wall: number, isSleep: boolean): void;
  /** The store acknowledges the next commits, and keeps none of them. */
  loseCommits(count: number): void;
  advance(ms: number): void;
  expect(invariant: string, isKept: boolean): void;
  close(): Promise<void>;
  /** What can be said only when everything is over. */
  judge(): void;
}

interface Grant {
  readonly client: string;
  readonly serial: number;
  readonly until: number;
  isGood: boolean;
}

interface RefreshToken {
  readonly client: string;
  isSpent: boolean;
  /** Uses whose end nobody knows: no answer, or one that says nothing. */
  doubts: number;
  isOver: boolean;
}

const tokenDeadlineInMs = 10_000;
const lifetimeInMs = 3_600_000;
const shortLifetimeInMs = 20_000;

export interface WorldOptions {
  readonly turnstile: Turnstile;
  readonly rotates: boolean;
  /** The credential of each client, by its id. */
  readonly clients: readonly string[];
}

export function createWorld({ turnstile, rotates, clients: ids }: WorldOptions): World {
  const clock = createManualClock();
  const broken: string[] = [];
  const events: LatchkeyEvent[][] = ids.map(() => []);
  const grants = new Map<string, Grant>();
  const refreshTokens = new Map<string, RefreshToken>();
  const calls: Call[] = [];
  /** By credential. */
  const inFlight = new Map<string, number>();
  const failures = new Map<string, Stopwatch>();
  const leased = new Map<string, Stopwatch>();
  const refusedTo = ids.map(() => new Set<string>());
  const usedAlive = ids.map(() => new Set<string>());
  let serial = 0;
  let asked = 0;
  /** True time: what advances and what the machine sleeps through. */
  let now = 0;
  let isDisturbed = false;
  let isSetBack = false;
  let isForced = false;
  let mode: Mode = "ok";

  const expect = (invariant: string, isKept: boolean) => {
    if (!isKept && !broken.includes(invariant)) broken.push(invariant);
  };
  const storeHasFailed = () => hasLost() || events.flat().some((event) => event.type === "store");
  const hasNoSecret = (value: unknown) =>
    !/CANARY/u.test(`${inspect(value, { depth: 10, showHidden: true })}${JSON.stringify(value)}${String(value)}`);

  const { store, committed, lose, hasLost, calm } = createTurnedStore(clock, turnstile, expect);

  function grantTo(client: string): Response {
    serial += 1;
    const accessToken = `access-${serial}-CANARY`;
    const lives = mode === "short" ? shortLifetimeInMs : lifetimeInMs;
    grants.set(accessToken, { client, serial, until: now + lives, isGood: true });
    const refreshToken = `refresh-${serial}-CANARY`;
    refreshTokens.set(refreshToken, { client, isSpent: false, doubts: 0, isOver: false });
    return Response.json({ access_token: accessToken, expires_in: lives / 1000, refresh_token: refreshToken });
  }

  function process(form: URLSearchParams, client: string): Response {
    const text = form.get("refresh_token");
    if (text === null) return grantTo(client);
    const refreshToken = refreshTokens.get(text);
    if (!refreshToken) return Response.json({ error: "invalid_grant" }, { status: 400 });
    expect("I2 a refresh token is sent by whom it was given to", refreshToken.client === client);
    if (!rotates) return grantTo(client);
    if (!refreshToken.isSpent) {
      refreshToken.isSpent = true;
      return grantTo(client);
    }
    // Reuse ends the family (RFC 9700 §4.14.2).
    for (const one of refreshTokens.values()) if (one.client === client) one.isSpent = true;
    for (const one of grants.values()) if (one.client === client) one.isGood = false;
    return Response.json({ error: "invalid_grant" }, { status: 400 });
  }

  function answer(form: URLSearchParams, client: string): Response {
    const say = (status: number, body: object | string, headers: Record<string, string> = {}) =>
      new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });
    switch (mode) {
      case "503":
        return say(503, "");
      case "429":
        return say(429, {}, { "retry-after": "20" });
      case "invalid_grant":
        return say(400, { error: "invalid_grant", error_description: `${form}` });
      case "gateway":
        return say(401, "<html>who are you?</html>");
      case "invalid_client":
        return say(401, { error: "invalid_client", error_description: `${form}` });
      case "500":
        process(form, client);
        return say(500, `internal error: ${form}`);
      case "malformed":
        process(form, client);
        return say(200, '{"access_token":"poison\\r\\nCANARY","expires_in":3600}', { "x-malformed": "yes" });
      default:
        return process(form, client);
    }
  }

  /** The server's side of a token request: it goes on whether or not somebody still waits for the answer. */
  async function serveToken(form: URLSearchParams, client: string): Promise<Response> {
    const mine = asked;
    await turnstile(`token request ${mine}`);
    if (mode === "hang") await new Promise(() => {});
    if (mode === "refused") throw Object.assign(new Error("CANARY"), { code: "ECONNREFUSED" });
    if (mode === "lost") {
      process(form, client);
      throw Object.assign(new Error("CANARY"), { code: "ECONNRESET" });
    }
    const response = answer(form, client);
    await turnstile(`token response ${mine}`);
    return response;
  }

  /** The client's side. */
  async function askToken(request: Request, aborted: Promise<never>): Promise<Response> {
    const form = new URLSearchParams(await request.text());
    const refreshToken = refreshTokens.get(form.get("refresh_token") ?? "");
    const client = refreshToken?.client ?? form.get("client_id") ?? "";
    asked += 1;
    expect("I1 one token request at a time", isDisturbed || storeHasFailed() || (inFlight.get(client) ?? 0) === 0);
    // Who took longer than its lease to write a failure down is overtaken.
    const isOvertaken = (leased.get(client)?.elapsedInMs() ?? 0) >= leaseDurationInMs(tokenDeadlineInMs);
    const isSlotOver = (failures.get(client)?.elapsedInMs() ?? Number.POSITIVE_INFINITY) >= 1_000 || isOvertaken;
    expect("I6 nothing is asked within a back-off slot", isForced || storeHasFailed() || isSetBack || isSlotOver);
    if (refreshToken && rotates) {
      expect("I4 no refresh token is sent after its answer came", hasLost() || !refreshToken.isOver);
      expect("I4 a refresh token in doubt is sent once more at most", hasLost() || refreshToken.doubts <= 1);
    }
    inFlight.set(client, (inFlight.get(client) ?? 0) + 1);
    leased.set(client, createStopwatch(clock));
    failures.delete(client);
    const serving = serveToken(form, client);
    serving.catch(() => {});
    try {
      const response = await Promise.race([serving, aborted]);
      const isMalformed = response.headers.has("x-malformed");
      const isRefusal = response.status === 400 && refreshToken !== undefined;
      // A refused refresh token is followed by a sign-in at once.
      if ((!response.ok && !isRefusal) || isMalformed) failures.set(client, createStopwatch(clock));
      if (refreshToken && (response.status === 500 || isMalformed)) refreshToken.doubts += 1;
      else if (refreshToken && (response.ok || isRefusal)) refreshToken.isOver = true;
      return response;
    } catch (error) {
      failures.set(client, createStopwatch(clock));
      if (refreshToken && Object(error).code !== "ECONNREFUSED") refreshToken.doubts += 1;
      throw error;
    } finally {
      inFlight.set(client, (inFlight.get(client) ?? 0) - 1);
    }
  }

  const grantOf = (request: Request) => {
    const token = (request.headers.get("authorization") ?? "").replace("Bearer ", "");
    return { token, grant: grants.get(token) };
  };

  /** What is true of a token as it leaves. */
  function checkSent(request: Request, index: number): void {
    const { token, grant } = grantOf(request);
    expect("I14 nothing of a malformed response is used", !/poison/u.test(token));
    expect("I2 a token is used by whom it was given to", grant?.client === ids[index]);
    const isDurable = storeHasFailed() || (grant !== undefined && committed() >= grant.serial);
    expect("I3 a token is stored before it is used", isDurable);
    // Asleep after the clock was set back, nobody can tell how much time has passed; and a token that was over when it came is sent once.
    const isOver = grant === undefined || now >= grant.until;
    expect("I18 no token is used when it is over", isSetBack || !isOver || !usedAlive[index]?.has(token));
    if (!isOver) usedAlive[index]?.add(token);
  }

  function answerCall(request: Request, index: number): Response {
    const { token, grant } = grantOf(request);
    if (grant?.isGood && now < grant.until) return Response.json({ ok: true, echo: "" });
    refusedTo[index]?.add(token);
    return Response.json({ error: "invalid_token" }, { status: 401 });
  }

  async function fetchFor(index: number, request: Request): Promise<Response> {
    const { signal } = request;
    // As the platform's, which sends nothing then.
    signal.throwIfAborted();
    const isToken = new URL(request.url).pathname === "/token";
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    aborted.catch(() => {});
    if (isToken) return askToken(request, aborted);
    checkSent(request, index);
    await Promise.race([turnstile("call"), aborted]);
    return answerCall(request, index);
  }

  const clients: Client<TestTypes>[] = ids.map((clientId, index) =>
    connect(createTestVendor({ rotates }), {
      credentials: { ...testCredentials, clientId },
      server: { url: "https://acme.invalid" },
      clock,
      store,
      // The first client's calls make one attempt; the others' wait for the next ones.
      retries: index === 0 ? false : 2,
      tokenTimeoutInMs: tokenDeadlineInMs,
      fetch: (request) => fetchFor(index, request),
      onEvent: (event) => events[index]?.push(event),
    }),
  );

  function check(error: unknown, index: number, abort: AbortController): void {
    const isOwnReason = abort.signal.aborted && error === abort.signal.reason;
    const isTyped = error instanceof LatchkeyError && outcomes.has(error.outcome);
    expect(`I17 one typed outcome (${String(error)})`, isOwnReason || isTyped);
    expect("I12 no secret in an error", hasNoSecret(error));
    if (error instanceof AuthError) {
      const isSignedIn = clients[index]?.auth.status()[0]?.state === "signed_in";
      expect("I5 no failure reaches a caller while a token is good", !isSignedIn);
    }
  }

  return {
    clock,
    broken,
    get mode() {
      return mode;
    },
    set mode(next) {
      mode = next;
    },
    get asked() {
      return asked;
    },
    calls,
    call(client) {
      const abort = new AbortController();
      const running = clients[client]?.GET("/things", { signal: abort.signal }).then(
        ({ status }) => expect("I10 a call ends with the answer of its one replay", status === 200 || status === 401),
        (error: unknown) => check(error, client, abort),
      );
      const call: Call = {
        client,
        abort,
        isSettled: false,
        settled: Promise.resolve(running).then(() => {
          call.isSettled = true;
        }),
      };
      calls.push(call);
      return call;
    },
    async refresh(client) {
      isForced = true;
      await clients[client]?.auth.refresh().catch((error: unknown) => {
        expect("I17 one typed outcome of a forced refresh", error instanceof LatchkeyError);
        expect("I12 no secret in an error", hasNoSecret(error));
      });
    },
    revokeAccess() {
      for (const grant of grants.values()) grant.isGood = false;
    },
    loseCommits: lose,
    disturb(wall, isSleep) {
      isDisturbed = true;
      if (wall < 0) isSetBack = true;
      if (isSleep) now += wall;
      clock.stepWall(wall);
    },
    advance(ms) {
      calm();
      now += ms;
      clock.advance(ms);
    },
    expect,
    async close() {
      await Promise.all(clients.map((client) => client.close()));
    },
    judge() {
      expect("I13 no timer is left", clock.timers === 0);
      const told = events.flat().filter(({ type }) => type === "refresh").length;
      expect(`I20 one event for each token request (${told} of ${asked})`, told === asked);
      expect("I12 no secret in an event", hasNoSecret(events));
      for (const [index, own] of events.entries()) {
        const invalidations = own.filter(({ type }) => type === "invalidation").length;
        expect("I16 only refused tokens are invalidated, once each", invalidations <= (refusedTo[index]?.size ?? 0));
      }
    },
  };
}

const outcomes: ReadonlySet<string> = new Set([
  "transient",
  "throttled",
  "configuration",
  "reauthentication_required",
  "in_doubt",
  "timed_out",
  "closed",
]);

/** Three clients, each with some refreshes and forced ones at a time. */
const maxOperationsAtOnce = 300;

/** The memory store, each step of it in its turn; `committed` is the serial of the newest token that was written. */
function createTurnedStore(clock: ManualClock, turnstile: Turnstile, expect: World["expect"]) {
  const engine = createMemoryStore({ clock });
  let losing = 0;
  let hasLost = false;
  /** Operations since time passed last. */
  let operations = 0;
  const count = () => {
    operations += 1;
    expect("L09 a store is asked a bounded number of times a moment", operations < maxOperationsAtOnce);
  };
  const newest = new Map<string, number>();
  const keys = new Map<string, { version: number; fence: number }>();
  const seen = (key: string) => {
    const known = keys.get(key) ?? { version: 0, fence: 0 };
    keys.set(key, known);
    return known;
  };
  const store: TokenStore = {
    ...engine,
    async read(key) {
      count();
      await turnstile("read");
      const snapshot = await engine.read(key);
      expect("I15 a version only grows", snapshot.version >= seen(key).version);
      return snapshot;
    },
    async acquire(key, options) {
      count();
      await turnstile("acquire");
      const lease = await engine.acquire(key, options);
      if (lease) {
        expect("I15 a fence only grows", lease.fence > seen(key).fence);
        seen(key).fence = lease.fence;
      }
      return lease;
    },
    async commit(key, fence, record, options) {
      count();
      await turnstile("commit");
      if (losing > 0) {
        losing -= 1;
        hasLost = true;
        if (options.release) await engine.release(key, fence);
        return true;
      }
      const isKept = await engine.commit(key, fence, record, options);
      if (isKept) {
        expect("I15 only the newest fence commits", fence === seen(key).fence);
        const serial = Number(/"access-(\d+)-CANARY"/u.exec(record)?.[1] ?? 0);
        newest.set(key, Math.max(serial, newest.get(key) ?? 0));
        seen(key).version = (await engine.read(key)).version;
      }
      return isKept;
    },
    async release(key, fence) {
      await turnstile("release");
      return engine.release(key, fence);
    },
  };
  return {
    store,
    committed: () => Math.max(0, ...newest.values()),
    lose(commits: number) {
      losing += commits;
    },
    hasLost: () => hasLost,
    calm() {
      operations = 0;
    },
  };
}

/** Digests at once: the platform's come from other threads, in no order that a seed could repeat. */
export const digestAtOnce = (_algorithm: unknown, data: BufferSource): Promise<ArrayBuffer> => {
  const bytes = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
  return Promise.resolve(new Uint8Array(createHash("sha256").update(bytes).digest()).buffer);
};
