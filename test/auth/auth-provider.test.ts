import { describe, expect, it } from "vitest";
import { createRedactor } from "../../src/errors/redactor.ts";
import { ConfigurationError, createMemoryStore } from "../../src/index.ts";
import { createFixedProvider, createTokenProvider, createStaticProvider } from "../../src/auth/auth-provider.ts";
import { createCredentialSource } from "../../src/auth/credentials/credential-source.ts";
import type { SecurityScheme } from "../../src/vendor.ts";
import { createTokenManagerHarness } from "../support/token-manager-harness.ts";
import { createManualClock } from "../support/manual-clock.ts";

const rejection = { operation: "GET /things", reason: "invalid_token" } as const;
const send = { in: "header", name: "Authorization" } as const;

describe("a token provider", () => {
  function open() {
    const clock = createManualClock();
    let count = 0;
    const { manager } = createTokenManagerHarness({
      clock,
      store: createMemoryStore({ clock }),
      async answer() {
        count += 1;
        return Response.json({ access_token: `access-${count}`, expires_in: 3600 });
      },
    });
    const redactor = createRedactor();
    return { clock, manager, redactor, provider: createTokenProvider({ send, credentials: {} }, manager, redactor) };
  }

  it("returns a known token at once, and makes it a secret", async () => {
    const { provider, manager, redactor } = open();
    expect(await provider.getValue()).toBe("access-1");
    expect(provider.getValue()).toBe("access-1");
    expect(provider.key).toBe((await manager.identity()).key);
    expect(redactor.redact("access-1")).toBe("[redacted]");
  });

  it("replaces a rejected token, and makes the new one a secret", async () => {
    const { provider, redactor } = open();
    await provider.getValue();
    provider.markAccepted("access-1");
    expect(await provider.replaceRejected("access-1", rejection)).toBe("access-2");
    expect(redactor.redact("access-2")).toBe("[redacted]");
    provider.markSuspect("access-2", rejection);
    provider.markAccepted("another");
    expect(await provider.replaceRejected("access-1", rejection)).toBe("access-2");
  });

  it("does not replace a suspect token until its back-off slot is over", async () => {
    const { provider, clock } = open();
    await provider.getValue();
    clock.advance(6_000);
    provider.markSuspect("access-1", rejection);
    expect(await provider.replaceRejected("access-1", rejection)).toBeUndefined();
    clock.advance(1_000);
    expect(await provider.replaceRejected("access-1", rejection)).toBe("access-2");
  });
});

describe("a fixed provider", () => {
  it("has no replacement", async () => {
    const provider = createFixedProvider({ send, credentials: {} }, "fixed");
    expect(provider.getValue()).toBe("fixed");
    await expect(provider.replaceRejected("fixed", rejection)).resolves.toBeUndefined();
    expect(provider.key).toBe("");
    provider.markAccepted("fixed");
    provider.markSuspect("fixed", rejection);
  });
});

describe("a static provider", () => {
  const raw: SecurityScheme = {
    send,
    credentials: { key: { secret: true }, name: { secret: false } },
    value: { as: "raw", value: "$credentials.key" },
  };
  const basic: SecurityScheme = {
    send,
    credentials: { user: { secret: false }, pass: { secret: true } },
    value: { as: "basic", username: "$credentials.user", password: "$credentials.pass" },
  };
  function open(scheme: SecurityScheme, given: object | (() => object)) {
    const redactor = createRedactor();
    const source = createCredentialSource("acme", scheme, given, createManualClock());
    return { redactor, provider: createStaticProvider("acme", scheme, source, redactor, 1_000) };
  }

  it("resolves its credential once, and makes it a secret, but not credentials declared public", async () => {
    const { provider, redactor } = open(raw, { key: "secret-key", name: "some-name" });
    expect(await provider.getValue()).toBe("secret-key");
    expect(provider.key).toBe("");
    expect(provider.getValue()).toBe("secret-key");
    expect(redactor.redact("secret-key some-name")).toBe("[redacted] some-name");
  });

  it("encodes a user and a password for Basic, of any characters but controls", async () => {
    const { provider, redactor } = open(basic, { user: "user ü", pass: "secret-pass" });
    const text = Buffer.from("user ü:secret-pass").toString("base64");
    expect(await provider.getValue()).toBe(text);
    expect(redactor.redact(`secret-pass ${text}`)).toBe("[redacted] [redacted]");
    await expect(open(basic, { user: "a\nb", pass: "c" }).provider.getValue()).rejects.toBeInstanceOf(
      ConfigurationError,
    );
    await expect(open(basic, { user: "ab", pass: "c\u0007" }).provider.getValue()).rejects.toBeInstanceOf(
      ConfigurationError,
    );
  });

  it.each(["ü", "a\n", "\na", "a\u0000b"])(
    "names a credential that a header cannot hold (%j) without quoting it",
    async (key) => {
      const error = await Promise.resolve(open(raw, { key }).provider.getValue()).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(error).toMatchObject({
        message: "acme: credentials.key is missing, or has characters that a header cannot contain",
      });
    },
  );

  it("names a missing credential", async () => {
    await expect(open(raw, { name: "some-name" }).provider.getValue()).rejects.toThrow("credentials.key is missing");
  });

  it("asks to generate the vendor again for a scheme without a value", async () => {
    const { value: _, ...empty } = raw;
    await expect(open(empty, { key: "k" }).provider.getValue()).rejects.toThrow("generate the vendor again");
  });

  it("has no replacement where the credential is a value", async () => {
    const { provider } = open(raw, { key: "secret-1" });
    await provider.getValue();
    expect(await provider.replaceRejected("secret-1", rejection)).toBeUndefined();
  });

  it("calls a credentials function again after a 401, and replaces the credential where it has changed", async () => {
    let serial = 1;
    let calls = 0;
    const { provider } = open(raw, () => {
      calls += 1;
      return { key: `secret-${serial}` };
    });
    expect(await provider.replaceRejected("older", rejection)).toBe("secret-1");
    expect(await provider.replaceRejected("secret-1", rejection)).toBeUndefined();
    serial = 2;
    expect(await provider.replaceRejected("secret-1", rejection)).toBe("secret-2");
    expect(provider.getValue()).toBe("secret-2");
    // A late 401 to the old credential.
    expect(await provider.replaceRejected("secret-1", rejection)).toBe("secret-2");
    expect(calls).toBe(3);
    provider.markAccepted("secret-2");
    provider.markSuspect("secret-2", rejection);
  });
});
