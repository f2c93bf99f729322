import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect, TransportError, unwrap } from "../../src/index.ts";
import { caught } from "../support/caught.ts";
import { type FakeVendor, startFakeVendor } from "../support/fake-vendor.ts";
import { connectTo, createTestVendor } from "../support/test-vendor.ts";

let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

const last = () => fake.apiRequests.at(-1);

describe("credentials of environment variables that are not set", () => {
  it("are named, with what a sign-in needs", () => {
    const options = {
      server: { url: fake.url },
      credentials: Object({ clientId: undefined, clientSecret: undefined }),
    };
    expect(() => connect(createTestVendor(), options)).toThrow(
      "acme: credentials.clientId, credentials.clientSecret are undefined, as an environment variable is that is not set; set them, or give { clientId, clientSecret }",
    );
  });
});

describe("the options that a call shares with openapi-fetch", () => {
  it("headers: those of the call override the client's; null removes one", async () => {
    const { client } = connectTo(fake, { headers: { "x-client": "a", "x-both": "a" } });
    await client.GET("/things", { headers: { "x-both": "b", "x-number": 3 } });
    expect(last()?.headers).toMatchObject({ "x-client": "a", "x-both": "b", "x-number": "3" });
    await client.GET("/things", { headers: { "x-client": null } });
    expect(last()?.headers["x-client"]).toBeUndefined();
  });

  it("querySerializer, as a function and as options; pathSerializer", async () => {
    const { client } = connectTo(fake);
    const params = { query: { q: "a b" } };
    await client.GET("/things", { params, querySerializer: () => "raw=1" });
    expect(last()?.path).toBe("/things?raw=1");
    const list = { params: { query: Object({ ids: [1, 2] }) } };
    await client.GET("/things", { ...list, querySerializer: { array: { style: "form", explode: false } } });
    expect(last()?.path).toBe("/things?ids=1,2");
    const one = { params: { path: { id: "a/b" } } };
    await client.GET("/things/{id}", { ...one, pathSerializer: (path) => path.replace("{id}", "c") });
    expect(last()?.path).toBe("/things/c");
  });

  it("bodySerializer", async () => {
    const { client } = connectTo(fake);
    const bodySerializer = ({ name }: { readonly name: string }) => `<name>${name}</name>`;
    await client.POST("/things", { body: { name: "n" }, bodySerializer, headers: { "content-type": "text/xml" } });
    expect([last()?.body, last()?.headers["content-type"]]).toEqual(["<name>n</name>", "text/xml"]);
  });

  it("baseUrl, within the vendor's own origins", async () => {
    const { client } = connectTo(fake);
    await client.GET("/things", { baseUrl: `${fake.url}/v9` });
    expect(last()?.path).toBe("/v9/things");
    const error = await caught(client.GET("/things", { baseUrl: "https://elsewhere.invalid" }));
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ reason: "origin" });
  });

  it("fetch, which gets a Request with the token", async () => {
    const { client } = connectTo(fake);
    const seen: string[] = [];
    const { data } = await client.POST("/things", {
      body: { a: 1 },
      async fetch(request) {
        seen.push(`${request.method} ${request.headers.get("authorization")} ${await request.clone().text()}`);
        return fetch(request);
      },
    });
    expect(seen).toEqual(['POST Bearer access-1-CANARY {"a":1}']);
    expect(data?.echo).toBe('{"a":1}');
  });

  it("signal: the call rejects with its reason", async () => {
    fake.onApi = () => "hang";
    const controller = new AbortController();
    const call = caught(connectTo(fake).client.GET("/things", { signal: controller.signal }));
    await expect.poll(() => fake.apiRequests.length).toBe(1);
    controller.abort(new Error("enough"));
    expect(await call).toEqual(new Error("enough"));
  });

  it("middleware, which runs inside the client's", async () => {
    const { client } = connectTo(fake);
    const order: string[] = [];
    const named = (name: string) => ({
      onRequest: () => void order.push(`${name} out`),
      onResponse: () => void order.push(`${name} back`),
    });
    client.use(named("client"));
    await client.GET("/things", { middleware: [named("call")] });
    expect(order).toEqual(["client out", "call out", "call back", "client back"]);
  });
});

describe("client.use()", () => {
  it("adds middleware that may change the request and its body, and never sees the token", async () => {
    const { client } = connectTo(fake);
    const seen: (string | null)[] = [];
    client.use({
      onRequest({ request }) {
        seen.push(request.headers.get("authorization"));
        return new Request(`${request.url}?added=1`, { method: "POST", headers: request.headers, body: "changed" });
      },
    });
    expect((await unwrap(client.POST("/things", { body: { a: 1 } }))).echo).toBe("changed");
    expect([last()?.path, seen]).toEqual(["/things?added=1", [null]]);
  });

  it("adds middleware that may respond itself: nothing is sent and no token is obtained", async () => {
    const { client } = connectTo(fake);
    client.use({ onRequest: () => Response.json({ ok: true, echo: "cached" }) });
    const { data, status } = await client.GET("/things");
    expect([data?.echo, status]).toEqual(["cached", 200]);
    expect([fake.apiRequests.length, fake.tokenRequests.length]).toEqual([0, 0]);
  });

  it("adds middleware that may change the response", async () => {
    const { client } = connectTo(fake);
    client.use({ onResponse: () => Response.json({ error: "no" }, { status: 404, headers: { "x-mine": "1" } }) });
    const { error, status, response } = await client.GET("/things");
    expect([error, status, response.headers.get("x-mine")]).toEqual([{ error: "no" }, 404, "1"]);
  });

  it("adds middleware that may return a response after a failure", async () => {
    fake.onApi = () => "drop";
    const { client } = connectTo(fake, { retries: false });
    const seen: unknown[] = [];
    client.use({
      onError({ error }) {
        seen.push(error);
        return Response.json({ ok: false, echo: "offline" });
      },
    });
    expect((await client.GET("/things")).data?.echo).toBe("offline");
    expect(seen).toEqual([expect.any(TransportError)]);
  });

  it("adds middleware that sees one request and one response of a call, without replays and retries", async () => {
    const { client } = connectTo(fake);
    const seen: string[] = [];
    client.use({ onRequest: () => void seen.push("out"), onResponse: () => void seen.push("back") });
    await client.GET("/things");
    fake.revoke();
    await client.GET("/things");
    expect(seen).toEqual(["out", "back", "out", "back"]);
    expect(fake.apiRequests).toHaveLength(3);
  });

  it("is undone by eject()", async () => {
    const { client } = connectTo(fake);
    const middleware = { onRequest: () => Response.json({ ok: true, echo: "mine" }) };
    client.use(middleware);
    client.eject(middleware);
    await client.GET("/things");
    expect(fake.apiRequests).toHaveLength(1);
  });
});
