/** The HTTP server of a sandbox: one loopback listener for each host of the document. */
import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { createMap } from "../codegen/util/json.ts";
import type { Reply } from "./spec/error-replies.ts";
import { breakBody, type FaultQueue } from "./state/faults.ts";
import { type Arrival, type Pipeline, phaseOf, respond, sandboxProblem } from "./pipeline.ts";
import { allowReading, preflightReply } from "./http/cross-origin.ts";
import { refusalOf } from "./http/loopback-only.ts";
import { isJsonType, mediaType } from "./http/request.ts";
import type { Router } from "./http/router.ts";
import type { Fault, SandboxPhase } from "./spec/switches.ts";

/** One request in a sandbox's log, without secrets. */
export interface RecordedRequest {
  /** Epoch milliseconds by the sandbox's clock. */
  readonly at: number;
  readonly method: string;
  /** Without the query, which may hold a key. */
  readonly path: string;
  /** operationId; undefined where the document has no such path. */
  readonly operation: string | undefined;
  readonly phase: SandboxPhase;
  /** 0 where the connection was dropped or left hanging. */
  readonly status: number;
  readonly account: string | undefined;
  readonly requestId: string;
}

export interface Listener {
  readonly url: string;
  close(): Promise<void>;
}

export interface ServerParts {
  readonly pipeline: Pipeline;
  readonly route: Router;
  faults(): FaultQueue;
  record(request: RecordedRequest): void;
}

type Env = { Bindings: HttpBindings };

export async function listen(
  parts: ServerParts,
  host: string | undefined,
  basePath: string,
  port: number,
): Promise<Listener> {
  const app = new Hono<Env>();
  app.use(async (context, next) => {
    const { headers, socket } = context.env.incoming;
    const refusal = refusalOf(headers, socket.localPort ?? 0);
    if (refusal !== undefined) return context.text(refusal, 403);
    return preflightReply(context.req.raw) ?? next();
  });
  app.all("*", async (context) => allowReading(context.req.raw, await handle(parts, host, basePath, context)));
  app.onError((error) => send(sandboxProblem(error.message), parts.pipeline.sandbox.serverNow()));
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
  const address = server.address();
  return {
    url: `http://127.0.0.1:${isAddress(address) ? address.port : port}${basePath}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}

const isAddress = (address: AddressInfo | string | null): address is AddressInfo =>
  typeof address === "object" && address !== null;

async function handle(
  { pipeline, route, faults, record }: ServerParts,
  host: string | undefined,
  basePath: string,
  context: Context<Env>,
): Promise<Response> {
  const { sandbox } = pipeline;
  const at = sandbox.now();
  const url = new URL(context.req.url);
  const method = context.req.method;
  const inside = url.pathname === basePath || url.pathname.startsWith(`${basePath}/`);
  const path = inside ? url.pathname.slice(basePath.length) || "/" : url.pathname;
  const found = inside ? route(host, method, path) : undefined;
  const headers = context.req.raw.headers;
  const arrival: Arrival = {
    id: headers.get("x-request-id") ?? randomBytes(14).toString("hex").slice(0, 27),
    method,
    path,
    url,
    headers,
    remoteAddress: context.env.incoming.socket.remoteAddress ?? "",
    text: await context.req.text(),
    operation: found?.operation,
    pathParameters: found?.pathParameters ?? createMap<string>(),
    rawPathParameters: found?.rawPathParameters ?? createMap<string>(),
  };
  const { phase, candidates } = phaseOf(sandbox, arrival);
  const fault = faults().take(phase, arrival.operation?.id);
  const note = (status: number, account?: string) =>
    record({
      at,
      method,
      path: url.pathname,
      operation: arrival.operation?.id,
      phase,
      status,
      account,
      requestId: arrival.id,
    });

  if (fault?.connection === "drop-before") {
    note(0);
    return drop(context);
  }
  if (fault?.connection === "hang") {
    note(0);
    return new Promise<Response>(() => {});
  }
  await pipeline.sleep(fault?.delayInMs ?? 0);
  const { reply, account } = await respond(pipeline, arrival, phase, candidates, fault);
  if (fault?.connection === "drop-after") {
    note(0, account);
    return drop(context);
  }
  note(reply.status, account);
  return send(reply, sandbox.serverNow(), fault);
}

function drop(context: Context<Env>): Response {
  context.env.incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

function send(reply: Reply, serverNow: number, fault?: Fault): Response {
  const { status, body } = reply;
  const asText = typeof body === "string" && !isJsonType(mediaType(reply.contentType));
  const plain = body === undefined ? "" : asText ? body : JSON.stringify(body);
  const { text, contentType } = fault ? breakBody(fault, plain) : { text: plain, contentType: undefined };
  const headers = new Headers(reply.headers);
  headers.set("date", new Date(serverNow).toUTCString());
  if (text === "") return new Response(null, { status, headers });
  if (!headers.has("content-type") || contentType !== undefined)
    headers.set("content-type", contentType ?? reply.contentType);
  if (fault?.connection !== "hang-in-body") return new Response(text, { status, headers });
  const half = new TextEncoder().encode(text.slice(0, Math.ceil(text.length / 2)));
  // Never closed: the client must give up, or the sandbox is closed.
  return new Response(new ReadableStream({ start: (controller) => controller.enqueue(half) }), { status, headers });
}
