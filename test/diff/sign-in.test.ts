import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { JsonObject } from "../../scripts/codegen/util/json.ts";
import { copyJson, toObject } from "../../scripts/codegen/util/json.ts";
import { compareDocuments, documentOf, show } from "./support/compare.ts";

/** A member deep inside; it must be there, so that no test changes nothing. */
function at(document: JsonObject, ...path: readonly (string | number)[]): JsonObject {
  const found = path.reduce<unknown>((value, part) => Reflect.get(Object(value), part), document);
  return found === undefined ? expect.fail(`nothing is at ${path.join("/")}`) : Object(found);
}

type Change = (document: JsonObject) => void;

const lifecycle = (document: JsonObject, scheme: string) =>
  at(document, "components", "securitySchemes", scheme, "x-latchkey-lifecycle");
const errors = (document: JsonObject) => at(document, "x-latchkey-errors");

/** A built-in vendor's document, changed in one thing. */
const vendors: readonly (readonly [name: string, vendor: string, change: Change, want: readonly string[]])[] = [
  [
    "the token URL is another",
    "propeller",
    ({ paths }) => {
      const all = toObject(paths);
      all["/oauth3/token"] = all["/oauth2/token"];
      delete all["/oauth2/token"];
    },
    ["scheme clientCredentials token-url-changed client_credentials: breaks callers, patch"],
  ],
  [
    "the token's lifetime is shorter",
    "propeller",
    (document) => Object.assign(lifecycle(document, "clientCredentials"), { lifetimeInSeconds: 600 }),
    ["scheme clientCredentials lifetime-shortened lifetimeInSeconds: breaks callers, patch"],
  ],
  [
    "the refresh token's lifetime is longer",
    "popup-gift-cards",
    (document) => Object.assign(lifecycle(document, "accessToken"), { refreshLifetimeInSeconds: 6_048_000 }),
    ["scheme accessToken lifetime-lengthened refreshLifetimeInSeconds: breaks nobody, patch"],
  ],
  [
    "refresh tokens no longer rotate",
    "popup-gift-cards",
    (document) => Object.assign(lifecycle(document, "accessToken"), { rotates: undefined }),
    ["scheme accessToken rotation-ended: breaks nobody, patch"],
  ],
  [
    "tokens can no longer be revoked",
    "popup-gift-cards",
    (document) => Object.assign(lifecycle(document, "accessToken"), { revoke: undefined }),
    ["scheme accessToken revocation-removed: breaks callers, major"],
  ],
  [
    "an error code is gone",
    "propeller",
    (document) => {
      const rules = errors(document);
      rules.table = Array.isArray(rules.table)
        ? rules.table.filter((rule) => toObject(rule).code !== "insufficient_scope")
        : [];
    },
    ["errors error-code-removed 403 insufficient_scope: breaks readers, major"],
  ],
  [
    "an error is of another kind",
    "propeller",
    (document) => Object.assign(at(errors(document), "table", 1), { kind: "invalid_grant" }),
    ["errors error-kind-changed 401 invalid_client: breaks readers, major"],
  ],
  [
    "the client authenticates in the body",
    "connectivity",
    (document) => {
      const obtain = at(lifecycle(document, "clientCredentials"), "obtain", 0);
      delete obtain.basic;
      obtain.clientAuthentication = "client_secret_post";
    },
    ["scheme clientCredentials client-authentication-changed client_credentials: breaks callers, patch"],
  ],
  [
    "the token request has another parameter",
    "connectivity",
    (document) =>
      Object.assign(at(lifecycle(document, "clientCredentials"), "obtain", 0, "request"), { audience: "api" }),
    ["scheme clientCredentials token-request-changed client_credentials request: breaks callers, patch"],
  ],
  [
    "the access token stands elsewhere in the response",
    "connectivity",
    (document) =>
      Object.assign(at(lifecycle(document, "clientCredentials"), "response", 0), {
        accessToken: "$response.body#/token",
      }),
    ["scheme clientCredentials token-response-changed: breaks readers, patch"],
  ],
  [
    "a credential that must be given is added",
    "connectivity",
    (document) => {
      const rules = lifecycle(document, "clientCredentials");
      at(rules, "credentials").tenant = { description: "The tenant" };
      at(rules, "obtain", 0, "request").tenant = "$credentials.tenant";
    },
    [
      "scheme clientCredentials required-credential-added tenant: breaks callers, major",
      "scheme clientCredentials token-request-changed client_credentials request: breaks callers, patch",
    ],
  ],
  [
    "a way to sign in is gone",
    "elastic-path",
    (document) => {
      const rules = lifecycle(document, "bearer");
      rules.obtain = Array.isArray(rules.obtain) ? rules.obtain.slice(0, 1) : [];
    },
    ["scheme bearer grant-removed implicit: breaks callers, major"],
  ],
  [
    "a server is gone",
    "elastic-path",
    (document) => {
      document.servers = Array.isArray(document.servers) ? document.servers.slice(0, 2) : [];
    },
    ["server moltin server-removed: breaks callers, major"],
  ],
  [
    "a server is elsewhere",
    "elastic-path",
    (document) => Object.assign(at(document, "servers", 0), { url: "https://useast2.api.elasticpath.com" }),
    ["server useast server-url-changed: breaks callers, patch"],
  ],
  [
    "another server is the default",
    "elastic-path",
    (document) => {
      document.servers = Array.isArray(document.servers) ? document.servers.reverse() : [];
    },
    ["servers default-server-changed: breaks callers, major"],
  ],
  [
    "credentials are read from another environment variable",
    "elastic-path",
    (document) => Object.assign(at(document, "servers", 0, "x-latchkey-server", "environment"), { clientId: "EP_ID" }),
    ["server useast environment-changed clientId: breaks callers, major"],
  ],
  [
    "the documented rate limit is another",
    "elastic-path",
    (document) => Object.assign(at(document, "x-latchkey-rate-limits", 0), { requests: 10 }),
    ["rate limit rate-limit-changed: breaks nobody, patch"],
  ],
];

test.for(vendors)("%s (%s)", async ([, vendor, change, want]) => {
  const before: JsonObject = parse(await readFile(join("specs", vendor, "openapi.yaml"), "utf8"));
  const after = copyJson(before);
  change(after);
  const { changes } = await compareDocuments(before, after);
  expect(changes.filter(({ area }) => area === "sign-in").map((one) => `${one.subject} ${show(one)}`)).toEqual(want);
  expect(changes.filter(({ area, breaks }) => area !== "sign-in" && (breaks.callers || breaks.readers))).toEqual([]);
});

const ok: JsonObject = { responses: { "200": { description: "Found" } } };
const oauth2 = (scopes: readonly string[]): JsonObject => ({
  type: "oauth2",
  flows: { clientCredentials: { tokenUrl: "/token", scopes: Object.fromEntries(scopes.map((scope) => [scope, ""])) } },
});
const secured = (
  security: JsonObject[] | undefined,
  scopes = ["read", "write"],
  operation: JsonObject = {},
): JsonObject =>
  documentOf({
    ...(security === undefined ? {} : { security }),
    paths: { "/a": { get: { ...ok, ...operation } }, "/b": { get: { ...ok, ...operation } } },
    components: { securitySchemes: { oauth: oauth2(scopes), key: { type: "apiKey", in: "header", name: "X-Key" } } },
  });

describe("what a call must be signed with", () => {
  const compare = async (before: JsonObject, after: JsonObject) =>
    (await compareDocuments(before, after)).changes
      .filter(({ rule }) => rule.startsWith("security-"))
      .map((change) => `${change.subject} ${show(change)}`);
  const key = { key: [] };
  const read = { oauth: ["read"] };

  test("the document's own changes once, for all operations", async () => {
    expect(await compare(secured([read]), secured([{ oauth: ["read", "write"] }]))).toEqual([
      "security of 2 operations security-tightened: breaks callers, major",
    ]);
    expect(await compare(secured([{ oauth: ["read", "write"] }]), secured([read]))).toEqual([
      "security of 2 operations security-loosened: breaks nobody, minor",
    ]);
  });

  test("what was public is so no longer, and the other way round", async () => {
    expect(await compare(secured(undefined), secured([key]))).toEqual([
      "security of 2 operations security-tightened: breaks callers, major",
    ]);
    expect(await compare(secured([key]), secured([]))).toEqual([
      "security of 2 operations security-loosened: breaks nobody, minor",
    ]);
  });

  test("a further way is no burden, one that is gone is", async () => {
    expect(await compare(secured([key]), secured([key, read]))).toEqual([
      "security of 2 operations security-loosened: breaks nobody, minor",
    ]);
    expect(await compare(secured([key, read]), secured([read]))).toEqual([
      "security of 2 operations security-tightened: breaks callers, major",
    ]);
  });

  test("the order of ways to sign in, and where they are declared, change nothing", async () => {
    expect(await compare(secured([key, read]), secured([read, key]))).toEqual([]);
    expect(await compare(secured([key]), secured([read], undefined, { security: [key] }))).toEqual([]);
  });
});

test("a scope that the document no longer declares breaks callers who ask for it", async () => {
  const { changes } = await compareDocuments(secured([]), secured([], ["read", "list"]));
  expect(changes.map((change) => `${change.subject} ${show(change)}`)).toEqual([
    "scheme oauth scope-removed write: breaks callers, major",
    "scheme oauth scope-added list: breaks nobody, minor",
  ]);
});

test("plain OAuth 2.0's token URL is compared where it lives on a host of its own", async () => {
  const document = (tokenUrl: string): JsonObject =>
    documentOf({
      paths: { "/a": { get: ok } },
      components: {
        securitySchemes: { oauth: { type: "oauth2", flows: { clientCredentials: { tokenUrl, scopes: {} } } } },
      },
    });
  const { changes } = await compareDocuments(
    document("https://id.acme.example/token"),
    document("https://login.acme.example/token"),
  );
  expect(changes).toMatchObject([
    {
      at: "client_credentials",
      rule: "token-url-changed",
      before: "POST https://id.acme.example/token",
      after: "POST https://login.acme.example/token",
    },
    { at: "refresh", rule: "token-url-changed" },
  ]);
});
