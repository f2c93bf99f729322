import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { checkFiles, openEditor } from "../support/editor.ts";
import { generateText } from "../support/generated.ts";

const documented = `openapi: 3.1.0
info: { title: Acme, version: "1" }
paths:
  /orders:
    get:
      summary: All orders
      description: The newest first.
      parameters: [{ name: page, in: query, description: From 1, deprecated: true, schema: { type: integer } }]
      responses:
        "200":
          description: Orders
          content:
            application/json:
              schema: { type: object, properties: { total: { type: integer, description: In all, deprecated: true } } }
  /bills:
    get: { summary: All bills, deprecated: true, responses: { "204": { description: None } } }
`;

const folder = fileURLToPath(new URL(".", import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith(".test-d.ts"));

describe("the types of real vendors", () => {
  it("hold in every case that is written down, and refuse what they should", { timeout: 120_000 }, () => {
    expect(files.length).toBeGreaterThan(1);
    expect(checkFiles(files.map((name) => join(folder, name)))).toEqual([]);
  });
});

describe("an editor", () => {
  const setUp = (vendor: string, file: string) => `
import { connect, isVendorError, unwrap } from "../../src/index.ts";
import { ${vendor} } from "../../generated/${file}/index.ts";
const api = connect(${vendor});
`;
  const propeller = setUp("propeller", "propeller");
  const elasticPath = setUp("elasticPath", "elastic-path");
  const editor = openEditor();

  it.each([
    [
      "the paths of a method",
      `${propeller}api.GET("|");`,
      ["/v2/products", "/v2/products/{lookupKey}/{value}"],
      ["/v2/orders"],
    ],
    [
      "the query's parameters",
      `${propeller}api.GET("/v2/products", { params: { query: { | } } });`,
      ["page", "offset"],
      ["limit"],
    ],
    [
      "the path's parameters",
      `${propeller}api.GET("/v2/products/{lookupKey}/{value}", { params: { path: { | } } });`,
      ["lookupKey", "value"],
      [],
    ],
    [
      "an enum's values",
      `${propeller}api.GET("/v2/products/{lookupKey}/{value}", { params: { path: { lookupKey: "|", value: "" } } });`,
      ["id", "sourceId", "sku"],
      [],
    ],
    [
      "a body's members",
      `${propeller}api.POST("/v2/orders", { body: { | } });`,
      ["items", "source", "sourceId", "email"],
      ["page"],
    ],
    [
      "the members of data",
      `${propeller}const { data } = await api.GET("/v2/products"); data?.|`,
      ["data", "total", "page", "offset"],
      ["items"],
    ],
    [
      "the members of an item",
      `${propeller}for await (const item of api.paginate("GET", "/v2/products")) item.|`,
      ["sku", "sourceId", "names"],
      [],
    ],
    ["the paths that are paged", `${propeller}api.paginate("GET", "|");`, ["/v2/products"], []],
    [
      "the credentials",
      `${propeller}connect(propeller, { credentials: { | } });`,
      ["clientId", "clientSecret"],
      ["username"],
    ],
    [
      "the credentials of each way to sign in",
      `${elasticPath}connect(elasticPath, { credentials: { | } });`,
      ["clientId", "clientSecret"],
      [],
    ],
    ["the servers' names", `${elasticPath}connect(elasticPath, { server: "|" });`, ["useast", "euwest", "moltin"], []],
    [
      "the second party's credentials",
      `${elasticPath}api.as({ | });`,
      ["email", "password", "username", "passwordProfileId"],
      [],
    ],
    [
      "a vendor's error codes",
      `${propeller}declare const error: unknown; if (isVendorError(error, propeller) && error.code === "|") {}`,
      ["invalid_client", "10015"],
      [],
    ],
    [
      "the headers that the document types",
      `${setUp("popupGiftCards", "popup-gift-cards")}const { headers, status } = await api.GET("/api/v1/wallets"); if (status === 200) headers["|"]`,
      ["X-Total-Count", "X-Has-More"],
      ["Retry-After"],
    ],
    ["the client's few members", `${propeller}api.|`, ["GET", "POST", "paginate", "auth", "as", "close"], []],
  ])("completes %s", { timeout: 60_000 }, (_, text, some, none) => {
    const offered = editor.complete(text);
    expect(offered).toEqual(expect.arrayContaining(some));
    for (const name of none) expect(offered).not.toContain(name);
  });

  it("shows what the document says of a path, a method, a parameter and a member, and what is deprecated", {
    timeout: 60_000,
  }, async () => {
    const files = [...(await generateText(documented))];
    const acme = openEditor(new Map(files.map(([name, content]) => [`~acme/${name}`, content])));
    const api = `import { connect } from "../../src/index.ts";
import { acme } from "./~acme/index.ts";
const api = connect(acme);
`;
    const call = `${api}const { data } = await api.paths["/orders"].GET(`;
    expect(acme.explain(`${api}api.paths["|`, "/orders")).toEqual({
      documentation: "- GET All orders",
      isDeprecated: false,
    });
    expect(acme.explain(`${api}api.paths["|`, "/bills")).toMatchObject({ isDeprecated: true });
    expect(acme.explain(`${api}api.paths["/orders"].|`, "GET")).toMatchObject({
      documentation: expect.stringContaining("The newest first"),
    });
    expect(acme.explain(`${api}api.paths["/bills"].|`, "GET")).toMatchObject({ isDeprecated: true });
    expect(acme.explain(`${call}{ params: { query: { |`, "page")).toEqual({
      documentation: "From 1",
      isDeprecated: true,
    });
    expect(acme.explain(`${call}); data?.|`, "total")).toEqual({ documentation: "In all", isDeprecated: true });
  });

  it.each([
    [
      "a wrong credential",
      `${propeller}connect(propeller, { credentials: { clientId: "a", clientKey: "b" } });`,
      /'clientKey' does not exist in type/u,
    ],
    [
      "a wrong parameter",
      `${propeller}api.GET("/v2/products", { params: { query: { limit: 1 } } });`,
      /'limit' does not exist in type/u,
    ],
    [
      "a wrong server",
      `${propeller}connect(propeller, { server: "staging" });`,
      /"staging"' is not assignable to type/u,
    ],
    ["a missing body", `${propeller}api.POST("/v2/orders");`, /Expected 2 arguments, but got 1/u],
  ])("says what is wrong with %s within five lines", { timeout: 60_000 }, (_, text, message) => {
    const [first, ...rest] = editor.check(text);
    expect(first).toMatch(message);
    expect(first?.split("\n").length).toBeLessThanOrEqual(5);
    expect(rest).toEqual([]);
  });

  it("is TypeScript's own", () => {
    expect(ts.version).toMatch(/^5\.9/u);
  });
});
