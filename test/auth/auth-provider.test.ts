import { describe, expect, it } from "vitest";
import { createRedactor } from "../../src/errors/redactor.ts";
import { ConfigurationError, createMemoryStore } from "../../src/index.ts";
import { createFixedProvider, createTokenProvider, createStaticProvider } from "../../src/auth/auth-provider.ts";
import { createCredentialSource } from "../../src/auth/credentials/credential-source.ts";
import type { SecurityScheme } from "../../src/vendor.ts";
import { createTokenManagerHarness } from "../support/token-manager-harness.ts";
import { createManualClock } from "../support/manual-clock.ts";

const refusal = { operation: "GET /things", reason: "invalid_token" } as const;
const send = { in: "header", name: "Authorization" } as const;

describe("a managed token on a request", () => {
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
    const scrubber = createRedactor();
    return { clock, manager, scrubber, bearer: createTokenProvider({ send, credentials: {} }, manager, scrubber) };
  }

  it("is there at once when it is known, and secret from then on", async () => {
    const { bearer, manager, scrubber } = open();
    expect(await bearer.getValue()).toBe("access-1");
    expect(bearer.getValue()).toBe("access-1");
    expect(bearer.key).toBe((await manager.identity()).key);
    expect(scrubber.redact("access-1")).toBe("[redacted]");
  });

  it("that was refused is replaced, and the new one is as secret", async () => {
    const { bearer, scrubber } = open();
    await bearer.getValue();
    bearer.markAccepted("access-1");
    expect(await bearer.replaceRejected("access-1", refusal)).toBe("access-2");
    expect(scrubber.redact("access-2")).toBe("[redacted]");
    bearer.markSuspect("access-2");
    bearer.markAccepted("another");
    expect(await bearer.replaceRejected("access-1", refusal)).toBe("access-2");
  });

  it("that is suspected has no successor in its back-off slot", async () => {
    const { bearer, clock } = open();
    await bearer.getValue();
    clock.advance(6_000);
    bearer.markSuspect("access-1");
    expect(await bearer.replaceRejected("access-1", refusal)).toBeUndefined();
    clock.advance(1_000);
    expect(await bearer.replaceRejected("access-1", refusal)).toBe("access-2");
  });
});

describe("one token and no other", () => {
  it("has no successor", async () => {
    const bearer = createFixedProvider({ send, credentials: {} }, "fixed");
    expect(bearer.getValue()).toBe("fixed");
    await expect(bearer.replaceRejected("fixed", refusal)).resolves.toBeUndefined();
    expect(bearer.key).toBe("");
    bearer.markAccepted("fixed");
    bearer.markSuspect("fixed");
  });
});

describe("a credential that is sent as it is", () => {
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
    const scrubber = createRedactor();
    const source = createCredentialSource("acme", scheme, given, createManualClock());
    return { scrubber, bearer: createStaticProvider("acme", scheme, source, scrubber, 1_000) };
  }

  it("is asked for once, and is secret from then on; names are not", async () => {
    const { bearer, scrubber } = open(raw, { key: "secret-key", name: "some-name" });
    expect(await bearer.getValue()).toBe("secret-key");
    expect(bearer.key).toBe("");
    expect(bearer.getValue()).toBe("secret-key");
    expect(scrubber.redact("secret-key some-name")).toBe("[redacted] some-name");
  });

  it("may be a user and a password, of any characters but controls", async () => {
    const { bearer, scrubber } = open(basic, { user: "user ü", pass: "secret-pass" });
    const text = Buffer.from("user ü:secret-pass").toString("base64");
    expect(await bearer.getValue()).toBe(text);
    expect(scrubber.redact(`secret-pass ${text}`)).toBe("[redacted] [redacted]");
    await expect(open(basic, { user: "a\nb", pass: "c" }).bearer.getValue()).rejects.toBeInstanceOf(ConfigurationError);
    await expect(open(basic, { user: "ab", pass: "c\u0007" }).bearer.getValue()).rejects.toBeInstanceOf(
      ConfigurationError,
    );
  });

  it.each(["ü", "a\n", "\na", "a\u0000b"])("that no header can hold (%j) is named, and not shown", async (key) => {
    const error = await Promise.resolve(open(raw, { key }).bearer.getValue()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({
      message: "acme: credentials.key is missing, or holds characters no header may hold",
    });
  });

  it("that is missing is named", async () => {
    await expect(open(raw, { name: "some-name" }).bearer.getValue()).rejects.toThrow("credentials.key is missing");
  });

  it("of a scheme that does not say what to send asks for the vendor to be generated again", async () => {
    const { value: _, ...empty } = raw;
    await expect(open(empty, { key: "k" }).bearer.getValue()).rejects.toThrow("generate the vendor again");
  });

  it("has no successor where it is a value", async () => {
    const { bearer } = open(raw, { key: "secret-1" });
    await bearer.getValue();
    expect(await bearer.replaceRejected("secret-1", refusal)).toBeUndefined();
  });

  it("of a function is asked for again when it is refused, and counts where it has changed", async () => {
    let serial = 1;
    let asked = 0;
    const { bearer } = open(raw, () => {
      asked += 1;
      return { key: `secret-${serial}` };
    });
    expect(await bearer.replaceRejected("older", refusal)).toBe("secret-1");
    expect(await bearer.replaceRejected("secret-1", refusal)).toBeUndefined();
    serial = 2;
    expect(await bearer.replaceRejected("secret-1", refusal)).toBe("secret-2");
    expect(bearer.getValue()).toBe("secret-2");
    // A late refusal of the old one.
    expect(await bearer.replaceRejected("secret-1", refusal)).toBe("secret-2");
    expect(asked).toBe(3);
    bearer.markAccepted("secret-2");
    bearer.markSuspect("secret-2");
  });
});
