import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, request as send, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { connect as connectSocket } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startVendorSandbox } from "../../scripts/sandbox/index.ts";
import { type Loopback, startLoopback } from "../support/loopback.ts";
import { spawnScript } from "../support/command.ts";
import { findMissingPackages, openPage, type PagePrograms } from "./support/page-programs.ts";

const missing = await findMissingPackages();
const ambient = "declare const clientId: string, clientSecret: string;";

/** A proxy on loopback: it forwards requests, and tunnels connections that ask for it. Cluster names lead to the sandbox. */
interface Proxy {
  readonly url: string;
  /** What was asked of it: `CONNECT host:port` or `GET http://…`. */
  readonly asked: string[];
  close(): void;
}

async function startProxy(target: URL): Promise<Proxy> {
  const asked: string[] = [];
  const forward = (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, search } = new URL(request.url ?? "", target);
    const headers = { ...request.headers, host: target.host };
    const options = {
      port: target.port,
      host: target.hostname,
      method: request.method,
      path: pathname + search,
      headers,
    };
    request.pipe(send(options, (answer) => answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.headers))));
  };
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    forward(request, response);
  });
  // Inside a tunnel to a name of the cluster, this server is its end.
  const inside = createServer(forward);
  server.on("connect", ({ url = "" }, socket) => {
    asked.push(`CONNECT ${url}`);
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    const [host = "", port = ""] = url.split(":");
    if (host.endsWith(".local")) return void inside.emit("connection", socket);
    const tunnel = connectSocket(Number(port), host);
    for (const one of [socket, tunnel]) one.on("error", () => socket.destroy());
    socket.pipe(tunnel).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => void server.close(),
  };
}

let page: PagePrograms;
let sandbox: Sandbox;
let proxy: Proxy;
let files: Loopback;
let warehouse: Loopback;
const origin = () => String(Object(sandbox.server).url);

beforeAll(async () => {
  page = await openPage("docs/network.md");
  sandbox = await startVendorSandbox("propeller");
  proxy = await startProxy(new URL(origin()));
  files = await startLoopback({ "/file": { body: "a PDF", headers: { "content-type": "application/pdf" } } });
  warehouse = await startLoopback({
    "/token": {
      headers: { "content-type": "application/json" },
      body: '{"access_token":"access-CANARY","token_type":"Bearer","expires_in":3600}',
    },
    "/exports/7/file": { status: 302, headers: { location: `${files.origin}/file?signature=s` } },
  });
  const document = {
    openapi: "3.1.0",
    info: { title: "Warehouse", version: "1" },
    servers: [{ url: warehouse.origin }],
    security: [{ oauth: [] }],
    components: {
      securitySchemes: {
        oauth: { type: "oauth2", flows: { clientCredentials: { tokenUrl: `${warehouse.origin}/token`, scopes: {} } } },
      },
    },
    paths: {
      "/exports/{id}/file": {
        get: {
          operationId: "downloadExport",
          parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
          responses: { "200": { description: "The file", content: { "application/pdf": { schema: {} } } } },
        },
      },
    },
  };
  await writeFile(join(page.folder, "warehouse.json"), JSON.stringify(document));
  const source = join(page.folder, "warehouse.json");
  const generated = await spawnScript("scripts/cli.ts", "generate", source, "--out", join(page.folder, "vendors"));
  expect(generated.error).toBe("");
});
afterAll(async () => {
  proxy.close();
  await Promise.all([sandbox.close(), files[Symbol.asyncDispose](), warehouse[Symbol.asyncDispose]()]);
  await page[Symbol.asyncDispose]();
});

/** Runs a program of the page with the loopback servers in place of its addresses. */
async function run(section: string, environment: Record<string, string> = {}): Promise<string> {
  const { clientId, clientSecret } = Object(sandbox.credentials);
  const program = (page.programs.get(section) ?? "")
    .replaceAll("http://proxy.internal:3128", proxy.url)
    .replace(/connect\(propeller, \{(?!\n {2}server)/u, `connect(propeller, { server: { url: "${origin()}" },`)
    .replace("connect(warehouse, {", `connect(warehouse, { allowInsecureHosts: ["${new URL(files.origin).host}"],`);
  const given = `const clientId = ${JSON.stringify(clientId)}, clientSecret = ${JSON.stringify(clientSecret)};\n`;
  const file = await page.write(section, given + program);
  const command = promisify(execFile)(process.execPath, ["--conditions=latchkey-source", file], {
    env: { ...process.env, ...environment },
  });
  const { stdout, stderr } = await command;
  expect(stderr).toBe("");
  return stdout.trim();
}

describe("the page on networks", () => {
  it.skipIf(missing !== undefined)("type-checks as it is printed", async () => {
    expect(await page.check(ambient)).toEqual([]);
  });

  it.skipIf(missing !== undefined).each(["A proxy for the whole process", "A proxy for one client"])(
    "runs as it is printed: %s",
    async (section) => {
      proxy.asked.length = 0;
      expect(await run(section)).toBe("200");
      expect(proxy.asked.join("\n")).toContain(new URL(origin()).host);
    },
  );

  it("says which variables make Node use a proxy, and they do", async () => {
    proxy.asked.length = 0;
    const environment = { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NO_PROXY: "" };
    expect(await run("http inside a cluster", environment)).toBe("200");
    expect(proxy.asked.join("\n")).toContain("propeller.commerce.svc.cluster.local");
  });

  it("runs as it is printed: Downloads that redirect elsewhere", async () => {
    expect(await run("Downloads that redirect elsewhere")).toBe("5");
    expect(files.requests).toEqual(["GET /file?signature=s"]);
    expect(JSON.stringify(files.heard)).not.toContain("CANARY");
    expect(JSON.stringify(warehouse.heard)).toContain("CANARY");
  });
});
