import { describe, expect, it } from "vitest";
import { connectivity } from "../../generated/connectivity/index.ts";
import { ConfigurationError, toVendorError } from "../../src/index.ts";
import { caught } from "../support/caught.ts";
import { openBench } from "../support/sandbox-harness.ts";
import { describeVendorRules } from "../support/vendor-rules.ts";

const open = (switches = {}) => openBench(connectivity, switches);

describe("connectivity", () => {
  describeVendorRules({
    vendor: connectivity,
    read: (client) => client.GET("/v1/ping"),
    readPath: "/v1/ping",
    lifetimeInSeconds: 3600,
    schedule: [1, 2, 4, 8, 16],
    wrong: { clientId: "sandbox-integration", clientSecret: "not-the-api-key" },
    environment: { main: { clientId: "CONNECTIVITY_CLIENT_ID", clientSecret: "CONNECTIVITY_CLIENT_SECRET" } },
  });

  describe("sign-in", () => {
    it("sends the client ID and the secret as HTTP Basic, and the grant type alone as a form", async () => {
      await using bench = await open();
      await bench.connect({ fetch: bench.fetch }).GET("/v1/ping");
      const [request, ping] = bench.wire;
      expect(request).toMatchObject({ method: "POST", path: "/oauth/v2/token", body: "grant_type=client_credentials" });
      expect(request?.headers.get("content-type")).toBe("application/x-www-form-urlencoded");
      expect(request?.headers.get("authorization")).toBe(`Basic ${btoa("sandbox-integration:sandbox-api-key")}`);
      expect(ping?.headers.get("authorization")).toMatch(/^Bearer \S+$/u);
    });

    it.each(["with space", "100%+plus", "Ünïcode-客户", "slash/and?query&"])(
      "encodes a client ID of one's own choosing as it is, in UTF-8: %s",
      async (clientId) => {
        await using bench = await open();
        const clientSecret = "p%4a+ä:colon is fine here";
        await caught(bench.connect({ fetch: bench.fetch, credentials: { clientId, clientSecret } }).GET("/v1/ping"));
        const sent = bench.wire[0]?.headers.get("authorization")?.replace("Basic ", "") ?? "";
        expect(Buffer.from(sent, "base64").toString("utf8")).toBe(`${clientId}:${clientSecret}`);
      },
    );

    it.each(["with:colon", "with\ttab", "line\nbreak"])(
      "refuses a client ID that Basic cannot carry: %j",
      async (clientId) => {
        await using bench = await open();
        expect(() => bench.connect({ credentials: { clientId, clientSecret: "sandbox-api-key" } })).toThrow(
          ConfigurationError,
        );
        const client = bench.connect({ credentials: () => ({ clientId, clientSecret: "sandbox-api-key" }) });
        const error = await caught(client.GET("/v1/ping"));
        expect(error).toBeInstanceOf(ConfigurationError);
        expect(String(error)).toContain("without a colon or a control character");
        expect(String(error)).not.toContain(clientId);
        expect(bench.sandbox.requests).toHaveLength(0);
      },
    );

    it("refused with an empty body or plain text is the same refusal as with a body", async () => {
      for (const variant of ["emptyBody", "plainText", []]) {
        await using bench = await open({ variant });
        const client = bench.connect({ credentials: { clientId: "anybody", clientSecret: "wrong-secret" } });
        const error = await caught(client.GET("/v1/ping"));
        expect(error).toMatchObject({ kind: "invalid_credentials", status: 401, outcome: "configuration" });
        expect(error).toHaveProperty("code", variant.length === 0 ? "invalid_client" : undefined);
        expect(String(error)).toContain("Check the client ID and the client secret");
        expect(bench.tokenRequests()).toBe(1);
      }
    });

    it("takes an opaque token like the sample's, and a JWT like the text's, and reads neither", async () => {
      for (const variant of [[], "jwt"]) {
        await using bench = await open({ variant });
        const client = bench.connect();
        expect((await client.GET("/v1/ping")).status).toBe(200);
        expect(client.auth.status()).toMatchObject([{ tokenType: "Bearer", estimated: false }]);
      }
    });
  });

  describe("an API call", () => {
    it("refused with 401 gets a new token once, whether the body says anything or not", async () => {
      for (const variant of ["emptyBody", "plainText", []]) {
        await using bench = await open({ variant });
        const client = bench.connect();
        await client.GET("/v1/ping");
        bench.sandbox.revokeAccessTokens();
        const { data, error, status } = await client.GET("/v1/ping");
        expect(status).toBe(200);
        expect(error).toBeUndefined();
        expect(data).toBeDefined();
        expect(bench.tokenRequests()).toBe(2);
      }
    });

    it("whose second 401 has an empty body still reads as a failure", async () => {
      await using bench = await open({ variant: "emptyBody" });
      const client = bench.connect();
      await client.GET("/v1/ping");
      bench.sandbox.set({ faults: [{ phase: "resource", as: "token-refused", times: 2 }] });
      const result = await client.GET("/v1/ping");
      expect(result.status).toBe(401);
      expect(result.data).toBeUndefined();
      expect(toVendorError(result)).toMatchObject({ kind: "invalid_token", code: undefined });
    });

    it("refused with 403 says to check the account's permissions and access", async () => {
      for (const variant of ["emptyBody", "plainText", []]) {
        await using bench = await open({ variant });
        const result = await bench.connect({ credentials: bench.account("forbidden") }).GET("/v1/ping");
        expect(toVendorError(result)).toMatchObject({ kind: "permission_denied", status: 403 });
        expect(toVendorError(result)?.advice).toContain("permissions and access");
        expect(bench.tokenRequests()).toBe(1);
      }
    });
  });
});
