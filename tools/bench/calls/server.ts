/**
 * The other side of the bench, a process of its own: answers every GET with one JSON body, every POST with a token. Arguments: how
 * long a POST takes in milliseconds, and how long its token lives in seconds.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { answerTo } from "./responses.ts";

const [delayInMs = "0", lifetimeInSeconds = "86400"] = process.argv.slice(2);

const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    const body = answerTo(request.method ?? "GET", request.url ?? "/", Number(lifetimeInSeconds));
    const answer = () => {
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
      response.end(body);
    };
    if (request.method === "POST" && delayInMs !== "0") setTimeout(answer, Number(delayInMs));
    else answer();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
process.on("disconnect", () => process.exit(0));
