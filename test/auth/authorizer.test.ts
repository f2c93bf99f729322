import { describe, expect, it } from "vitest";
import { ConfigurationError, type LatchkeyEvent, TransportError } from "../../src/index.ts";
import { type AuthorizedCall, createAuthorizer } from "../../src/auth/authorizer.ts";
import type { AuthProvider } from "../../src/auth/auth-provider.ts";
import { OutgoingRequest } from "../../src/http/outgoing-request.ts";
import type { ErrorRules, SecurityRequirement, SecurityScheme } from "../../src/vendor.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";

type Send = SecurityScheme["send"];

const header: Send = { in: "header", name: "Authorization", prefix: "Bearer " };

interface ProviderPlan {
  readonly send?: Send;
  readonly value?: string | Promise<string> | (() => string | Promise<string>);
  /** The replacement; `null`: none. */
  readonly next?: string | null | Error;
  readonly onReplace?: () => void;
}

/** A provider that logs its calls. */
function createProvider(name: string, log: string[], clock: ManualClock, plan: ProviderPlan) {
  const { send = header, value = `${name}-1`, next = `${name}-2` } = plan;
  const provider: AuthProvider = {
    scheme: { send, credentials: {} },
    key: `key of ${name}`,
    getValue: () => (typeof value === "function" ? value() : value),
    async replaceRejected(rejected, { operation, reason }) {
      clock.advance(7);
      log.push(`${name}: replace ${rejected} (${operation}, ${reason})`);
      plan.onReplace?.();
      if (next instanceof Error) throw next;
      return next ?? undefined;
    },
    markAccepted: (one) => void log.push(`${name}: accepted ${one}`),
    markSuspect: (one) => void log.push(`${name}: suspected ${one}`),
  };
  return provider;
}

interface Plan {
  readonly providers?: Readonly<Record<string, ProviderPlan>>;
  readonly errors?: ErrorRules;
  readonly answers?: readonly Response[];
  readonly security?: readonly SecurityRequirement[];
  readonly url?: string;
  readonly init?: RequestInit;
  readonly call?: Partial<AuthorizedCall>;
}

function open(plan: Plan = {}) {
  const log: string[] = [];
  const clock = createManualClock();
  const events: LatchkeyEvent[] = [];
  const sent: { url: string; headers: Record<string, string> }[] = [];
  const answers = [...(plan.answers ?? [])];
  const providers = new Map(
    Object.entries(plan.providers ?? { one: {} }).map(([name, one]) => [name, createProvider(name, log, clock, one)]),
  );
  const authorizer = createAuthorizer({
    vendor: "acme",
    errors: plan.errors ?? { envelopes: [], table: [] },
    providers,
    emit: (event) => events.push(event),
    clock,
  });
  const sender = {
    async send({ url, headers }: OutgoingRequest) {
      sent.push({ url, headers: Object.fromEntries(headers) });
      return answers.shift() ?? new Response("ok");
    },
    followRedirects: async (_: OutgoingRequest, response: Response) => response,
    assertAllowedUrl(url: string) {
      if (url.includes("evil")) throw new TransportError("acme", "origin", "no");
    },
  };
  const outgoing = new OutgoingRequest(plan.url ?? "https://a.example/things", plan.init ?? {});
  const call: AuthorizedCall = {
    operation: "GET /things",
    security: plan.security ?? [{ one: [] }],
    phase: "resource",
    scheme: undefined,
    ...plan.call,
  };
  return {
    log,
    events,
    sent,
    outgoing,
    call,
    send: async () => authorizer.send(outgoing, call, sender),
    /** Another request of the same operation. */
    sendAnother: async () =>
      authorizer.send(new OutgoingRequest(outgoing.url, {}), { ...call, appliedAuth: undefined }, sender),
  };
}

const unauthorized = (body: object = {}, status = 401) => Response.json(body, { status });
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail("it should have been rejected"),
    (error: unknown) => error,
  );

describe("a request", () => {
  it("carries its token, which is accepted with a 200", async () => {
    const { send, sent, log } = open();
    expect((await send()).status).toBe(200);
    expect(sent).toEqual([{ url: "https://a.example/things", headers: { authorization: "Bearer one-1" } }]);
    expect(log).toEqual(["one: accepted one-1"]);
  });

  it("with a 200 leaves the response body unread", async () => {
    const { send } = open({ answers: [new Response(new ReadableStream())] });
    expect((await send()).bodyUsed).toBe(false);
  });

  it("waits for tokens that must be obtained, in their order", async () => {
    const { send, sent, log } = open({
      providers: {
        one: { send: { in: "header", name: "x-one" } },
        two: { send: { in: "header", name: "x-two" }, value: Promise.resolve("later") },
        three: { send: { in: "header", name: "x-three" } },
      },
      security: [{ one: [], two: [], three: [] }],
    });
    await send();
    expect(sent[0]?.headers).toEqual({ "x-one": "one-1", "x-two": "later", "x-three": "three-1" });
    expect(log).toEqual(["one: accepted one-1", "two: accepted later", "three: accepted three-1"]);
  });

  it("carries its token in a header, a cookie beside others, or the query", async () => {
    const cookie = { in: "cookie", name: "sid" } as const;
    const query = { in: "query", name: "key" } as const;
    const carried = async (send: Send, init: RequestInit = {}) => {
      const bench = open({
        providers: { one: { send, value: "a b;c" } },
        init,
        url: "https://a.example/things?x=1&key=old",
      });
      await bench.send();
      return bench.sent[0];
    };
    expect((await carried(cookie))?.headers.cookie).toBe("sid=a%20b%3Bc");
    expect((await carried(cookie, { headers: { cookie: "a=1;  sid=old; b=sid=2; sidx=3" } }))?.headers.cookie).toBe(
      "a=1; b=sid=2; sidx=3; sid=a%20b%3Bc",
    );
    expect((await carried(query))?.url).toBe("https://a.example/things?x=1&key=a%20b%3Bc");
    expect((await carried({ in: "header", name: "x-key" }))?.headers).toEqual({ "x-key": "a b;c" });
  });

  it("with the caller's own header in place of the token is sent as it is, and never replayed", async () => {
    const { send, sent, log } = open({ init: { headers: { authorization: "mine" } }, answers: [unauthorized()] });
    expect((await send()).status).toBe(401);
    expect(sent).toEqual([{ url: "https://a.example/things", headers: { authorization: "mine" } }]);
    expect(log).toEqual([]);
  });

  it("with the caller's own header for one token carries the others", async () => {
    const { send, sent } = open({
      providers: {
        one: {},
        two: { send: { in: "header", name: "x-two" } },
        three: { send: { in: "query", name: "x-two" } },
      },
      security: [{ one: [], two: [], three: [] }],
      init: { headers: { "x-two": "mine" } },
    });
    await send();
    expect(sent[0]).toEqual({
      url: "https://a.example/things?x-two=three-1",
      headers: { authorization: "Bearer one-1", "x-two": "mine" },
    });
  });

  it("that is sent again carries tokens of the same providers, despite the header of the first attempt", async () => {
    const { send, sent } = open();
    await send();
    await send();
    expect(sent.map(({ headers }) => headers.authorization)).toEqual(["Bearer one-1", "Bearer one-1"]);
  });

  it("that is sent again carries the tokens that are current then", async () => {
    let value = "early";
    const { send, sent, log } = open({ providers: { one: { value: () => value } } });
    await send();
    value = "late";
    await send();
    expect(sent.map(({ headers }) => headers.authorization)).toEqual(["Bearer early", "Bearer late"]);
    expect(log).toEqual(["one: accepted early", "one: accepted late"]);
  });

  it("carries the current value of each token, whichever has changed", async () => {
    const values = { one: "a", two: "b", three: "c" };
    const providerAt = (name: keyof typeof values) =>
      ({ send: { in: "header", name: `x-${name}` }, value: () => values[name] }) as const;
    const { sendAnother, sent } = open({
      providers: { one: providerAt("one"), two: providerAt("two"), three: providerAt("three") },
      security: [{ one: [], two: [], three: [] }],
    });
    const carried = async () => {
      await sendAnother();
      return ["one", "two", "three"].map((name) => sent.at(-1)?.headers[`x-${name}`]).join("");
    };
    expect(await carried()).toBe("abc");
    values.two = "d";
    expect(await carried()).toBe("adc");
    values.three = "e";
    expect(await carried()).toBe("ade");
    values.one = "f";
    expect(await carried()).toBe("fde");
    expect(await carried()).toBe("fde");
  });

  it("to a URL that is not allowed, or of a caller that has aborted, requests no token", async () => {
    const value = new Proxy(Promise.resolve(""), { get: () => expect.fail("a token was requested") });
    expect(await failure(open({ url: "https://evil.example/", providers: { one: { value } } }).send())).toMatchObject({
      reason: "origin",
    });
    expect(
      await failure(open({ init: { signal: AbortSignal.abort("gone") }, providers: { one: { value } } }).send()),
    ).toBe("gone");
  });
});

describe("among an operation's security requirements", () => {
  const providers = { one: {}, two: { send: { in: "header", name: "x-two" } } } as const;
  const names = async (security: readonly SecurityRequirement[]) => {
    const { send, sent } = open({ providers, security });
    await send();
    return Object.keys(sent[0]?.headers ?? {});
  };

  it("the one with the most schemes is selected", async () => {
    expect(await names([{ one: [] }, { one: [], two: [] }])).toEqual(["authorization", "x-two"]);
    expect(await names([{}, { two: [] }])).toEqual(["x-two"]);
    expect(await names([{ two: [] }, { one: [] }])).toEqual(["x-two"]);
    expect(await names([{ one: [], other: [] }, { two: [] }])).toEqual(["x-two"]);
    expect(await names([{ other: [] }, {}])).toEqual([]);
    expect(await names([])).toEqual([]);
  });

  it("none that the client meets is an error that names what is needed and what the client has", async () => {
    const security = [{ a: [], b: [] }, { c: [] }];
    const error = await failure(open({ providers, security }).send());
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({
      message: "acme: GET /things needs a with b, or c; this client has credentials for one, two",
    });
    expect(await failure(open({ providers: {}, security }).send())).toMatchObject({
      message: "acme: GET /things needs a with b, or c; this client has credentials for none",
    });
  });
});

describe("a 401", () => {
  it("to a request with our token is followed by one replay with a new token", async () => {
    const first = unauthorized({ error: "invalid_token" });
    const { send, sent, log, events } = open({ answers: [first] });
    expect((await send()).status).toBe(200);
    expect(sent.map(({ headers }) => headers.authorization)).toEqual(["Bearer one-1", "Bearer one-2"]);
    expect(log).toEqual(["one: replace one-1 (GET /things, invalid_token)", "one: accepted one-2"]);
    expect(events).toEqual([
      {
        type: "replay",
        vendor: "acme",
        keys: ["key of one"],
        operation: "GET /things",
        reason: "invalid_token",
        status: 200,
        durationInMs: 7,
      },
    ]);
    expect(first.bodyUsed).toBe(true);
  });

  it("without a body is handled like one with a body", async () => {
    const empty = () => new Response(null, { status: 401 });
    expect((await open({ answers: [empty()] }).send()).status).toBe(200);
    const error = new Error("no token");
    expect(await failure(open({ answers: [empty()], providers: { one: { next: error } } }).send())).toBe(error);
    const init = { method: "POST", body: new ReadableStream() };
    expect(await failure(open({ answers: [empty()], init }).send())).toMatchObject({ reason: "not_replayable" });
  });

  it("to the replay is returned, and the token is suspect", async () => {
    const { send, sent, log, events } = open({ answers: [unauthorized(), unauthorized()] });
    expect((await send()).status).toBe(401);
    expect(sent).toHaveLength(2);
    expect(log).toEqual(["one: replace one-1 (GET /things, invalid_token)", "one: suspected one-2"]);
    expect(events).toMatchObject([{ type: "replay", status: 401 }]);
  });

  it("to the replay that is not the token's fault leaves the token accepted", async () => {
    const { send, log } = open({ answers: [unauthorized(), unauthorized({ error: "insufficient_scope" })] });
    expect((await send()).status).toBe(401);
    expect(log.at(-1)).toBe("one: accepted one-2");
  });

  it("that is not the token's fault is returned, and changes nothing for the token", async () => {
    const { send, sent, log } = open({ answers: [unauthorized({ error: "insufficient_scope" })] });
    expect((await send()).status).toBe(401);
    expect(sent).toHaveLength(1);
    expect(log).toEqual([]);
  });

  it("to a request without our token is returned", async () => {
    const { send, sent } = open({ security: [], answers: [unauthorized()] });
    expect((await send()).status).toBe(401);
    expect(sent).toHaveLength(1);
  });

  it("is returned with its body where there is no replacement", async () => {
    const { send, sent } = open({
      providers: { one: { next: null } },
      answers: [unauthorized({ error: "invalid_token" })],
    });
    const response = await send();
    expect(await response.json()).toEqual({ error: "invalid_token" });
    expect(sent).toHaveLength(1);
  });

  it("has its body cancelled where the replacement fails", async () => {
    const first = unauthorized();
    const error = new Error("no token");
    const { send } = open({ providers: { one: { next: error } }, answers: [first] });
    expect(await failure(send())).toBe(error);
    expect(first.bodyUsed).toBe(true);
  });

  it("to several tokens replaces each; it is returned where one cannot be replaced", async () => {
    const security = [{ one: [], two: [] }];
    const two = { send: { in: "header", name: "x-two" } } as const;
    const both = open({ providers: { one: {}, two }, security, answers: [unauthorized()] });
    await both.send();
    expect(both.sent[1]?.headers).toEqual({ authorization: "Bearer one-2", "x-two": "two-2" });
    const fixed = open({ providers: { one: {}, two: { ...two, next: null } }, security, answers: [unauthorized()] });
    expect((await fixed.send()).status).toBe(401);
    expect(fixed.sent).toHaveLength(1);
  });

  it("to a stream, which can be sent once, is a typed error, and the token is replaced for the next call", async () => {
    const first = unauthorized();
    const { send, sent, log } = open({ init: { method: "POST", body: new ReadableStream() }, answers: [first] });
    const error = await failure(send());
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ reason: "not_replayable" });
    expect(sent).toHaveLength(1);
    expect(log).toEqual(["one: replace one-1 (GET /things, invalid_token)"]);
    expect(first.bodyUsed).toBe(true);
  });

  it("to a stream is the same error where the replacement fails", async () => {
    const next = new Error("no token");
    const { send } = open({
      init: { method: "POST", body: new ReadableStream() },
      providers: { one: { next } },
      answers: [unauthorized()],
    });
    expect(await failure(send())).toMatchObject({ reason: "not_replayable" });
    await new Promise((resolve) => setImmediate(resolve));
  });
});

describe("a caller that aborts while the token arrives", () => {
  /** A signal that aborts when the token arrives. */
  const abortOnArrival = () => {
    const controller = new AbortController();
    const abort = () => {
      controller.abort("gone");
    };
    return { init: { signal: controller.signal }, abort };
  };

  it("sends nothing", async () => {
    const { init, abort } = abortOnArrival();
    const value = Promise.resolve("late").then((token) => {
      abort();
      return token;
    });
    const { send, sent } = open({ init, providers: { one: { value } } });
    expect(await failure(send())).toBe("gone");
    expect(sent).toEqual([]);
  });

  it("sends no replay, and the body of the 401 is cancelled", async () => {
    const { init, abort } = abortOnArrival();
    const first = unauthorized();
    const { send, sent } = open({ init, providers: { one: { onReplace: abort } }, answers: [first] });
    expect(await failure(send())).toBe("gone");
    expect(sent).toHaveLength(1);
    expect(first.bodyUsed).toBe(true);
  });
});

describe("a failure under a 200", () => {
  const errors: ErrorRules = {
    envelopes: [{ code: "/code" }],
    table: [{ status: 200, code: "late", kind: "expired_token" }],
  };

  it("is replayed where the document declares it a token error", async () => {
    const { send, sent, log } = open({ errors, answers: [unauthorized({ code: "late" }, 200)] });
    await send();
    expect(sent).toHaveLength(2);
    expect(log).toEqual(["one: replace one-1 (GET /things, expired_token)", "one: accepted one-2"]);
  });

  it("of another kind counts the token as accepted", async () => {
    const { send, sent, log } = open({ errors, answers: [unauthorized({ code: "other" }, 200)] });
    expect(await (await send()).json()).toEqual({ code: "other" });
    expect(sent).toHaveLength(1);
    expect(log).toEqual(["one: accepted one-1"]);
  });
});
