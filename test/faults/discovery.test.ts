import { expect, it } from "vitest";
import { connect, createMemoryStore } from "../../src/index.ts";
import { caught } from "../support/caught.ts";
import { evaluate, generateText, textOf } from "../support/generated.ts";
import { type Answer, startLoopback } from "../support/loopback.ts";

const document = (server: string) => `openapi: 3.1.0
info: { title: Acme, version: "1" }
servers: [{ url: ${server} }]
security: [{ oidc: [] }]
paths: { /things: { get: { operationId: list, responses: { "200": { description: All } } } } }
components:
  securitySchemes:
    oidc: { type: openIdConnect, openIdConnectUrl: "${server}/.well-known/openid-configuration" }
`;
const json = (body: object): Answer => ({
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});
const token = json({ access_token: "t-1", token_type: "Bearer", expires_in: 300 });

it.each([
  [
    "a token endpoint elsewhere",
    (origin: string, other: string) => ({ issuer: origin, token_endpoint: `${other}/token` }),
  ],
  ["another issuer", (origin: string, other: string) => ({ issuer: other, token_endpoint: `${origin}/token` })],
  ["no token endpoint", (origin: string) => ({ issuer: origin })],
])("S17 credentials go to nobody where the discovery document names %s", async (what, said) => {
  await using other = await startLoopback({ "/token": token });
  await using server = await startLoopback((origin) => ({
    "/.well-known/openid-configuration": json(said(origin, other.origin)),
    "/token": token,
  }));
  const vendor = Object(evaluate(textOf(await generateText(document(server.origin)), "vendor.ts")).acme);
  const credentials = { clientId: "erp", clientSecret: "s3cret" };
  const client: { GET(path: string): Promise<unknown> } = Object(
    connect(vendor, { credentials, store: createMemoryStore() }),
  );
  expect(await caught(client.GET("/things"))).toMatchObject({
    name: "AuthError",
    outcome: "security",
    kind: "wrong_environment",
    message: expect.stringContaining(`names ${what}, where no credentials may be sent`),
  });
  expect(other.requests).toEqual([]);
  expect(server.requests).toEqual(["GET /.well-known/openid-configuration"]);
});
