/** A document that the sandbox has never seen, without any sandbox data. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { openDocument } from "./support/vendor-client.ts";

const document = (name: string) => join(import.meta.dirname, "documents", name);

it("serves plain oauth2 with the standards' defaults: Basic or body, RFC 6749's errors, a refresh token that rotates", async () => {
  await using client = await openDocument(document("plain-oauth2.yaml"));
  const { url } = client.sandbox.server;
  const { clientId = "", clientSecret = "" } = client.sandbox.credentials;
  expect(url).toMatch(/\/api$/u);
  const auth = client.sandbox.server.hosts?.auth;
  const post = (fields: Record<string, string>, headers = {}) =>
    fetch(`${auth}/oauth/token`, { method: "POST", headers, body: new URLSearchParams(fields) });

  const inBody = await post({ grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret });
  expect(inBody.status).toBe(200);
  const pair = await inBody.json();
  expect(pair).toMatchObject({ token_type: "Bearer", expires_in: 3600, refresh_token: expect.any(String) });
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
  expect((await post({ grant_type: "client_credentials" }, { authorization })).status).toBe(200);

  const refresh = () => post({ grant_type: "refresh_token", refresh_token: pair.refresh_token }, { authorization });
  expect((await refresh()).status).toBe(200);
  const reuse = await refresh();
  expect([reuse.status, (await reuse.json()).error]).toEqual([400, "invalid_grant"]);

  const wrong = await post({ grant_type: "client_credentials", client_id: clientId, client_secret: "wrong" });
  expect([wrong.status, (await wrong.json()).error]).toEqual([401, "invalid_client"]);
  const other = await post({ grant_type: "magic", client_id: clientId, client_secret: clientSecret });
  expect([other.status, (await other.json()).error]).toEqual([400, "unsupported_grant_type"]);
});

it("keeps what is created by REST's customs, and pages nothing that does not page", async () => {
  await using client = await openDocument(document("plain-oauth2.yaml"));
  const token = await client.token();
  expect((await client.call("listBooks")).status).toBe(401);
  expect((await client.call("listBooks", { token })).body).toHaveLength(137);
  const made = await client.call("addBook", { token, body: { title: "Latchkeys" } });
  expect([made.status, made.at("/title")]).toEqual([201, "Latchkeys"]);
  const path = { bookId: Number(made.at("/id")) };
  expect((await client.call("changeBook", { token, path, body: { title: "Doors" } })).at("/title")).toBe("Doors");
  expect((await client.call("getBook", { token, path })).at("/title")).toBe("Doors");
  expect((await client.call("removeBook", { token, path })).status).toBe(204);
  expect((await client.call("getBook", { token, path })).status).toBe(404);
});

it("refuses what the document does not allow with the answer that it declares", async () => {
  await using client = await openDocument(document("plain-oauth2.yaml"));
  const token = await client.token();
  const answer = await client.call("addBook", { token, body: { title: "No" } });
  expect([answer.status, Object.keys(Object(answer.body))]).toEqual([422, ["reason"]]);
});

it.each([
  ["a header", { headers: { "x-key": "sandbox-header" } }, 200],
  ["the query", { query: { key: "sandbox-query" } }, 200],
  ["HTTP Basic", { headers: { authorization: `Basic ${btoa("sandbox-username:sandbox-password")}` } }, 200],
  ["no place", {}, 401],
  ["a header, a wrong one,", { headers: { "x-key": "wrong" } }, 401],
])("takes a key in %s", async (_, options, status) => {
  await using client = await openDocument(document("keys.yaml"));
  expect((await client.call("listStations", options)).status).toBe(status);
});

it("pages by cursor to the end", async () => {
  await using client = await openDocument(document("keys.yaml"));
  const seen: unknown[] = [];
  let after: string | undefined;
  do {
    const query = { key: "sandbox-query", limit: 50, ...(after === undefined ? {} : { after }) };
    const page = await client.call("listStations", { query });
    const stations = page.at("/stations");
    seen.push(...(Array.isArray(stations) ? stations : []));
    const next = page.at("/next");
    after = typeof next === "string" ? next : undefined;
  } while (after !== undefined);
  expect(new Set(seen.map((station) => Object(station).id)).size).toBe(137);
  expect((await client.call("listStations", { query: { key: "sandbox-query", after: "made-up" } })).status).toBe(400);
});

it("makes a value of its own where the document's example does not fit its schema", async () => {
  await using client = await openDocument(document("keys.yaml"));
  expect((await client.call("open")).body).toBe(1);
});

it("answers a path that the document does not have with 404", async () => {
  await using client = await openDocument(document("keys.yaml"));
  expect((await fetch(`${client.sandbox.server.url}/nothing`)).status).toBe(404);
});
