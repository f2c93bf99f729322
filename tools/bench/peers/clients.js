/** Other clients, set up as their documentation shows, with a token from before the measurement: one call, its JSON parsed. */
import {
  createDefaultHttpClient,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  defaultRetryPolicy,
} from "@azure/core-rest-pipeline";
import { ClientBuilder } from "@commercetools/ts-client";
import { SDK as Formance } from "@formance/formance-sdk";
import { BaseBearerTokenAuthenticationProvider, HttpMethod, RequestInformation } from "@microsoft/kiota-abstractions";
import { FetchRequestAdapter } from "@microsoft/kiota-http-fetchlibrary";
import { PipedreamClient } from "@pipedream/sdk";
import axios from "axios";
import { OAuth2Client } from "google-auth-library";
import ky from "ky";
import OpenAI from "openai";
import createClient from "openapi-fetch";
import Telnyx from "telnyx";
import * as heyApi from "./node_modules/hey-api-client.mjs";

const token = "bench-access-token";
const headers = { authorization: `Bearer ${token}` };

export const peers = {
  async ky(url) {
    return () => ky(`${url}/v2/things/thing-1?page=1`, { headers }).json();
  },
  async "openapi-fetch + ky"(url) {
    const fetch = (request) => ky(request, { throwHttpErrors: false });
    const client = createClient({ baseUrl: url, headers, fetch });
    const init = { params: { path: { id: "thing-1" }, query: { page: 1 } } };
    return () => client.GET("/v2/things/{id}", init);
  },
  async axios(url, mode) {
    const client = axios.create({ baseURL: url, headers, adapter: mode === "memory" ? "fetch" : "http" });
    return async () => (await client.get("/v2/things/thing-1", { params: { page: 1 } })).data;
  },
  async "@azure/core-rest-pipeline"(url) {
    const http = createDefaultHttpClient();
    const pipeline = createEmptyPipeline();
    // Its own token policy allows https only.
    const sign = {
      name: "sign",
      sendRequest(request, next) {
        request.headers.set("authorization", headers.authorization);
        return next(request);
      },
    };
    pipeline.addPolicy(defaultRetryPolicy(), { phase: "Retry" });
    pipeline.addPolicy(sign, { phase: "Sign" });
    return async () => {
      const request = createPipelineRequest({
        url: `${url}/v2/things/thing-1?page=1`,
        headers: createHttpHeaders(),
        allowInsecureConnection: true,
      });
      return JSON.parse((await pipeline.sendRequest(http, request)).bodyAsText);
    };
  },
  async "hey-api"(url) {
    const client = heyApi.createClient(heyApi.createConfig({ baseUrl: url, auth: () => token }));
    return async () => (await heyApi.getThing({ client, path: { id: "thing-1" }, query: { page: 1 } })).data;
  },
  async commercetools(url) {
    const client = new ClientBuilder()
      .withExistingTokenFlow(`Bearer ${token}`, { force: true })
      .withHttpMiddleware({ host: url, httpClient: (...sent) => fetch(...sent) })
      .build();
    const request = { uri: "/v2/things/thing-1", method: "GET", queryParams: { page: 1 }, headers: {} };
    return async () => (await client.execute(request)).body;
  },
  async "openai (Stainless)"(url) {
    const client = new OpenAI({ apiKey: token, baseURL: url });
    return () => client.models.retrieve("thing-1");
  },
  async "telnyx (Stainless)"(url) {
    const client = new Telnyx({ apiKey: token, baseURL: url });
    return () => client.balance.retrieve();
  },
  async "formance (Speakeasy)"(url) {
    const client = new Formance({
      serverURL: url,
      security: { clientID: "bench", clientSecret: "bench", tokenURL: `${url}/token` },
    });
    return () => client.ledger.v2.getInfo();
  },
  async "pipedream (Fern)"(url) {
    const client = new PipedreamClient({
      clientId: "bench",
      clientSecret: "bench",
      projectId: "proj_1",
      projectEnvironment: "development",
      environment: url,
      baseUrl: url,
    });
    return () => client.projects.retrieve("thing-1");
  },
  async Kiota(url) {
    const provider = new BaseBearerTokenAuthenticationProvider({
      getAuthorizationToken: async () => token,
      getAllowedHostsValidator: () => ({ isUrlHostValid: () => true, getAllowedHosts: () => [], setAllowedHosts() {} }),
    });
    const adapter = new FetchRequestAdapter(provider);
    return async () => {
      const request = new RequestInformation(HttpMethod.GET, `${url}/v2/things/thing-1?page=1`);
      return JSON.parse(new TextDecoder().decode(await adapter.sendPrimitive(request, "ArrayBuffer", undefined)));
    };
  },
  async "google-auth-library"(url) {
    const client = new OAuth2Client();
    client.setCredentials({ access_token: token, expiry_date: Date.now() + 86_400_000 });
    return async () => (await client.request({ url: `${url}/v2/things/thing-1?page=1` })).data;
  },
};

/** Clients that send through node:http or their own fetch, so that replacing the global fetch has no effect. */
export const loopbackOnly = ["@azure/core-rest-pipeline", "google-auth-library"];
