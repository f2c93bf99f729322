/** Clients set up as their documentation shows, with a token from before the measurement: one call, its JSON parsed. */
import createClient from "openapi-fetch";
import type { CallInit, Success } from "../../../src/client/call-types.ts";
import { connect } from "../../../src/index.ts";
import type { Vendor } from "../../../src/vendor.ts";
import { oauthLifecycle } from "../../lib/oauth-lifecycle.ts";

export type Call = () => Promise<unknown>;
export type Create = (url: string, mode: string) => Promise<Call>;

const token = "bench-access-token";
const headers = { authorization: `Bearer ${token}` };

interface Paths {
  "/v2/things/{id}": {
    parameters: { query?: never; header?: never; path: { id: string }; cookie?: never };
    get: {
      parameters: { query?: { page?: number }; path: { id: string } };
      responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { id: string } } } };
    };
  };
}

interface GetThing extends CallInit {
  params: Paths["/v2/things/{id}"]["get"]["parameters"];
}

export const vendor: Vendor<{
  paths: { "/v2/things/{id}": { GET(init: GetThing): Promise<Success<200, { id: string }>> } };
  methods: { GET: "/v2/things/{id}" };
  credentials: object;
  actors: never;
  servers: string;
  hosts: never;
  codes: never;
  items: object;
  batches: object;
}> = {
  contract: 1,
  name: "bench",
  title: "Bench",
  version: "1",
  servers: {},
  schemes: {
    bearer: {
      send: { in: "header", name: "Authorization", prefix: "Bearer " },
      credentials: { clientId: { secret: false }, clientSecret: { secret: true } },
      lifecycle: { obtain: oauthLifecycle.obtain, response: oauthLifecycle.response },
    },
  },
  security: [{ bearer: [] }],
  operations: {},
  errors: { envelopes: [], table: [] },
};

const init = { params: { path: { id: "thing-1" }, query: { page: 1 } } };

export const own: Readonly<Record<string, Create>> = {
  async "bare fetch"(url) {
    return async () => (await fetch(`${url}/v2/things/thing-1?page=1`, { headers })).json();
  },
  async "openapi-fetch"(url) {
    const client = createClient<Paths>({ baseUrl: url, headers });
    return () => client.GET("/v2/things/{id}", init);
  },
  async latchkey(url) {
    const api = connect(vendor, { server: { url }, credentials: { clientId: "bench", clientSecret: "bench-secret" } });
    return () => api.GET("/v2/things/{id}", init);
  },
  async "latchkey, no timeout"(url) {
    const api = connect(vendor, {
      server: { url },
      credentials: { clientId: "bench", clientSecret: "bench-secret" },
      timeoutInMs: Number.POSITIVE_INFINITY,
    });
    return () => api.GET("/v2/things/{id}", init);
  },
};
