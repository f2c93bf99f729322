/** A server on loopback that answers by path, for as long as a test needs it. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Loopback extends AsyncDisposable {
  readonly origin: string;
  /** `GET /path`, in the order they came. */
  readonly requests: string[];
  readonly heard: { readonly headers: IncomingHttpHeaders; readonly url: string; readonly body: string }[];
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** @param answers by path, without its query; given the server's own origin where they need it */
export async function startLoopback(
  answers: Readonly<Record<string, Answer>> | ((origin: string) => Readonly<Record<string, Answer>>),
): Promise<Loopback> {
  const requests: string[] = [];
  const heard: Loopback["heard"] = [];
  const server = createServer(async (request, response) => {
    const { url = "/", headers: sent } = request;
    requests.push(`${request.method} ${url}`);
    const heardBody = await text(request).catch(() => undefined);
    // What breaks off was not heard, and is not answered.
    if (heardBody === undefined) return;
    heard.push({ headers: sent, url, body: heardBody });
    const all = typeof answers === "function" ? answers(`http://${sent.host}`) : answers;
    const { status = 200, headers = {}, body = "" } = all[url.replace(/\?.*/u, "")] ?? { status: 404 };
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    heard,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
