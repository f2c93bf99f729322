/** The other side of the bench, a process of its own: answers every GET with one JSON body, every POST with a token. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { answerTo } from "./answers.ts";

const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    const body = answerTo(request.method ?? "GET", request.url ?? "/");
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    response.end(body);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
process.on("disconnect", () => process.exit(0));
