/** Options of the wrong kind, as programs without types give them. */
import { describe, expect, it } from "vitest";
import { authMiddleware, ConfigurationError, connect } from "../../src/index.ts";
import { createTestVendor, testCredentials } from "../support/test-vendor.ts";
import { layGround, rejection } from "./support/fault-harness.ts";

const ground = layGround();
const loose: (vendor?: unknown, options?: unknown) => unknown = Object(connect);
const server = { url: "https://acme.example" };

/** What `connect` throws. */
function refusal(vendor: unknown, options?: unknown): string {
  try {
    loose(vendor, options);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return String(error);
  }
  return expect.fail("it was taken");
}
const given = (options: object) => refusal(createTestVendor(), { credentials: testCredentials, server, ...options });

describe("an option of connect that is wrong", () => {
  it.each([
    [undefined, "undefined"],
    [null, "null"],
    [{}, "something else"],
    ["acme", "something else"],
  ])("L25 a vendor that is %j is named as the first argument", (vendor, what) => {
    expect(refusal(vendor)).toContain(`connect: the first argument must be a vendor, and is ${what}; import one`);
  });

  it.each([
    [{ timeoutMs: 5 }, "timeoutMs is not an option; did you mean timeoutInMs?"],
    [{ timeout: 5 }, "timeout is not an option; did you mean timeoutInMs?"],
    [{ retry: 5 }, "retry is not an option; did you mean retries?"],
    [{ Fetch: fetch }, "Fetch is not an option; did you mean fetch?"],
    [{ qqq: 5 }, "qqq is not an option; it takes credentials, server,"],
    [{ timeoutInMs: Number.NaN }, "timeoutInMs is NaN; give a number of milliseconds above 0"],
    [{ timeoutInMs: -1 }, "timeoutInMs is -1; give a number"],
    [{ timeoutInMs: "5000" }, 'timeoutInMs is "5000"; give a number'],
    [{ tokenTimeoutInMs: 0 }, "tokenTimeoutInMs is 0; give a number"],
    [{ deadlineInMs: null }, "deadlineInMs is null; give a number"],
    [{ retries: 1.5 }, "retries is 1.5; give a whole number from 0, or false"],
    [{ retries: true }, "retries is true; give a whole number"],
    [{ maxBodyInBytes: {} }, "maxBodyInBytes is an object; give a number of bytes"],
    [{ store: {} }, "store is an object; give a token store, with read, acquire, commit, release and wait"],
    [{ clock: { now: Date.now } }, "clock is an object; give a clock, with now, monotonic and after"],
    [{ fetch: "node-fetch" }, "fetch is a string; give a function"],
    [{ onEvent: {} }, "onEvent is an object; give a function"],
    [{ headers: "x-key: CANARY" }, "headers is a string; give an object"],
    [{ store: "redis://CANARY@a" }, "store is a string; give a token store"],
    [{ validate: "strickt" }, 'validate is "strickt"; give "off", "warn" or "strict"'],
    [{ rateLimit: [{ requests: 0, perSeconds: 1 }] }, "rateLimit is a list; give true, false, or a list of limits"],
    [{ server: 5 }, "server is a number; give a server's name, or an object"],
    [{ server: { uri: "https://acme.example" } }, "server.uri is not an option; did you mean server.url?"],
    [{ server: "https://acme.example" }, "server is a URL; give it as server: { url }"],
    [{ server: "produktion" }, 'server "produktion" is not a server of this vendor; did you mean "production"?'],
    [{ credentials: "CANARY" }, "credentials is a string; give an object or a function"],
    [{ credentials: 271828 }, "credentials is a number; give an object or a function"],
    [{ credentials: { clientId: "a", clientsecret: "b" } }, "did you mean clientSecret?"],
    [
      { credentials: { clientId: undefined, clientSecret: undefined } },
      "credentials.clientId, credentials.clientSecret are undefined, as an environment variable is that is not set; set them, or give { clientId, clientSecret }",
    ],
    [{ credentials: { clientId: 5, clientSecret: "b" } }, "credentials.clientId must be a non-empty string"],
  ])("L25 %o is an error at once that names it, its value and the nearest valid name", (options, message) => {
    const text = given(options);
    expect(text).toContain(`acme: ${message.startsWith("did") ? "" : message}`);
    expect(text).toContain(message);
    expect(text).not.toMatch(/CANARY|271828/u);
  });

  it("L25 options that are no object at all are named", () => {
    expect(refusal(createTestVendor(), "https://acme.example")).toContain("the options are");
    expect(refusal(createTestVendor(), null)).toContain("the options are null; give an object");
  });

  it("L25 of authMiddleware are checked as well", () => {
    expect(() => authMiddleware(createTestVendor(), Object({ credentials: testCredentials, timeoutMs: 1 }))).toThrow(
      "did you mean timeoutInMs?",
    );
  });

  it("L25 Infinity, false and undefined are values like any other", () => {
    const client = connect(createTestVendor(), {
      credentials: testCredentials,
      server,
      timeoutInMs: Number.POSITIVE_INFINITY,
      maxBodyInBytes: Number.POSITIVE_INFINITY,
      deadlineInMs: undefined,
      retries: false,
      rateLimit: false,
    });
    expect(client.vendor.name).toBe("acme");
  });
});

describe("an option of a call that is wrong", () => {
  it.each([
    [{ timoutInMs: 5 }, "GET /things: timoutInMs is not an option; did you mean timeoutInMs?"],
    [{ query: { a: 1 } }, "GET /things: query is not an option"],
    [{ timeoutInMs: Number.NaN }, "GET /things: timeoutInMs is NaN; give a number of milliseconds above 0"],
    [{ deadlineInMs: "1s" }, 'GET /things: deadlineInMs is "1s"; give a number'],
    [{ retries: -1 }, "GET /things: retries is -1; give a whole number"],
    [{ signal: {} }, "GET /things: signal is an object; give an AbortSignal"],
    [{ idempotencyKey: 7 }, "GET /things: idempotencyKey is a number; give a string"],
    [{ params: "a" }, "GET /things: params is a string; give an object"],
    [{ fetch: {} }, "GET /things: fetch is an object; give a function"],
    [{ middleware: {} }, "GET /things: middleware is an object; give a list"],
    [{ constructor: 1 }, "GET /things: constructor is not an option"],
  ])("L25 %o rejects at once, and nothing is sent", async (init, message) => {
    const { client } = ground.connect();
    const error = await rejection(client.GET("/things", Object(init)));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toContain(message);
    expect([ground.fake.apiRequests.length, ground.fake.tokenRequests.length]).toEqual([0, 0]);
  });

  it.each([
    [undefined, "params.path.id is missing; give it"],
    [{ params: {} }, "params.path.id is missing; give it"],
    [{ params: { path: { id: undefined } } }, "params.path.id is missing; give it"],
    [{ params: { path: { ID: 7 } } }, "params.path.id is missing; you gave params.path.ID"],
  ])("L25 a path parameter that is missing is named: %j", async (init, message) => {
    const { client } = ground.connect();
    const get: (path: string, init?: object) => Promise<unknown> = Object(client).GET;
    const error = await rejection(get("/things/{id}", init));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toContain(`GET /things/{id}: ${message}`);
    expect(ground.fake.apiRequests).toEqual([]);
  });

  it("L25 options that the platform has, null and undefined are taken", async () => {
    const { client } = ground.connect();
    const init = { cache: "no-store", keepalive: false, signal: null, retries: undefined } as const;
    expect((await client.GET("/things", init)).status).toBe(200);
  });
});
