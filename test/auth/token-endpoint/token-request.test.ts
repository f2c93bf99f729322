import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../../../src/index.ts";
import { toUserPass } from "../../../src/auth/credentials/basic-auth.ts";
import { formEncode } from "../../../src/util/form-encode.ts";
import { buildTokenRequest } from "../../../src/auth/token-endpoint/token-request.ts";
import type { TokenOperation } from "../../../src/vendor.ts";

const operation: TokenOperation = {
  method: "POST",
  path: "/token",
  grant: "client_credentials",
  contentType: "application/x-www-form-urlencoded",
  clientAuthentication: "client_secret_post",
  request: { grant_type: "client_credentials", client_id: "$credentials.id", scope: "$credentials.scope" },
};
const sources = { credentials: { id: "a b", secret: "s:ü/" }, token: { refreshToken: "r" } };
const build = (more: Partial<TokenOperation> = {}) =>
  buildTokenRequest("acme", { ...operation, ...more }, "https://acme.example/token", sources);

describe("a token request", () => {
  it("is a form, without fields that have no value", () => {
    const { url, method, headers, body } = build();
    expect({ url, method, body }).toEqual({
      url: "https://acme.example/token",
      method: "POST",
      body: "grant_type=client_credentials&client_id=a+b",
    });
    expect([...headers]).toEqual([
      ["accept", "application/json"],
      ["content-type", "application/x-www-form-urlencoded"],
    ]);
  });

  it("may be JSON", () => {
    const { headers, body } = build({ contentType: "application/json" });
    expect(JSON.parse(body ?? "")).toEqual({ grant_type: "client_credentials", client_id: "a b" });
    expect(headers.get("content-type")).toBe("application/json");
  });

  it("without a body has no content type", () => {
    const { headers, body } = build({ method: "DELETE", request: {} });
    expect(body).toBeUndefined();
    expect(headers.has("content-type")).toBe(false);
  });

  it("has the document's headers that have a value", () => {
    const { headers } = build({
      headers: { "x-id": "$credentials.id", "x-none": "$credentials.none", "x-fixed": "1" },
    });
    expect([headers.get("x-id"), headers.has("x-none"), headers.get("x-fixed")]).toEqual(["a b", false, "1"]);
  });

  it("is not built with a value that a header cannot hold, which is named and not quoted", () => {
    for (const [name, text] of [
      ["after", "x\n"],
      ["before", "\nx"],
    ] as const) {
      const make = () =>
        buildTokenRequest("acme", { ...operation, headers: { "x-id": `$credentials.${name}` } }, "https://a.example", {
          credentials: { [name]: text },
        });
      expect(make).toThrow(ConfigurationError);
      expect(make).toThrow(`acme: credentials.${name} has characters that the header x-id cannot contain`);
    }
  });

  it("authenticates by HTTP Basic where the document says so, raw or form-encoded", () => {
    const basic = { username: "$credentials.id", password: "$credentials.secret" };
    const sent = (more: Partial<TokenOperation>) => {
      const header = build(more).headers.get("authorization");
      return header && Buffer.from(header.replace(/^Basic /u, ""), "base64").toString();
    };
    expect(sent({ clientAuthentication: "client_secret_basic", basic })).toBe("a b:s:ü/");
    expect(sent({ clientAuthentication: "client_secret_basic", basic: { ...basic, encoding: "raw" } })).toBe(
      "a b:s:ü/",
    );
    expect(sent({ clientAuthentication: "client_secret_basic", basic: { ...basic, encoding: "form" } })).toBe(
      "a+b:s%3A%C3%BC%2F",
    );
    expect(
      sent({
        clientAuthentication: "client_secret_basic",
        basic: { username: "$credentials.id", password: "$credentials.none" },
      }),
    ).toBe("a b:");
    expect(
      sent({
        clientAuthentication: "client_secret_basic",
        basic: { username: "$credentials.none", password: "$credentials.id" },
      }),
    ).toBe(":a b");
    expect(sent({ clientAuthentication: "client_secret_basic" })).toBeNull();
    expect(sent({ clientAuthentication: "client_secret_post", basic })).toBeNull();
  });

  it("encodes as RFC 7617 and RFC 6749 say", () => {
    expect(toUserPass("ü", "ÿ")).toBe(Buffer.from("ü:ÿ").toString("base64"));
    expect(formEncode("a b&c=ü")).toBe("a+b%26c%3D%C3%BC");
  });
});
