import { describe, expect, it } from "vitest";
import { createDiscovery } from "../../../src/auth/token-endpoint/discovery.ts";
import type { TokenEndpointResponse } from "../../../src/auth/token-endpoint/send-token-request.ts";
import type { TokenRequest } from "../../../src/auth/token-endpoint/token-request.ts";
import type { TokenOperation } from "../../../src/vendor.ts";

const operation: TokenOperation = {
  method: "POST",
  path: "/.well-known/openid-configuration",
  grant: "client_credentials",
  contentType: "application/x-www-form-urlencoded",
  clientAuthentication: "client_secret_basic",
  basic: { username: "$credentials.id", password: "$credentials.secret" },
  request: { grant_type: "client_credentials" },
  discovery: true,
};
const url = "https://a.example/.well-known/openid-configuration";
const tokenEndpoint = "https://a.example/token";
const metadata = { issuer: "https://a.example", token_endpoint: tokenEndpoint };

const answered = (body: unknown, status = 200): TokenEndpointResponse => ({
  answered: true,
  status,
  headers: new Headers(),
  body,
  isJson: true,
  receivedAt: 0,
  roundTripInMs: 0,
});

function open(...answers: TokenEndpointResponse[]) {
  const requests: TokenRequest[] = [];
  const discovery = createDiscovery(async (request) => {
    requests.push(request);
    return answers[Math.min(requests.length, answers.length) - 1] ?? answered({});
  });
  return { requests, find: (of = operation, at = url) => discovery.find(of, at) };
}

describe("a discovery document", () => {
  it("is requested once, and names the token endpoint", async () => {
    const { requests, find } = open(answered(metadata));
    expect(await find()).toEqual({ operation, url: tokenEndpoint });
    expect(await find()).toEqual({ operation, url: tokenEndpoint });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ url, method: "GET", body: undefined });
    expect([...(requests[0]?.headers ?? [])]).toEqual([["accept", "application/json"]]);
  });

  it("is kept for each issuer", async () => {
    const other = "https://b.example/.well-known/openid-configuration";
    const { find } = open(
      answered(metadata),
      answered({ issuer: "https://b.example", token_endpoint: "https://b.example/token" }),
    );
    await find();
    expect(await find(operation, other)).toMatchObject({ url: "https://b.example/token" });
  });

  it("may name its issuer with a trailing slash, or have another URL", async () => {
    expect(await open(answered({ ...metadata, issuer: "https://a.example/" })).find()).toHaveProperty("url");
    const { find } = open(answered({ token_endpoint: tokenEndpoint }));
    expect(await find(operation, "https://a.example/meta")).toHaveProperty("url", tokenEndpoint);
    const deeper = "https://a.example/.well-known/openid-configuration/more";
    expect(await find(operation, deeper)).toHaveProperty("url", tokenEndpoint);
  });

  it.each([
    ["no metadata", null],
    ["no metadata", "text"],
    ["another issuer", { ...metadata, issuer: "https://b.example" }],
    ["another issuer", { ...metadata, issuer: "https://a.example//" }],
    ["another issuer", { token_endpoint: tokenEndpoint }],
    ["no token endpoint", { issuer: metadata.issuer }],
    ["no token endpoint", { ...metadata, token_endpoint: 5 }],
    ["a token endpoint elsewhere", { ...metadata, token_endpoint: "https://b.example/token" }],
    ["a token endpoint elsewhere", { ...metadata, token_endpoint: "https://a.example:444/token" }],
    ["a token endpoint elsewhere", { ...metadata, token_endpoint: "not an address" }],
  ])("that names %s is rejected, and requested again", async (code, body) => {
    const { requests, find } = open(answered(body));
    const refused = { response: { answered: false, reason: "discovery", notSent: true, code } };
    expect(await find()).toEqual(refused);
    expect(await find()).toEqual(refused);
    expect(requests).toHaveLength(2);
  });

  it("that fails or is refused counts as the token endpoint's response", async () => {
    const silent = { answered: false, reason: "network", notSent: false, code: "EPIPE" } as const;
    const missing = answered(metadata, 404);
    const { find } = open(silent, missing, answered(metadata));
    expect(await find()).toEqual({ response: silent });
    expect(await find()).toEqual({ response: missing });
    expect(await find()).toHaveProperty("url");
  });

  it.each([
    [undefined, "client_secret_basic"],
    [["client_secret_post"], "client_secret_post"],
    [["client_secret_post", "client_secret_basic"], "client_secret_basic"],
    [["private_key_jwt"], "client_secret_basic"],
    ["client_secret_post", "client_secret_basic"],
  ])("that takes %j has the client authenticate by %s", async (methods, expected) => {
    const document = { ...metadata, token_endpoint_auth_methods_supported: methods };
    const { operation: found } = (await open(answered(document)).find()) as { operation: TokenOperation };
    expect(found.clientAuthentication).toBe(expected);
  });

  it("without HTTP Basic moves id and secret into the form", async () => {
    const document = { ...metadata, token_endpoint_auth_methods_supported: ["client_secret_post"] };
    const { basic, ...plain } = operation;
    expect(await open(answered(document)).find()).toEqual({
      url: tokenEndpoint,
      operation: {
        ...plain,
        clientAuthentication: "client_secret_post",
        request: { grant_type: "client_credentials", client_id: basic?.username, client_secret: basic?.password },
      },
    });
    expect(await open(answered(document)).find(plain)).toMatchObject({ operation: { request: plain.request } });
  });
});
