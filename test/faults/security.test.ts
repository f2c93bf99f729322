import { spawn } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import createClient from "openapi-fetch";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseErrorResponse } from "../../src/errors/parse-error-response.ts";
import { authMiddleware, connect, createMemoryStore, toVendorError, type TokenStore } from "../../src/index.ts";
import { createRedactor } from "../../src/errors/redactor.ts";
import { createHttpSender } from "../../src/http/http-sender.ts";
import { OutgoingRequest } from "../../src/http/outgoing-request.ts";
import type { Pagination, SecurityScheme } from "../../src/vendor.ts";
import { createCanaries } from "../support/canaries.ts";
import { type FakeVendor, type Received, startFakeVendor } from "../support/fake-vendor.ts";
import { createTestVendor, testCredentials, testLifecycle } from "../support/test-vendor.ts";
import { layGround, rejection, sharedError } from "./support/fault-harness.ts";

const ground = layGround();
const canaries = createCanaries();

let other: FakeVendor;
beforeEach(async () => {
  other = await startFakeVendor();
});
afterEach(async () => {
  expect([...other.tokenRequests, ...other.apiRequests], "nothing reached another origin").toEqual([]);
  await other.close();
});

/** A client whose key travels as the document says. */
function connectWithKey(send: SecurityScheme["send"] = { in: "header", name: "X-API-Key" }, apiKey = "key-CANARY") {
  const scheme: SecurityScheme = {
    send,
    credentials: { apiKey: { secret: true } },
    value: { as: "raw", value: "$credentials.apiKey" },
  };
  // The type has the plain vendor's credentials.
  const options = Object({ credentials: { apiKey }, server: { url: ground.fake.url } });
  return connect({ ...createTestVendor(), schemes: { bearer: scheme } }, options);
}

/** What a caller that ignores the types may pass as a path. */
type Loose = (path: string, init?: object) => Promise<{ status: number }>;
const loose = (client: { GET: unknown }): Loose => Object(client).GET;

const portOf = (vendor: FakeVendor) => new URL(vendor.url).port;

describe("security", () => {
  const targets: readonly [string, (url: string) => string][] = [
    ["another host", () => other.url],
    ["the same host, another port", () => `http://127.0.0.1:${portOf(other)}`],
    ["the same host by another name", (url) => url.replace("127.0.0.1", "localhost")],
    ["a sub-domain", (url) => url.replace("127.0.0.1", "api.localhost")],
    ["another scheme", (url) => url.replace("http:", "https:")],
  ];
  for (const [name, target] of targets) {
    it.for([301, 302, 303, 307, 308])(
      `S01 a redirect (%d) to ${name} is not followed, by whatever a credential travels`,
      async (status) => {
        const { client } = ground.connect();
        await client.GET("/things");
        ground.fake.onApi = () => ({ status, headers: { location: `${target(ground.fake.url)}/things` } });
        const keyed = connectWithKey();
        const cookie = connectWithKey({ in: "cookie", name: "session" });
        const inQuery = connectWithKey({ in: "query", name: "key" });
        for (const one of [client, keyed, cookie, inQuery]) {
          for (const call of [
            () => one.GET("/things"),
            () => one.POST("/things", { body: { voucher: "body-CANARY" } }),
          ]) {
            const error = await rejection(call());
            expect(error).toMatchObject({ name: "TransportError", reason: "redirect", outcome: "security" });
            expect(canaries.find({ error })).toEqual([]);
          }
        }
      },
    );
  }

  it("S01 a redirect within the origin is followed with the token; a write is not sent elsewhere by itself", async () => {
    const { client } = ground.connect();
    ground.fake.onApi = ({ path }) =>
      path === "/things" ? { status: 307, headers: { location: "/things/1" } } : undefined;
    expect((await client.GET("/things")).status).toBe(200);
    expect(ground.fake.apiRequests.map(({ path }) => path)).toEqual(["/things", "/things/1"]);
    expect(await rejection(client.POST("/things", { body: {} }))).toMatchObject({ reason: "redirect" });
    expect(await rejection(client.GET("/things", { redirect: "error" }))).toMatchObject({ reason: "redirect" });
    expect((await client.GET("/things", { redirect: "manual" })).status).toBe(307);
  });

  it("S01 the layer alone, in somebody's own client, follows no redirect elsewhere either", async () => {
    interface Paths {
      "/things": { get: { responses: { 200: { content: { "application/json": object } } } } };
    }
    const client = createClient<Paths>({ baseUrl: ground.fake.url });
    const layer = authMiddleware(createTestVendor(), {
      credentials: testCredentials,
      server: { url: ground.fake.url },
    });
    client.use(layer);
    ground.fake.onApi = () => ({ status: 302, headers: { location: `${other.url}/things` } });
    expect(await rejection(client.GET("/things"))).toMatchObject({ name: "TransportError", reason: "redirect" });
    await layer.close();
  });

  const origin = "https://api.acme.example";
  it.for([
    "https://evil.example/",
    "http://api.acme.example/",
    "https://api.acme.example:8443/",
    "https://api.acme.example.evil.example/",
    "https://api.acme.example@evil.example/",
    "https://user:pass@api.acme.example/",
    "https://api.acme.example\t.evil.example/",
    "https://api.acme.examp\nle.evil.example/",
    "https://api.acme.example%2eevil.example/",
    "https://аpi.acme.example/",
    "https:\\\\evil.example/",
    "//evil.example/",
    "\\\\evil.example\\x",
    "/v1/things",
    "javascript:alert(1)",
    "data:text/plain,x",
    "",
  ])("S02 nothing leaves for %j", async (url) => {
    const sent: string[] = [];
    const guard = createHttpSender({
      redactor: createRedactor(),
      vendor: "acme",
      origins: new Set([origin]),
      fetch: async (request) => {
        sent.push(request.url);
        return new Response();
      },
    });
    const send = async () => guard.send(new OutgoingRequest(url, {}));
    expect(await rejection(send())).toMatchObject({ reason: "origin", outcome: "security" });
    expect(sent).toEqual([]);
  });

  it.for([
    "https://api.acme.example/x",
    "https://api.acme.example:443/x",
    "HTTPS://API.ACME.EXAMPLE/x",
    "https://api.acme.example?q=1",
    "https://api.acme.example\\@evil.example/",
  ])("S02 %j is the vendor's own", async (url) => {
    const sent: string[] = [];
    const guard = createHttpSender({
      redactor: createRedactor(),
      vendor: "acme",
      origins: new Set([origin]),
      fetch: async (request) => {
        sent.push(new URL(request.url).origin);
        return new Response("ok");
      },
    });
    expect((await guard.send(new OutgoingRequest(url, {}))).ok).toBe(true);
    expect(sent).toEqual([origin]);
  });

  it("S02 no path, base URL or parameter of a call moves a credential to another origin", async () => {
    const { client } = ground.connect();
    const GET = loose(client);
    const at = `127.0.0.1:${portOf(other)}`;
    const elsewhere = [`http://${at}/things`, `//${at}/`, `\\\\${at}\\`];
    for (const path of [...elsewhere, `@${at}/x`, ".evil.invalid/x", `:${portOf(other)}/x`, "x/things"]) {
      // Either it is refused, or it is a strange path at the vendor's own origin.
      const outcome = await GET(path, { retries: false }).then(
        () => "own origin",
        (error: unknown) => Object(error).reason,
      );
      expect(["own origin", "origin"]).toContain(outcome);
    }
    const withUser = ground.fake.url.replace("//", "//user:pass@");
    for (const baseUrl of [other.url, "https://evil.invalid", withUser, ...elsewhere]) {
      const error = await rejection(client.GET("/things", { baseUrl }));
      expect(error).toMatchObject({ name: "TransportError", reason: "origin", outcome: "security" });
      expect(String(error)).not.toContain("pass");
    }
    await GET("/things/{id}", { params: { path: { id: `//${at}` }, query: { next: other.url } } });
  });

  it("S02 what is refused for its address costs no sign-in", async () => {
    const { client } = ground.connect();
    await rejection(client.GET("/things", { baseUrl: other.url }));
    expect(ground.fake.tokenRequests).toEqual([]);
  });

  it("S02 a link to the next page at another origin is not followed", async () => {
    const pagination: Pagination = {
      scheme: "link",
      in: "query",
      items: "$response.body#/items",
      next: "$response.body#/next",
    };
    for (const next of [
      `//localhost:${portOf(other)}/x`,
      `http://localhost:${portOf(other)}/`,
      "https://evil.invalid/",
    ]) {
      const { client } = ground.connect({ operations: { "GET /things": { pagination } } });
      ground.fake.onApi = () => ({ body: { items: [1], next } });
      const walk = async () => {
        for await (const _ of client.paginate("GET", "/things"));
      };
      expect(await rejection(walk())).toMatchObject({ outcome: "security" });
    }
    // Where the path is the operation's own, it is followed at the vendor's own origin (L19).
    for (const next of [`${other.url}/things?page=2`, `http://localhost:${portOf(other)}/things?page=2`]) {
      const { client } = ground.connect({ operations: { "GET /things": { pagination } } });
      ground.fake.onApi = ({ path }) => ({ body: { items: [1], ...(path.includes("?") ? {} : { next }) } });
      for await (const _ of client.paginate("GET", "/things"));
      expect(ground.fake.apiRequests.at(-1)?.path).toBe("/things?page=2");
    }
  });

  const connectAt = (url: string) => connect(createTestVendor(), { credentials: testCredentials, server: { url } });
  it.for([
    "http://api.acme.example",
    "http://127.0.0.1.evil.example",
    "http://localhost.evil.example",
    "http://10.0.0.1",
    "http://0.0.0.0",
    "http://169.254.169.254",
    "http://[::ffff:10.0.0.1]",
    "ftp://api.acme.example",
    "ws://127.0.0.1",
    "api.acme.example",
    "https://user:pass@api.acme.example",
  ])("S03 the address %s is refused before anything is sent", (url) => {
    const wanted = { name: "ConfigurationError", outcome: "configuration" };
    expect(() => connectAt(url)).toThrow(expect.objectContaining(wanted));
  });

  it.for([
    "http://127.0.0.1:1",
    "http://127.9.9.9",
    "http://localhost",
    "http://api.localhost",
    "http://[::1]:1",
    "https://acme.example",
  ])("S03 the address %s is taken", (url) => {
    expect(() => connectAt(url)).not.toThrow();
  });

  it.for([
    "../../oauth/token",
    "%2e%2e%2f",
    "a\u0000b",
    "%00",
    ";v=1",
    "?admin=1",
    "#x",
    "a/b",
    "\\..\\",
    "…",
    "a b",
    "%",
  ])("S04 the path parameter %j stays one segment", async (id) => {
    const { client } = ground.connect();
    await client.GET("/things/{id}", { params: { path: { id } } });
    const [path = ""] = ground.fake.apiRequests.map((one) => one.path);
    expect(path.split("/")).toHaveLength(3);
    expect(decodeURIComponent(path.split("/")[2] ?? "")).toBe(id);
  });

  it.for<[string, string, object]>([
    ["..", "/things/{id}", { id: ".." }],
    [".", "/things/{id}", { id: "." }],
    ["nothing", "/things/{id}", { id: "" }],
    ["a list of ..", "/things/{id}", { id: [".."] }],
    ["two dots from two parameters", "/things/{a}{b}/x", { a: ".", b: "." }],
    ["a dot beside the template's own", "/things/.{a}", { a: "." }],
    ["a label's dot", "/things/{.id}", { id: "." }],
  ])("S04 %s in a path is refused, with middleware too", async ([, path, values]) => {
    const { client } = ground.connect();
    const call = () => rejection(loose(client)(path, { params: { path: values } }));
    expect(await call()).toMatchObject({ name: "ConfigurationError" });
    client.use({ onRequest: () => undefined });
    expect(await call()).toMatchObject({ name: "ConfigurationError" });
    expect(ground.fake.apiRequests).toEqual([]);
  });

  const unfit = ["a\r\nX-Evil: 1", "a\nb", "a\u0000b", "tökén", "a\u2028b", "\ttoken"];
  it.for([...unfit, "a b"])("S05 the access token %j is refused when it comes, and not shown", async (token) => {
    const { client } = ground.connect({ retries: false });
    ground.fake.onToken = () => ({
      body: { access_token: `CANARY${token}`, token_type: "Bearer", expires_in: 3600 },
    });
    const error = await rejection(client.GET("/things"));
    const message = expect.stringContaining("has characters that a header cannot contain");
    expect(error).toMatchObject({ name: "AuthError", message });
    expect(canaries.find({ error })).toEqual([]);
    expect(ground.fake.apiRequests).toEqual([]);
  });

  it.for(unfit)("S05 the key %j is refused before it is sent, and not shown", async (key) => {
    const error = await rejection(connectWithKey(undefined, `CANARY${key}`).GET("/things"));
    expect(error).toMatchObject({ name: "ConfigurationError" });
    expect(canaries.find({ error })).toEqual([]);
  });

  const obtain = testLifecycle.obtain[0] ?? expect.fail();

  it("S05 a credential that goes into a header of the token request is checked as well", async () => {
    const { client } = ground.connect({
      credentials: { clientId: "client", clientSecret: "line\r\nbreak-CANARY" },
      lifecycle: { obtain: [{ ...obtain, headers: { "X-Secret": "$credentials.clientSecret" } }] },
    });
    const error = await rejection(client.GET("/things"));
    const message = expect.stringContaining("credentials.clientSecret");
    expect(error).toMatchObject({ name: "ConfigurationError", message });
    expect(canaries.find({ error })).toEqual([]);
    expect(ground.fake.tokenRequests).toEqual([]);
  });

  const hostile = `first\r\nsecond \u001b[31mred\u001b[0m \u202eright to left\u2066 \u0000 \u2028 ${"x".repeat(200_000)}`;
  const expectOneLine = (error: unknown) => {
    const { message, code } = Object(error);
    for (const said of [message, code]) {
      expect(said).not.toMatch(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]/u);
      expect(said.length).toBeLessThan(1_100);
    }
    expect(JSON.stringify(error).length).toBeLessThan(4_000);
    expect(inspect(error).length).toBeLessThan(6_000);
    expect(inspect(error)).not.toContain("\u001b[31m");
  };

  it("S06 a hostile description from the token endpoint becomes one short line, with the advice in it", async () => {
    const { client } = ground.connect();
    const body = { error: hostile.slice(0, 2_000), error_description: hostile };
    ground.fake.onToken = () => ({ status: 400, body });
    const error = await rejection(client.GET("/things"));
    expectOneLine(error);
    expect(Object(error).message).toContain(Object(error).advice);
  });

  it("S06 a hostile description of a resource does too", async () => {
    const { client } = ground.connect();
    const body = { error: hostile.slice(0, 2_000), error_description: hostile.repeat(5) };
    ground.fake.onApi = () => ({ status: 400, body });
    expectOneLine(toVendorError(await client.GET("/things")));
  });

  const secret = 's e+c/r&e=t"\\CANARY';
  const forms: readonly [string, (value: string) => string][] = [
    ["as it is", (value) => value],
    ["percent-encoded", encodeURIComponent],
    ["form-encoded", (value) => new URLSearchParams({ "": value }).toString().slice(1)],
    ["in JSON", (value) => JSON.stringify({ client_secret: value })],
    ["in a Basic header", (value) => `Basic ${btoa(`client:${value}`)}`],
    ["under keys of other names", (value) => `password=${value}; note=${value}`],
  ];
  it.for(forms)("S07 a secret that the token endpoint echoes %s is not in the error", async ([name, encode]) => {
    const basic = { username: "$credentials.clientId", password: "$credentials.clientSecret" };
    const byHeader = { ...obtain, clientAuthentication: "client_secret_basic" as const, basic };
    const { client } = ground.connect({
      credentials: { clientId: "client", clientSecret: secret },
      lifecycle: { obtain: [name === "in a Basic header" ? byHeader : obtain] },
    });
    const body = { error: "invalid_request", error_description: `you sent ${encode(secret)}` };
    ground.fake.onToken = () => ({ status: 400, body });
    const error = await rejection(client.GET("/things"));
    expect(String(error)).toContain("[redacted]");
    expect(canaries.find({ error })).toEqual([]);
    expect(String(error)).not.toContain(btoa(`client:${secret}`));
  });

  it("S07 a refresh token that came out of a store is as secret as one that was granted here", async () => {
    ground.fake.rotating = true;
    const { clock } = ground.connect();
    const store = createMemoryStore({ clock });
    const one = ground.connect({ clock, store });
    await one.client.GET("/things");
    clock.advance(3_601_000);
    const two = ground.connect({ retries: false, clock, store });
    ground.fake.onToken = ({ body }) => ({
      status: 500,
      body: { error: "server_error", error_description: body },
    });
    const error = await rejection(two.client.GET("/things"));
    expect(ground.fake.tokenRequests.at(-1)?.body).toContain("refresh-1-CANARY");
    expect(canaries.find({ error })).toEqual([]);
  });

  it("S07 an access token that a resource echoes is not in the error, nor one that another worker had", async () => {
    const { client, clock } = ground.connect();
    const store = createMemoryStore({ clock });
    const one = ground.connect({ clock, store });
    const two = ground.connect({ clock, store });
    await one.client.GET("/things");
    ground.fake.onApi = ({ headers }) => ({
      status: 400,
      body: { error: "bad", error_description: `got ${headers.authorization}` },
    });
    for (const each of [client, one.client, two.client]) {
      const error = toVendorError(await each.GET("/things"));
      expect(String(error)).toContain("[redacted]");
      expect(canaries.find({ error })).toEqual([]);
    }
  });

  const echo = ({ body, headers }: Received) => ({
    error: "invalid_request",
    error_description: `${body} ${JSON.stringify(headers)}`,
  });
  it.for<[string, NonNullable<FakeVendor["onToken"]>]>([
    ["an echo of the request", (received) => ({ status: 400, body: echo(received) })],
    ["an echo under a 200", (received) => ({ body: echo(received) })],
    ["an HTML page that quotes the request", ({ body }) => ({ status: 500, body: `<pre>${body}</pre>` })],
    ["a lost connection", () => "drop"],
    ["a redirect", ({ body }) => ({ status: 302, headers: { location: `${other.url}/?${body}` } })],
    ["a token that fits no header", () => ({ body: { access_token: "CANARY\r\n", refresh_token: "next-CANARY" } })],
  ])("S08 when a refresh meets %s, no secret is anywhere in the error", async ([, answer]) => {
    ground.fake.rotating = true;
    const { client, clock, events } = ground.connect({ retries: false });
    await client.GET("/things");
    clock.advance(3_601_000);
    ground.fake.onToken = answer;
    const error = await rejection(client.GET("/things"));
    expect(canaries.find({ error, events, status: client.auth.status() })).toEqual([]);
    const shared = sharedError(error);
    expect(shared).toMatchObject({ name: "AuthError", vendor: "acme" });
    expect(Object(shared).cause).toBe(undefined);
  });

  it("S09 no secret shows in a client, its parts, its store or a result, however they are inspected", async () => {
    ground.fake.rotating = true;
    const store = createMemoryStore();
    const options = { credentials: testCredentials, server: { url: ground.fake.url }, store };
    const client = connect(createTestVendor(), options);
    const layer = authMiddleware(createTestVendor(), options);
    const before = { client, auth: client.auth, layer };
    expect(canaries.find(before)).toEqual([]);
    const result = await client.GET("/things");
    const status = client.auth.status();
    expect(canaries.find({ ...before, store, result, status, pages: client.paginate("GET", "/things") })).toEqual([]);
    expect(canaries.find({ shared: Object(globalThis)[Symbol.for("latchkey.memory-store.1")] })).toEqual([]);
    expect(() => structuredClone(client)).toThrow();
    await client.close();
    await layer.close();
  });

  it("S10 no secret goes to diagnostics channels, and no query", async () => {
    const messages: unknown[] = [];
    const note = (message: unknown) => messages.push(message);
    for (const channel of ["latchkey", "latchkey:http"]) subscribe(channel, note);
    const { client, clock } = ground.connect({ retries: false });
    const call = () => client.GET("/things", { params: { query: { search: "query-CANARY" } } });
    await call();
    ground.fake.revoke();
    await call();
    ground.fake.onToken = () => ({ status: 503 });
    clock.advance(3_601_000);
    await rejection(call());
    for (const channel of ["latchkey", "latchkey:http"]) unsubscribe(channel, note);
    expect(messages.length).toBeGreaterThan(6);
    expect(canaries.find({ messages })).toEqual([]);
    expect(JSON.stringify(messages)).not.toContain("search");
  });

  it("S10 a program with every debug switch on, that prints its client, events and errors, prints no secret", async () => {
    ground.fake.onToken = (_received, count) =>
      count === 3 ? { status: 400, body: { error: "invalid_request" } } : undefined;
    const program = fileURLToPath(new URL("support/noisy-client.ts", import.meta.url));
    const child = spawn(process.execPath, ["--conditions=latchkey-source", program, ground.fake.url], {
      env: { ...process.env, DEBUG: "*", NODE_DEBUG: "fetch,undici,http,https,tls,net,stream,timer" },
    });
    child.stdin.end(testCredentials.clientSecret);
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    expect(output).toContain("refresh");
    expect(errors).toContain("AuthError");
    // Node's own lines show the address that is fetched, with the caller's query.
    const isOurs = (line: string) => !/^(?:UNDICI|FETCH|NET|TIMER|STREAM|HTTP|TLS) \d+:/u.test(line);
    expect(`${output}\n${errors}`.split("\n").filter(isOurs).join("\n")).not.toContain("CANARY");
    expect(errors).not.toContain("access-1-CANARY");
  });

  it("S11 no token and no secret is ever in an address: at sign-in, refresh, call and revocation", async () => {
    ground.fake.rotating = true;
    const { client, clock } = ground.connect({
      lifecycle: {
        revoke: {
          ...obtain,
          path: "/token/revoke",
          grant: "revoke",
          request: { token: "$token.refreshToken" },
          revokes: "token",
        },
      },
    });
    await client.GET("/things");
    clock.advance(3_601_000);
    await client.GET("/things");
    ground.fake.onToken = ({ path }) => (path === "/token/revoke" ? { status: 200 } : undefined);
    expect(await client.auth.revoke()).toMatchObject([{ revoked: true }]);
    const paths = [...ground.fake.tokenRequests, ...ground.fake.apiRequests].map(({ path }) => path);
    expect(paths).toContain("/token/revoke");
    expect(paths.filter((path) => path.includes("?") || path.includes("CANARY"))).toEqual([]);
  });

  /** The names that a response has; `error` by itself below, since the platform's own fetch stumbles over it. */
  const polluted = [
    "access_token",
    "refresh_token",
    "token_type",
    "expires_in",
    "refresh_expires_in",
    "error_description",
    "scope",
  ];
  const pollute = (names: readonly string[]) => {
    for (const name of names) Reflect.set(Object.prototype, name, name.includes("expire") ? 5 : "polluted-CANARY");
  };
  const clean = () => {
    for (const name of [...polluted, "error"]) Reflect.deleteProperty(Object.prototype, name);
  };
  afterEach(clean);

  it("S16 a polluted prototype gives no token, no refresh token, no lifetime and no error", async () => {
    const { client, clock } = ground.connect({ retries: false });
    pollute(polluted);
    expect((await client.GET("/things")).status).toBe(200);
    const expiresAt = expect.closeTo(clock.now() + 3_600_000, -3);
    expect(client.auth.status()).toMatchObject([{ estimated: false, expiresAt }]);
    clock.advance(3_601_000);
    await client.GET("/things");
    const grants = ground.fake.tokenRequests.map(({ body }) => new URLSearchParams(body).get("grant_type"));
    expect(grants).toEqual(["client_credentials", "client_credentials"]);
    ground.fake.onToken = () => ({ body: {} });
    clock.advance(3_601_000);
    expect(await rejection(client.GET("/things"))).toMatchObject({ kind: "unexpected", code: undefined });
    expect(ground.fake.tokenRequests.map(({ body }) => body).join()).not.toContain("polluted");
    pollute(["error"]);
    const answer = { status: 400, headers: new Headers(), body: {} };
    const said = parseErrorResponse({ envelopes: [], table: [] }, answer, "obtain");
    clean();
    expect(said).toMatchObject({ kind: "invalid_request", code: undefined });
  });

  it("S18 keys and owners in a store hold hashes and random names, never a credential or a token", async () => {
    ground.fake.rotating = true;
    const { clock } = ground.connect();
    const inner = createMemoryStore({ clock });
    const given: unknown[] = [];
    /** But for the record itself, which is what the store keeps. */
    const noting =
      <A extends unknown[], R>(act: (...all: A) => R) =>
      (...all: A): R => {
        given.push(...all.filter((one) => typeof one !== "string" || !one.startsWith("{")));
        return act(...all);
      };
    const store: TokenStore = {
      read: noting(inner.read),
      acquire: noting(inner.acquire),
      commit: noting(inner.commit),
      release: noting(inner.release),
      wait: noting(inner.wait),
    };
    const { client } = ground.connect({ clock, store });
    await client.GET("/things");
    clock.advance(3_601_000);
    await client.GET("/things");
    const keys = given.filter((one) => typeof one === "string");
    expect(keys.length).toBeGreaterThan(4);
    for (const key of keys) expect(key).toMatch(/^[\w-]{43}(?:\.[\w-]{43})?$/u);
    expect(JSON.stringify(given)).not.toMatch(/CANARY|client|secret/u);
  });

  it.for([
    "evil.example/",
    "evil.example#",
    "evil.example?",
    "a@evil.example",
    "evil.example\\",
    "a b",
    "..%2f",
    "169.254.169.254/latest",
    "\u0000",
    "",
  ])("S19 a server variable that a tenant gave as %j cannot move the vendor's address", (region) => {
    const server = { url: "https://{region}.acme.invalid/v1", variables: { region: { default: "eu" } } };
    const vendor = { ...createTestVendor(), servers: { production: server } };
    expect(() => connect(vendor, { credentials: testCredentials, server: { variables: { region } } })).toThrow(
      expect.objectContaining({ name: "ConfigurationError" }),
    );
  });

  it("S19 credentials go to the vendor's origins alone, whatever its answers say", async () => {
    const origins = new Set<string>();
    ground.fake.rotating = true;
    const { client, clock } = ground.connect({
      fetch: async (request) => {
        origins.add(new URL(request.url).origin);
        return fetch(request);
      },
    });
    ground.fake.onToken = (_received, _count, response) => {
      response.setHeader("link", `<${other.url}/token>; rel="token_endpoint"`);
      response.setHeader("refresh", `0; url=${other.url}`);
      response.setHeader("content-location", other.url);
      return undefined;
    };
    await client.GET("/things");
    clock.advance(3_601_000);
    await client.GET("/things");
    expect([...origins]).toEqual([ground.fake.url]);
  });

  it("S20 options that are changed after a client was made hand its tokens to no other fetch", async () => {
    let calls = 0;
    const theirs = async () => {
      calls += 1;
      return Response.json({ access_token: "theirs" });
    };
    const options = { fetch: (request: Request) => fetch(request) };
    const { client, clock } = ground.connect(options);
    options.fetch = theirs;
    expect((await client.GET("/things")).status).toBe(200);
    clock.advance(3_601_000);
    expect((await client.GET("/things")).status).toBe(200);
    expect(calls).toBe(0);
  });
});
