import { describe, expect, it } from "vitest";
import { checkCredentials, undefinedCredentials } from "../../../src/auth/credentials/credentials.ts";
import { ConfigurationError } from "../../../src/index.ts";
import type { SecurityScheme } from "../../../src/vendor.ts";

const scheme: SecurityScheme = {
  send: { in: "header", name: "Authorization" },
  credentials: {
    id: { secret: false, pattern: "^\\d+$", description: "digits" },
    secret: { secret: true },
    region: { secret: false, default: "eu" },
    code: { secret: true, pattern: "^[A-Z]$" },
    sign: { secret: false, pattern: "^.$" },
  },
};
const check = (given: object) => checkCredentials("acme", scheme, given);

describe("checkCredentials", () => {
  it("fills in defaults, and keeps what is undefined, so that an error can name it", () => {
    expect(check({ id: "1", secret: undefined })).toStrictEqual({ id: "1", secret: undefined, region: "eu" });
    expect(undefinedCredentials({ id: undefined, secret: undefined })).toBe(
      "credentials.id, credentials.secret are undefined, as an environment variable is that is not set",
    );
    expect(undefinedCredentials({ id: "1" })).toBeUndefined();
    expect(check({ region: "us" })).toEqual({ region: "us" });
  });

  it.each([
    [{ other: "x" }, "credentials.other is not a credential of this vendor; it takes id, secret, region, code, sign"],
    [{ constructor: "x" }, "credentials.constructor is not a credential of this vendor"],
    [{ secret: "" }, "credentials.secret must be a non-empty string"],
    [{ secret: 5 }, "credentials.secret must be a non-empty string"],
    [{ secret: null }, "credentials.secret must be a non-empty string"],
    [{ id: "CANARY" }, "credentials.id does not match ^\\d+$ (digits)"],
    [{ code: "CANARY" }, "credentials.code does not match ^[A-Z]$"],
  ])("refuses %j by the name of the credential, and never quotes the value", (given, message) => {
    const make = () => check(given);
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(message);
    expect(make).not.toThrow("CANARY");
    expect(make).not.toThrow("()");
  });

  it("matches patterns by code points", () => {
    expect(check({ sign: "👍" })).toMatchObject({ sign: "👍" });
  });
});
