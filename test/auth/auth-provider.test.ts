import { describe, expect, it } from "vitest";
import { createScrubber } from "../../src/errors/redactor.ts";
import { ConfigurationError, createMemoryStore } from "../../src/index.ts";
import { createFixedBearer, createManagedBearer, createStaticBearer } from "../../src/auth/auth-provider.ts";
import { createCredentialSource } from "../../src/auth/credentials/credential-source.ts";
import type { SecurityScheme } from "../../src/vendor.ts";
import { createManagerBench } from "../support/token-manager-harness.ts";
import { createManualClock } from "../support/manual-clock.ts";

const refusal = { operation: "GET /things", reason: "invalid_token" } as const;
const send = { in: "header", name: "Authorization" } as const;

describe("a managed token on a request", () => {
  function open() {
    const clock = createManualClock();
    let count = 0;
    const { manager } = createManagerBench({
      clock,
      store: createMemoryStore({ clock }),
      async answer() {
        count += 1;
        return Response.json({ access_token: `access-${count}`, expires_in: 3600 });
      },
    });
    const scrubber = createScrubber();
    return { clock, manager, scrubber, bearer: createManagedBearer({ send, credentials: {} }, manager, scrubber) };
  }

  it("is there at once when it is known, and secret from then on", async () => {
    const { bearer, manager, scrubber } = open();
    expect(await bearer.value()).toBe("access-1");
    expect(bearer.value()).toBe("access-1");
    expect(bearer.key).toBe((await manager.identity()).key);
    expect(scrubber.quote("access-1")).toBe("[redacted]");
  });

  it("that was refused is replaced, and the new one is as secret", async () => {
    const { bearer, scrubber } = open();
    await bearer.value();
    bearer.accepted("access-1");
    expect(await bearer.replace("access-1", refusal)).toBe("access-2");
    expect(scrubber.quote("access-2")).toBe("[redacted]");
    bearer.suspected("access-2");
    bearer.accepted("another");
    expect(await bearer.replace("access-1", refusal)).toBe("access-2");
  });

  it("that is suspected has no successor in its back-off slot", async () => {
    const { bearer, clock } = open();
    await bearer.value();
    clock.advance(6_000);
    bearer.suspected("access-1");
    expect(await bearer.replace("access-1", refusal)).toBeUndefined();
    clock.advance(1_000);
    expect(await bearer.replace("access-1", refusal)).toBe("access-2");
  });
});

describe("one token and no other", () => {
  it("has no successor", async () => {
    const bearer = createFixedBearer({ send, credentials: {} }, "fixed");
    expect(bearer.value()).toBe("fixed");
    await expect(bearer.replace("fixed", refusal)).resolves.toBeUndefined();
    expect(bearer.key).toBe("");
    bearer.accepted("fixed");
    bearer.suspected("fixed");
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
    const scrubber = createScrubber();
    const source = createCredentialSource("acme", scheme, given, createManualClock());
    return { scrubber, bearer: createStaticBearer("acme", scheme, source, scrubber, 1_000) };
  }

  it("is asked for once, and is secret from then on; names are not", async () => {
    const { bearer, scrubber } = open(raw, { key: "secret-key", name: "some-name" });
    expect(await bearer.value()).toBe("secret-key");
    expect(bearer.key).toBe("");
    expect(bearer.value()).toBe("secret-key");
    expect(scrubber.quote("secret-key some-name")).toBe("[redacted] some-name");
  });

  it("may be a user and a password, of any characters but controls", async () => {
    const { bearer, scrubber } = open(basic, { user: "user ü", pass: "secret-pass" });
    const text = Buffer.from("user ü:secret-pass").toString("base64");
    expect(await bearer.value()).toBe(text);
    expect(scrubber.quote(`secret-pass ${text}`)).toBe("[redacted] [redacted]");
    await expect(open(basic, { user: "a\nb", pass: "c" }).bearer.value()).rejects.toBeInstanceOf(ConfigurationError);
    await expect(open(basic, { user: "ab", pass: "c\u0007" }).bearer.value()).rejects.toBeInstanceOf(
      ConfigurationError,
    );
  });

  it.each(["ü", "a\n", "\na", "a\u0000b"])("that no header can hold (%j) is named, and not shown", async (key) => {
    const error = await Promise.resolve(open(raw, { key }).bearer.value()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({
      message: "acme: credentials.key is missing, or holds characters no header may hold",
    });
  });

  it("that is missing is named", async () => {
    await expect(open(raw, { name: "some-name" }).bearer.value()).rejects.toThrow("credentials.key is missing");
  });

  it("of a scheme that does not say what to send asks for the vendor to be generated again", async () => {
    const { value: _, ...empty } = raw;
    await expect(open(empty, { key: "k" }).bearer.value()).rejects.toThrow("generate the vendor again");
  });

  it("has no successor where it is a value", async () => {
    const { bearer } = open(raw, { key: "secret-1" });
    await bearer.value();
    expect(await bearer.replace("secret-1", refusal)).toBeUndefined();
  });

  it("of a function is asked for again when it is refused, and counts where it has changed", async () => {
    let serial = 1;
    let asked = 0;
    const { bearer } = open(raw, () => {
      asked += 1;
      return { key: `secret-${serial}` };
    });
    expect(await bearer.replace("older", refusal)).toBe("secret-1");
    expect(await bearer.replace("secret-1", refusal)).toBeUndefined();
    serial = 2;
    expect(await bearer.replace("secret-1", refusal)).toBe("secret-2");
    expect(bearer.value()).toBe("secret-2");
    // A late refusal of the old one.
    expect(await bearer.replace("secret-1", refusal)).toBe("secret-2");
    expect(asked).toBe(3);
    bearer.accepted("secret-2");
    bearer.suspected("secret-2");
  });
});
