/** Hooks of openapi-react-query in rendered React components, with our client and a mocked vendor. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Window } from "happy-dom";
import { HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { createOpenApiHttp } from "openapi-msw";
import createQueryClient from "openapi-react-query";
import { Component, createElement, type ReactNode, Suspense } from "react";
import { flushSync } from "react-dom";
import { createRoot, type Root } from "react-dom/client";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { type paths, propeller } from "../../generated/propeller/index.ts";
import { asFetchClient, connect, createMemoryStore, VendorError } from "../../src/index.ts";

const url = "https://shop.invalid";
const http = createOpenApiHttp<paths>({ baseUrl: url });
const token = http.post("/oauth2/token", ({ response }) =>
  response(200).json({ access_token: "token", token_type: "Bearer", expires_in: 1800 }),
);
const server = setupServer();
const window = new Window();

beforeAll(() => {
  server.listen({ onUnhandledRequest: "error" });
  vi.stubGlobal("window", window);
  vi.stubGlobal("document", window.document);
});
afterAll(() => server.close());

const open = () => {
  const credentials = { clientId: "client", clientSecret: "secret" };
  return createQueryClient(
    asFetchClient(connect(propeller, { credentials, server: { url }, store: createMemoryStore(), retries: false })),
  );
};

let $api: ReturnType<typeof open>;
let queries: QueryClient;
let container: HTMLElement;
let root: Root;
beforeEach(() => {
  server.use(token);
  $api = open();
  queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  container = document.createElement("main");
  root = createRoot(container);
});
afterEach(() => {
  flushSync(() => root.unmount());
  queries.clear();
  server.resetHandlers();
});

const render = (...page: ReactNode[]) =>
  flushSync(() => root.render(createElement(QueryClientProvider, { client: queries }, ...page)));

/** A busy machine may need long. */
const patiently = { interval: 5, timeout: 30_000 };

/** Waits until the page shows a text. */
const shown = (text: string) => vi.waitFor(() => expect(container.textContent).toBe(text), patiently);

/** The functions that the hooks returned last, for tests to call. */
const press: { again?: () => unknown; next?: () => unknown; send?: () => Promise<unknown> } = {};

const toText = (error: unknown): string =>
  error instanceof VendorError ? `${error.name} ${error.status}` : JSON.stringify(error);

const Total = ({ page }: { readonly page: number }) => {
  const { data, error, isPending, refetch } = $api.useQuery("get", "/v2/products", { params: { query: { page } } });
  press.again = refetch;
  return error ? toText(error) : isPending ? "… " : `${data?.total} `;
};

const WaitedFor = () => {
  const { data } = $api.useSuspenseQuery("get", "/v2/products");
  // `data` is never undefined here, so `?.` is not needed.
  return `total ${data.total}`;
};

class Boundary extends Component<{ readonly children?: ReactNode }, { readonly error?: unknown }> {
  override state: { readonly error?: unknown } = {};
  static getDerivedStateFromError(error: unknown) {
    return { error };
  }
  override render(): ReactNode {
    return this.state.error === undefined ? this.props.children : toText(this.state.error);
  }
}

const body = { sku: "DRILL-4", names: [{ language: "EN", value: "Drill" }] };
const Form = () => {
  const { mutateAsync, status, error } = $api.useMutation("post", "/v2/products");
  press.send = () => mutateAsync({ body });
  return `${status} ${toText(error)}`;
};

const List = () => {
  const { data, fetchNextPage } = $api.useInfiniteQuery(
    "get",
    "/v2/products",
    {},
    { pageParamName: "page", initialPageParam: 1, getNextPageParam: (_last, all) => all.length + 1 },
  );
  press.next = fetchNextPage;
  return data?.pages.map(({ total }) => total).join();
};

it("useQuery shows the data of its parameters, and sends one request for two components", async () => {
  const requests: string[] = [];
  server.use(
    http.get("/v2/products", ({ query, request, response }) => {
      requests.push(`${request.headers.get("authorization")} ${query.get("page")}`);
      return response(200).json({ data: [], total: 10 * Number(query.get("page")) });
    }),
  );
  render(createElement(Total, { page: 1 }), createElement(Total, { page: 1 }));
  expect(container.textContent).toBe("… … ");
  await shown("10 10 ");
  render(createElement(Total, { page: 2 }), createElement(Total, { page: 1 }));
  await shown("20 10 ");
  expect(requests).toEqual(["Bearer token 1", "Bearer token 2"]);
});

it("useQuery shows the documented error, or the mapped VendorError if the body is empty", async () => {
  const problem = { error: { code: "NOT_FOUND", message: "there is none" } };
  let reply = HttpResponse.json(problem, { status: 404 });
  server.use(http.get("/v2/products", ({ response }) => response.untyped(reply)));
  render(createElement(Total, { page: 1 }));
  await shown(JSON.stringify(problem));
  reply = new HttpResponse(null, { status: 503 });
  press.again?.();
  await shown("VendorError 503");
});

it("useSuspenseQuery suspends, and throws an error response to the error boundary", async () => {
  let status = 200;
  server.use(
    http.get("/v2/products", ({ response }) =>
      status === 200
        ? response(200).json({ data: [], total: 7 })
        : response.untyped(new HttpResponse(null, { status })),
    ),
  );
  const page = () =>
    createElement(Boundary, null, createElement(Suspense, { fallback: "waiting" }, createElement(WaitedFor)));
  render(page());
  expect(container.textContent).toBe("waiting");
  await shown("total 7");
  // React logs every error that a boundary catches.
  const logged = vi.spyOn(console, "error").mockImplementation(() => {});
  status = 500;
  render();
  queries.clear();
  render(page());
  await shown("VendorError 500");
  logged.mockRestore();
});

it("useMutation sends a body with a token, and returns the data or throws the error", async () => {
  const sent: unknown[] = [];
  const problem = { error: { code: "VALIDATION_ERROR", message: "no" } };
  let reply = HttpResponse.json<object>({ data: { id: 7 } }, { status: 201 });
  server.use(
    http.post("/v2/products", async ({ request, response }) => {
      sent.push(`${request.headers.get("authorization")} ${await request.text()}`);
      return response.untyped(reply);
    }),
  );
  render(createElement(Form));
  expect(container.textContent).toBe("idle null");
  expect(await press.send?.()).toEqual({ data: { id: 7 } });
  await shown("success null");
  reply = HttpResponse.json(problem, { status: 400 });
  await expect(press.send?.()).rejects.toEqual(problem);
  await shown(`error ${JSON.stringify(problem)}`);
  expect(sent).toEqual(Array(2).fill(`Bearer token ${JSON.stringify(body)}`));
});

it("useInfiniteQuery requests the next page by its parameter", async () => {
  server.use(
    http.get("/v2/products", ({ query, response }) =>
      response(200).json({ data: [], total: 100 + Number(query.get("page")) }),
    ),
  );
  render(createElement(List));
  await shown("101");
  press.next?.();
  await shown("101,102");
});

it("a component that is unmounted aborts its request", async () => {
  let state = "";
  server.use(
    http.get("/v2/products", async ({ request, response }) => {
      state = "asked";
      await new Promise<void>((resolve) => request.signal.addEventListener("abort", () => resolve()));
      state = "gone";
      return response(200).json({ data: [], total: 0 });
    }),
  );
  render(createElement(Total, { page: 1 }));
  await vi.waitFor(() => expect(state).toBe("asked"), patiently);
  render("nothing");
  await vi.waitFor(() => expect(state).toBe("gone"), patiently);
  expect(container.textContent).toBe("nothing");
});
