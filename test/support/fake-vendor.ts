/** A vendor on loopback whose every answer a test can script: an authorization server and an API behind one port. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Objects are sent as JSON. */
  readonly body?: unknown;
}

/** `drop`: the connection ends without an answer. `hang`: nothing ever comes. */
export type Script = Reply | "drop" | "hang";
export type Handler = (
  received: Received,
  count: number,
  response: ServerResponse,
) => Script | undefined | Promise<Script | undefined>;

export interface FakeVendor {
  readonly url: string;
  readonly tokenRequests: readonly Received[];
  readonly apiRequests: readonly Received[];
  /** Made so far. */
  readonly connections: number;
  /** Uses of a refresh token that was already spent. */
  readonly reuses: number;
  /** Seconds an access token lives. */
  expiresIn: number;
  /** Refresh tokens are given, rotate, and may be spent once; reuse ends the family. */
  rotating: boolean;
  /** Answers a token request before the default does; `undefined` leaves it to the default. */
  onToken: Handler | undefined;
  onApi: Handler | undefined;
  revoke(accessToken?: string): void;
  /** Makes an access token good that a script grants. */
  admit(accessToken: string): void;
  /** Access tokens that are good. */
  readonly live: ReadonlySet<string>;
  close(): Promise<void>;
}

export async function startFakeVendor(): Promise<FakeVendor> {
  const tokenRequests: Received[] = [];
  const apiRequests: Received[] = [];
  const live = new Set<string>();
  const refreshTokens = new Map<string, "good" | "spent">();
  let reuses = 0;
  let connections = 0;
  let serial = 0;

  const grant = (vendor: FakeVendor): Reply => {
    serial += 1;
    const accessToken = `access-${serial}-CANARY`;
    live.add(accessToken);
    const refreshToken = `refresh-${serial}-CANARY`;
    if (vendor.rotating) refreshTokens.set(refreshToken, "good");
    return {
      body: {
        access_token: accessToken,
        token_type: "Bearer",
        expires_in: vendor.expiresIn,
        ...(vendor.rotating ? { refresh_token: refreshToken } : {}),
      },
    };
  };

  const answerToken = (vendor: FakeVendor, received: Received): Reply => {
    const form = new URLSearchParams(received.body);
    const refreshToken = form.get("refresh_token");
    if (refreshToken === null) {
      if (form.get("client_secret") === "secret-CANARY") return grant(vendor);
      return { status: 401, body: { error: "invalid_client", error_description: "client authentication failed" } };
    }
    const state = refreshTokens.get(refreshToken);
    if (state === "good") {
      refreshTokens.set(refreshToken, "spent");
      return grant(vendor);
    }
    if (state === "spent") {
      reuses += 1;
      live.clear();
      refreshTokens.clear();
    }
    return { status: 400, body: { error: "invalid_grant" } };
  };

  const answerApi = (received: Received): Reply => {
    const token = String(received.headers.authorization ?? "").replace("Bearer ", "");
    if (live.has(token)) return { body: { ok: true, echo: received.body } };
    return {
      status: 401,
      headers: { "www-authenticate": 'Bearer error="invalid_token"' },
      body: { error: "invalid_token", error_description: "the token expired" },
    };
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const received = await read(request);
    const isToken = received.path.startsWith("/token");
    const list = isToken ? tokenRequests : apiRequests;
    list.push(received);
    const handler = isToken ? vendor.onToken : vendor.onApi;
    const scripted = await handler?.(received, list.length, response);
    const reply = scripted ?? (isToken ? answerToken(vendor, received) : answerApi(received));
    if (reply === "hang") return;
    if (reply === "drop") {
      request.socket.destroy();
      return;
    }
    send(response, reply);
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  });
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const vendor: FakeVendor = {
    url: `http://127.0.0.1:${port(server)}`,
    tokenRequests,
    apiRequests,
    get connections() {
      return connections;
    },
    get reuses() {
      return reuses;
    },
    expiresIn: 3600,
    rotating: false,
    onToken: undefined,
    onApi: undefined,
    live,
    revoke(accessToken) {
      if (accessToken === undefined) live.clear();
      else live.delete(accessToken);
    },
    admit: (accessToken) => void live.add(accessToken),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return vendor;
}

const port = (server: Server): number => (server.address() as AddressInfo).port;

async function read(request: IncomingMessage): Promise<Received> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
}

function send(response: ServerResponse, { status = 200, headers = {}, body }: Reply): void {
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, {
    ...(typeof body === "object" ? { "content-type": "application/json" } : {}),
    "content-length": String(Buffer.byteLength(text)),
    ...headers,
  });
  response.end(text);
}
