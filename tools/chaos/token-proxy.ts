/**
 * A proxy of the vendor's token endpoints with a log: which worker sent a request, which tokens were spent and issued (as hashes), when,
 * and how many at once. A test can delay a response, or break the connection before or after the vendor processes the request.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { hashOf } from "./refresh-token-hash.ts";

export interface TokenRequest {
  readonly pid: number;
  readonly path: string;
  /** Hash of the presented refresh token. */
  readonly spent: string | undefined;
  /** The number of the attempt in the worker's stored intent. */
  readonly attempt: number;
  /** Milliseconds, `performance.now()`. */
  readonly at: number;
  until: number | undefined;
  status: number | undefined;
  /** Hash of the issued refresh token. */
  issued: string | undefined;
  /** Whether the refresh token had been presented before. */
  readonly isReuse: boolean;
}

/** `reset`: breaks the connection with RST. */
export type Interference = (request: TokenRequest) => Promise<"reset" | undefined> | "reset" | undefined;

export interface TokenProxy {
  readonly url: string;
  readonly requests: readonly TokenRequest[];
  readonly mostAtOnce: number;
  /** Before the vendor sees the request. */
  before: Interference | undefined;
  /** After the vendor has answered. */
  after: Interference | undefined;
  close(): Promise<void>;
}

export async function startTokenProxy(vendorUrl: string): Promise<TokenProxy> {
  const requests: TokenRequest[] = [];
  const presented = new Set<string>();
  let inFlight = 0;
  let mostAtOnce = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let hasEnded = false;
    let end = () => {
      hasEnded = true;
    };
    // A caller that gave up or died closes its connection; the event arrives a few turns of the event loop before the close completes.
    const { socket } = request;
    const hungUp = () => end();
    socket.once("end", hungUp);
    response.once("close", () => {
      socket.off("end", hungUp);
      end();
    });
    let body = "";
    for await (const chunk of request) body += String(chunk);
    // Handles earlier hang-ups first: this process may not have read its sockets for a while.
    await eventLoopTurn();
    await eventLoopTurn();
    const path = request.url ?? "";
    const spent = readRefreshToken(body, (json) => json.refresh_token);
    const [pid, attempt] = String(request.headers["x-chaos"] ?? "0 0")
      .split(" ")
      .map(Number);
    const entry: TokenRequest = {
      pid: pid ?? 0,
      attempt: attempt ?? 0,
      path,
      spent,
      at: performance.now(),
      until: undefined,
      status: undefined,
      issued: undefined,
      isReuse: spent !== undefined && presented.has(spent),
    };
    if (spent !== undefined) presented.add(spent);
    requests.push(entry);
    inFlight += 1;
    end = () => {
      if (entry.until !== undefined) return;
      entry.until = performance.now();
      inFlight -= 1;
    };
    if (hasEnded) end();
    mostAtOnce = Math.max(mostAtOnce, inFlight);
    if ((await front.before?.(entry)) === "reset") return void request.socket.resetAndDestroy();
    const headers = { "content-type": "application/json", authorization: request.headers.authorization ?? "" };
    const answer = await fetch(`${vendorUrl}${path}`, { method: request.method ?? "POST", headers, body });
    const text = await answer.text();
    entry.status = answer.status;
    entry.issued = readRefreshToken(text, (json) => Object(json.data).refresh_token ?? json.refresh_token);
    if ((await front.after?.(entry)) === "reset") return void request.socket.resetAndDestroy();
    const kept = ["date", "content-type", "retry-after"].flatMap((name) => {
      const value = answer.headers.get(name);
      return value === null ? [] : [[name, value] as const];
    });
    response.writeHead(answer.status, Object.fromEntries(kept)).end(text);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const front: TokenProxy = {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`,
    requests,
    get mostAtOnce() {
      return mostAtOnce;
    },
    before: undefined,
    after: undefined,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return front;
}

/** Waits for one turn of the event loop; closed sockets are reported at its end. */
const eventLoopTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

function readRefreshToken(text: string, pick: (json: Record<string, unknown>) => unknown): string | undefined {
  try {
    const token = pick(Object(JSON.parse(text)));
    return typeof token === "string" ? hashOf(token) : undefined;
  } catch {
    return undefined;
  }
}
