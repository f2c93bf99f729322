/** What test/package/project/acme.yaml describes, on loopback: client credentials over HTTP Basic, and three widgets' worth of API. */
import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

export interface AcmeServer {
  readonly url: string;
  readonly clientSecret: string;
  readonly requests: readonly string[];
  close(): Promise<void>;
}

const clientSecret = "not-a-real-secret";
const token = "token-of-the-worker";
const basic = `Basic ${Buffer.from(`worker:${clientSecret}`).toString("base64")}`;

export async function startAcme(): Promise<AcmeServer> {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const [status, body] = answer(request, await text(request));
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    clientSecret,
    requests,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function answer({ method, url, headers }: IncomingMessage, body: string): [status: number, body: object] {
  if (url === "/oauth/token") {
    if (headers.authorization !== basic) return [401, { error: "invalid_client" }];
    return [200, { access_token: token, token_type: "Bearer", expires_in: 3600 }];
  }
  if (headers.authorization !== `Bearer ${token}`) return [401, { message: "no token" }];
  if (method === "GET" && url === "/widgets?limit=2")
    return [
      200,
      [
        { id: "1", name: "gear" },
        { id: "2", name: "nut" },
      ],
    ];
  if (method === "POST" && url === "/widgets") return [201, { id: "3", ...JSON.parse(body) }];
  return [404, { message: `no widget at ${url}` }];
}
