import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRedactor } from "../../../src/errors/redactor.ts";
import type { LatchkeyEvent } from "../../../src/index.ts";
import type { StoredToken } from "../../../src/store/token-record.ts";
import {
  type TokenClientOptions,
  createTokenClient,
  type TokenRequestInput,
} from "../../../src/auth/token-endpoint/token-client.ts";
import type { RevokeOperation, TokenOperation } from "../../../src/vendor.ts";
import { type FakeVendor, startFakeVendor } from "../../support/fake-vendor.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { testCredentials, testLifecycle } from "../../support/test-vendor.ts";

const obtain = testLifecycle.obtain[0] ?? expect.fail("the test vendor signs in");
const refresh = testLifecycle.refresh ?? expect.fail("the test vendor refreshes");
const revoke: RevokeOperation = {
  ...refresh,
  path: "/token/revoke",
  grant: "revoke",
  request: { token: "$token.refreshToken" },
  revokes: "token",
};
const identity = { key: "key", fingerprint: "mine", credentials: testCredentials, obtain };
const previous: StoredToken = {
  accessToken: "access-old",
  refreshToken: "refresh-old",
  tokenType: "Bearer",
  estimated: false,
  attributes: {},
  obtainedAt: 0,
  expiresAt: 1_000,
};

let fake: FakeVendor;
beforeEach(async () => {
  fake = await startFakeVendor();
});
afterEach(() => fake.close());

/** The store's clock is behind ours. */
const storeLagInMs = 5_000;

function open(options: Partial<TokenClientOptions> = {}) {
  const clock = createManualClock();
  const redactor = createRedactor();
  const events: LatchkeyEvent[] = [];
  const sent: { readonly operation: TokenOperation; readonly phase: string; readonly ended: string | undefined }[] = [];
  const tokenClient = createTokenClient({
    vendor: "acme",
    errors: { envelopes: [], table: [] },
    schemeName: "bearer",
    lifecycle: testLifecycle,
    urlOf: ({ path }) => `${fake.url}${path}`,
    async send({ url, method, headers, body }, operation, phase, signal, ended) {
      sent.push({ operation, phase, ended });
      return fetch(url, { method, headers, signal, ...(body === undefined ? {} : { body }) });
    },
    clock,
    redactor,
    emit: (event) => void events.push(event),
    deadlineInMs: 600_000,
    ...options,
  });
  const input: TokenRequestInput = {
    operation: obtain,
    phase: "obtain",
    identity,
    trigger: "cold",
    previous: undefined,
    inDoubtAttempt: false,
    storeNow: () => clock.now() - storeLagInMs,
    waitedInMs: () => 7,
    retryAt: () => 42,
  };
  const requestToken = (more: Partial<TokenRequestInput> = {}) => tokenClient.requestToken({ ...input, ...more });
  const requestRefresh = () => requestToken({ operation: refresh, phase: "refresh", previous });
  return {
    clock,
    redactor,
    events,
    sent,
    requestToken,
    requestRefresh,
    revoke: () => tokenClient.revoke(revoke, identity, previous),
  };
}

const discovering: TokenOperation = { ...obtain, path: "/token/.well-known/openid-configuration", discovery: true };
const grant = { access_token: "access-new", refresh_token: "refresh-new", expires_in: 3600 };

describe("a token request", () => {
  it("revokes no access token", async () => {
    fake.onToken = () => ({ body: grant });
    const { sent, requestToken, requestRefresh } = open();
    await requestToken();
    await requestRefresh();
    expect(sent).toEqual([
      { operation: obtain, phase: "obtain", ended: undefined },
      { operation: refresh, phase: "refresh", ended: undefined },
    ]);
  });

  it("for a discovery document is part of the sign-in, with its own method", async () => {
    fake.onToken = ({ method }) =>
      method === "GET" ? { body: { issuer: `${fake.url}/token`, token_endpoint: `${fake.url}/token` } } : undefined;
    const { sent, requestToken } = open();
    expect(await requestToken({ operation: discovering })).toMatchObject({ ok: true });
    expect(sent).toMatchObject([
      { operation: { ...discovering, method: "GET" }, phase: "obtain", ended: undefined },
      { operation: discovering, phase: "obtain", ended: undefined },
    ]);
  });

  it("is not sent where the discovery document is rejected", async () => {
    fake.onToken = () => ({ body: { issuer: "https://elsewhere.example" } });
    const { requestToken } = open();
    expect(await requestToken({ operation: discovering })).toMatchObject({
      ok: false,
      failure: { kind: "wrong_environment" },
    });
    expect(fake.tokenRequests).toHaveLength(1);
  });
});

describe("a granted token", () => {
  it("has a lifetime from the moment of the request, in the store's time", async () => {
    const { clock, events, requestToken } = open();
    fake.onToken = () => {
      clock.advance(60_000);
      return { body: grant };
    };
    const asked = clock.now();
    const reply = await requestToken();
    expect(reply).toMatchObject({
      ok: true,
      token: {
        accessToken: "access-new",
        obtainedAt: asked - storeLagInMs,
        expiresAt: asked - storeLagInMs + 3_600_000,
      },
    });
    expect(events).toEqual([
      {
        type: "refresh",
        vendor: "acme",
        scheme: "bearer",
        key: "key",
        trigger: "cold",
        grant: "client_credentials",
        outcome: "ok",
        waitedInMs: 7,
        durationInMs: 60_000,
        inDoubtAttempt: false,
        nextAt: asked + 3_600_000,
      },
    ]);
  });

  it("is a failure where it has expired when it arrives", async () => {
    const { clock, requestToken } = open();
    let tookInMs = 60_000;
    fake.onToken = () => {
      clock.advance(tookInMs);
      return { body: { access_token: "short", expires_in: 60 } };
    };
    const reply = await requestToken();
    expect(reply).toMatchObject({ ok: false, failure: { kind: "unexpected", outcome: "transient" } });
    const message = "the token had expired when it arrived; check this machine's clock, or try later";
    expect(reply).toHaveProperty("failure.message", message);
    tookInMs -= 1;
    expect(await requestToken()).toMatchObject({ ok: true });
  });

  it("is a secret from then on, and so is the refresh token that was sent", async () => {
    fake.onToken = () => ({ body: grant });
    const { redactor, requestRefresh } = open();
    await requestRefresh();
    for (const secret of ["access-new", "refresh-new", "refresh-old"])
      expect(redactor.redact(secret)).toBe("[redacted]");
  });
});

describe("a refused token request", () => {
  it("is a failure even with a token in the response", async () => {
    fake.onToken = () => ({ status: 400, body: grant });
    const { requestToken } = open();
    expect(await requestToken()).toMatchObject({ ok: false, failure: { status: 400, kind: "invalid_request" } });
  });

  it("is reported with its kind and the time of the next attempt", async () => {
    fake.onToken = () => ({ status: 503 });
    const { events, requestToken } = open();
    await requestToken();
    expect(events).toMatchObject([{ outcome: "unavailable", nextAt: 42 }]);
  });

  it("under a 200 is the error in its body", async () => {
    fake.onToken = () => ({ body: { error: "invalid_client", error_description: "who?" } });
    const { requestToken } = open();
    expect(await requestToken()).toMatchObject({
      ok: false,
      failure: {
        kind: "invalid_credentials",
        message: expect.stringContaining("sign-in was refused (200 invalid_client: who?)"),
      },
    });
  });

  it("does not show a refresh token that the server quotes", async () => {
    fake.onToken = ({ body }) => ({ status: 400, body: { error: "invalid_grant", error_description: body } });
    const { requestRefresh } = open();
    expect(await requestRefresh()).toMatchObject({
      failure: { message: expect.stringContaining("refresh_token=[redacted]") },
    });
  });
});

describe("a broken response", () => {
  it("leaves a one-time refresh token in doubt, unless it holds a new one", async () => {
    const { events, requestRefresh } = open();
    fake.onToken = () => ({ body: { expires_in: 3600 } });
    const message = "the token response has no access token; check the vendor's document against its token response";
    const broken = { kind: "unexpected", message };
    expect(await requestRefresh()).toEqual({
      ok: false,
      failure: expect.objectContaining({ ...broken, outcome: "in_doubt" }),
    });
    fake.onToken = () => ({ body: { refresh_token: "refresh-new" } });
    expect(await requestRefresh()).toEqual({
      ok: false,
      failure: expect.objectContaining({ ...broken, outcome: "transient" }),
      refreshToken: "refresh-new",
    });
    expect(events).toMatchObject([{ outcome: "in_doubt" }, { outcome: "unexpected" }]);
  });

  it("with a token of another type is a matter of configuration, which names the type and the setting", async () => {
    const { redactor, requestToken } = open();
    redactor.addCredential("hunterrabbit");
    fake.onToken = () => ({ body: { access_token: "a", token_type: "mac" } });
    expect(await requestToken()).toMatchObject({
      failure: {
        outcome: "configuration",
        message:
          'the token type is not one of Bearer, but "mac"; where this client can send such a token, add its type to tokenTypes of x-latchkey-lifecycle',
      },
    });
    fake.onToken = () => ({ body: { access_token: "a", token_type: "hunterrabbit" } });
    expect(await requestToken()).toHaveProperty("failure.message", expect.stringContaining('but "[redacted]"'));
  });

  it("leaves nothing in doubt at a sign-in, nor for a reusable refresh token", async () => {
    fake.onToken = () => "drop";
    expect(await open().requestToken()).toMatchObject({ failure: { inDoubt: true, outcome: "transient" } });
    const reusable = open({ lifecycle: { ...testLifecycle, rotates: false } });
    expect(await reusable.requestRefresh()).toMatchObject({ failure: { inDoubt: true, outcome: "transient" } });
  });
});

describe("a revocation", () => {
  it("succeeds with any success status, and names the access token", async () => {
    fake.onToken = () => ({ status: 204 });
    const session = open();
    expect(await session.revoke()).toBeUndefined();
    expect(session.sent).toEqual([{ operation: revoke, phase: "revoke", ended: "access-old" }]);
    expect(fake.tokenRequests.at(-1)?.body).toBe("token=refresh-old");
    expect(session.events).toEqual([]);
  });

  it("that is refused, gets no response, or a redirect, is a failure", async () => {
    fake.onToken = () => ({ status: 400, body: { error: "unsupported_token_type" } });
    expect(await open().revoke()).toMatchObject({
      code: "unsupported_token_type",
      message: expect.stringMatching(/^the revocation was refused/u),
    });
    fake.onToken = () => "drop";
    expect(await open().revoke()).toMatchObject({ kind: "unavailable" });
    expect(await open({ send: async () => Response.error() }).revoke()).toMatchObject({ status: 0 });
  });
});
