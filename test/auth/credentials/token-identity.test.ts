import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createRedactor } from "../../../src/errors/redactor.ts";
import { AuthError } from "../../../src/index.ts";
import { createCredentialSource } from "../../../src/auth/credentials/credential-source.ts";
import { createIdentityResolver } from "../../../src/auth/credentials/identity-resolver.ts";
import {
  sha256,
  type IdentityScope,
  createTokenIdentity,
  storeKeyOf,
} from "../../../src/auth/credentials/token-identity.ts";
import { type Credentials, selectSignIn, credentialsUsedBy } from "../../../src/auth/credentials/credentials.ts";
import type { Lifecycle, SecurityScheme, TokenOperation } from "../../../src/vendor.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { testLifecycle } from "../../support/test-vendor.ts";

const operation: TokenOperation = {
  method: "POST",
  path: "/token",
  grant: "password",
  contentType: "application/x-www-form-urlencoded",
  clientAuthentication: "none",
  request: { user: "$credentials.user", inner: { pass: "$credentials.pass" } },
};
const scheme: SecurityScheme = {
  send: { in: "header", name: "Authorization", prefix: "Bearer " },
  credentials: { user: { secret: false }, pass: { secret: true }, tenant: { secret: false, optional: true } },
  lifecycle: { ...testLifecycle, obtain: [operation] },
};
const scope: IdentityScope = {
  vendor: "acme",
  schemeName: "bearer",
  scheme,
  lifecycle: { ...testLifecycle, obtain: [operation] },
  server: { url: "https://a.example", hosts: {} },
  urlOf: ({ path }) => `https://a.example${path}`,
  parents: [],
};
const given = { user: "u", pass: "secret-pass" };
const identityOf = (
  credentials: Credentials = given,
  more: Partial<IdentityScope> = {},
  obtain: Partial<TokenOperation> = {},
) => createTokenIdentity({ ...scope, ...more }, credentials, { ...operation, ...obtain });

describe("a token identity", () => {
  it("depends on everything that makes two tokens different, and on no secret", async () => {
    const { key } = await identityOf();
    const { lifecycle, server } = scope;
    const at = (base: string) => ({ urlOf: ({ path }: TokenOperation) => `${base}${path}` });
    const { refresh = operation, response } = testLifecycle;
    const revoke = { ...operation, path: "/revoke", revokes: "token" } as const;
    const living = (more: Partial<Lifecycle>) => ({ lifecycle: { ...lifecycle, ...more } });
    const basic = { username: "$credentials.user", password: "$credentials.pass" };
    const [shape] = response;
    const others = await Promise.all([
      identityOf({ ...given, user: "v" }),
      identityOf({ ...given, tenant: "t" }),
      identityOf(given, { vendor: "other" }),
      identityOf(given, { schemeName: "other" }),
      identityOf(given, { server: { ...server, url: "https://b.example" } }),
      identityOf(given, { server: { ...server, url: "https://a.example/tenant-a" } }),
      identityOf(given, { server: { ...server, url: "https://a.example/tenant-b" } }),
      identityOf(given, {
        server: { ...server, hosts: { auth: "https://a.example/tenant-a", api: "https://b.example" } },
      }),
      identityOf(given, {
        server: { ...server, hosts: { auth: "https://b.example", api: "https://a.example/tenant-a" } },
      }),
      identityOf(given, {
        server: { ...server, hosts: { auth: "https://a.example/tenant-b", api: "https://b.example" } },
      }),
      identityOf(given, at("https://a.example/tenant-a")),
      identityOf(given, at("https://a.example/tenant-b")),
      identityOf(given, living({ refresh: { ...refresh, path: "/refresh" } })),
      identityOf(given, living({ refresh: { ...refresh, request: { scope: "less" } } })),
      identityOf(given, living({ revoke })),
      identityOf(given, living({ revoke: { ...revoke, path: "/logout" } })),
      identityOf(given, living({ response: [{ ...shape, accessToken: "$response.body#/id_token" }] })),
      identityOf(
        given,
        living({ response: [{ accessToken: "$response.body#/access_token", item: { in: "$response.body" } }] }),
      ),
      identityOf(given, { parents: [{ key: "parent", secret: "" }] }),
      identityOf(given, {}, { method: "PUT" }),
      identityOf(given, {}, { host: "auth" }),
      identityOf(given, {}, { contentType: "application/json" }),
      identityOf(given, {}, { clientAuthentication: "client_secret_basic", basic }),
      identityOf(given, {}, { clientAuthentication: "client_secret_basic", basic: { ...basic, encoding: "form" } }),
      identityOf(given, {}, { discovery: true }),
      identityOf(given, {}, { security: [{ other: [] }] }),
      identityOf(given, {}, { path: "/other" }),
      identityOf(given, {}, { grant: "other" }),
      identityOf(given, {}, { request: { ...operation.request, scope: "more" } }),
      identityOf(given, {}, { headers: { "x-tenant": "t" } }),
      identityOf(given, {}, { headers: { "x-tenant": "u" } }),
    ]);
    expect(new Set([key, ...others.map((one) => one.key)]).size).toBe(1 + others.length);
    expect((await identityOf({ ...given, pass: "another-pass" })).key).toBe(key);
    expect((await identityOf(given, living({ lifetimeInSeconds: 60, bufferInSeconds: 5 }))).key).toBe(key);
  });

  it("is the same for another spelling of the same request", async () => {
    const keyAt = async (url: string, token = url) =>
      (await identityOf(given, { server: { url, hosts: { auth: url } }, urlOf: ({ path }) => `${token}${path}` })).key;
    const key = await keyAt("https://a.example/Tenant");
    for (const same of ["HTTPS://A.Example/Tenant", "https://a.example:443/Tenant", "https://a.example/x/../Tenant"]) {
      expect(await keyAt(same)).toBe(key);
    }
  });

  it("differs for every other request, however similar the URLs look", async () => {
    const keyAt = async (url: string) =>
      (await identityOf(given, { server: { url, hosts: {} }, urlOf: ({ path }) => `${url}${path}` })).key;
    const addresses = [
      "https://a.example/Tenant",
      "https://a.example/tenant",
      "https://a.example/tenant%20",
      "https://a.example/tenant/",
      "https://a.example/t%65nant",
      "https://a.example/tenant%2F",
      "https://a.example/tenant%2f",
      "https://a.example/tenant;a",
      "https://a.example/tenant?a",
      "https://a.example:444/tenant",
      "http://a.example/tenant",
      "https://a.example/\u00e9",
      "https://a.example/e\u0301",
    ];
    expect(new Set(await Promise.all(addresses.map(keyAt))).size).toBe(addresses.length);
    // The parser strips a space from the end of an address, not from the middle of one.
    const token = { urlOf: () => "https://a.example/token" };
    const [spaced, plain] = await Promise.all(
      ["https://a.example/tenant ", "https://a.example/tenant"].map((url) =>
        identityOf(given, { ...token, server: { url, hosts: {} } }),
      ),
    );
    expect(spaced?.key).not.toBe(plain?.key);
  });

  it("depends on the secrets of its parents, too", async () => {
    const [one, other] = await Promise.all(
      ["a", "b"].map((secret) => identityOf(given, { parents: [{ key: "parent", secret }] })),
    );
    expect(other?.key).toBe(one?.key);
    expect(other?.fingerprint).not.toBe(one?.fingerprint);
  });

  it("does not depend on the order of the credentials, or on those without a value", async () => {
    const mine = await identityOf({ tenant: "t", ...given });
    expect(await identityOf({ pass: "secret-pass", user: "u", tenant: "t" })).toMatchObject({
      key: mine.key,
      fingerprint: mine.fingerprint,
    });
    const few = await identityOf();
    expect(await identityOf({ ...given, tenant: undefined })).toMatchObject({
      key: few.key,
      fingerprint: few.fingerprint,
    });
  });

  it("has a new fingerprint and store key when a secret changes", async () => {
    const one = await identityOf();
    const other = await identityOf({ ...given, pass: "another-pass" });
    expect(other.fingerprint).not.toBe(one.fingerprint);
    expect(storeKeyOf(one)).toBe(`${one.key}.${one.fingerprint}`);
    expect(storeKeyOf(one)).toMatch(/^[\w-]{43}\.[\w-]{43}$/u);
  });

  it("is a SHA-256 of JSON, in characters for file names", async () => {
    for (let index = 0; index < 20; index += 1) {
      const expected = createHash("sha256")
        .update(JSON.stringify(["a", index]))
        .digest("base64url");
      expect(await sha256(["a", index])).toBe(expected);
    }
  });
});

describe("a sign-in", () => {
  const schemeWith = (more: Partial<TokenOperation>, fields: SecurityScheme["credentials"] = {}) =>
    ({
      ...scheme,
      credentials: { ...scheme.credentials, ...fields },
      lifecycle: { ...testLifecycle, obtain: [{ ...operation, ...more }] },
    }) as const;

  it("needs the credentials of its body, at any depth, its headers and its user-pass, each once", () => {
    const basic = { username: "$credentials.id", password: "$credentials.secret" };
    expect(
      credentialsUsedBy({
        ...operation,
        basic,
        headers: { a: "$credentials.user", b: "fixed", c: "$credentials.tenant" },
      }),
    ).toEqual(["user", "pass", "id", "secret", "tenant"]);
    expect(credentialsUsedBy(operation)).toEqual(["user", "pass"]);
  });

  it("is the first whose credentials are present, optional or have a default", () => {
    expect(selectSignIn(scheme, given)).toBe(operation);
    expect(selectSignIn(scheme, { user: "u" })).toBeUndefined();
    const request = { ...operation.request, tenant: "$credentials.tenant", region: "$credentials.region" };
    expect(selectSignIn(schemeWith({ request }), given)).toBeUndefined();
    expect(selectSignIn(schemeWith({ request }, { region: { secret: false, default: "eu" } }), given)).toBeDefined();
    expect(selectSignIn({ send: scheme.send, credentials: {} }, given)).toBeUndefined();
    // One that the scheme does not declare.
    expect(selectSignIn(schemeWith({ request: { other: "$credentials.other" } }), given)).toBeUndefined();
    expect(selectSignIn(schemeWith({ request: { key: "$credentials.toString" } }), given)).toBeUndefined();
  });

  it("that the credentials do not suffice for is an error that names what is needed", async () => {
    const obtain = [operation, { ...operation, request: { key: "$credentials.key" } }];
    const own: SecurityScheme = {
      ...scheme,
      credentials: { ...scheme.credentials, key: { secret: true } },
      lifecycle: { ...testLifecycle, obtain },
    };
    const error = await createResolver(own, { user: "u" })().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({
      message: "acme: credentials are missing for this sign-in; give user + pass, or key",
      outcome: "configuration",
      kind: "invalid_credentials",
      phase: "obtain",
      scheme: "bearer",
    });
    const unset = await createResolver(own, { user: "u", pass: undefined })().catch((reason: unknown) => reason);
    expect(unset).toHaveProperty(
      "message",
      "acme: credentials.pass is undefined, as an environment variable is that is not set; give user + pass, or key",
    );
  });
});

const parents = [{ key: "parent", secret: "parent-secret" }];

function createResolver(own: SecurityScheme, credentials: object, redactor = createRedactor()) {
  return createIdentityResolver({
    ...scope,
    scheme: own,
    // The lifecycle of the scope is part of the key; the sign-ins are the scheme's.
    lifecycle: { ...testLifecycle, obtain: own.lifecycle?.obtain ?? [] },
    source: createCredentialSource("acme", own, credentials, createManualClock()),
    parents: async () => parents,
    redactor,
    deadlineInMs: 1_000,
  });
}

describe("an identity resolver", () => {
  it("takes the client's own credentials, or those to verify, and the keys of its parents", async () => {
    const resolveIdentity = createResolver(scheme, given);
    expect(await resolveIdentity()).toEqual(await identityOf(given, { parents }));
    const tried = { user: "v", pass: "other-pass" };
    expect(await resolveIdentity(tried)).toEqual(await identityOf(tried, { parents }));
    await expect(resolveIdentity({ nobody: "x" })).rejects.toThrow(
      "credentials.nobody is not a credential of this vendor",
    );
  });

  it("registers every secret with the redactor, also as a Basic user-pass, and no identifiers", async () => {
    const basic = { username: "$credentials.user", password: "$credentials.pass" };
    const forms = [
      [undefined, Buffer.from("user-name:pass word/ü").toString("base64")],
      ["raw", Buffer.from("user-name:pass word/ü").toString("base64")],
      ["form", Buffer.from("user-name:pass+word%2F%C3%BC").toString("base64")],
    ] as const;
    for (const [encoding, userPass] of forms) {
      const redactor = createRedactor();
      const obtain = [{ ...operation, basic: { ...basic, ...(encoding ? { encoding } : {}) } }];
      await createResolver(
        { ...scheme, lifecycle: { ...testLifecycle, obtain } },
        { user: "user-name", pass: "pass word/ü" },
        redactor,
      )();
      expect(redactor.redact(`user-name pass word/ü ${userPass}`)).toBe("user-name [redacted] [redacted]");
    }
    const redactor = createRedactor();
    const obtain = [{ ...operation, request: {}, basic: { ...basic, password: "$credentials.tenant" } }];
    const empty = { ...scheme, lifecycle: { ...testLifecycle, obtain } };
    await createResolver(empty, { user: "user-name" }, redactor)();
    expect(redactor.redact(Buffer.from("user-name:").toString("base64"))).toBe("[redacted]");
  });
});
