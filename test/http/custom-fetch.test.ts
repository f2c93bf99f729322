import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it, vi } from "vitest";
import { createRedactor } from "../../src/errors/redactor.ts";
import { createHttpSender } from "../../src/http/http-sender.ts";
import { OutgoingRequest } from "../../src/http/outgoing-request.ts";

// The platform follows the signal of a Request only while somebody holds that Request.
it("a request that a caller's own fetch has sent still ends with its deadline when memory was collected meanwhile", async () => {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  let open = 0;
  const server = createServer((_, response) => {
    open += 1;
    response.once("close", () => {
      open -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  try {
    const sender = createHttpSender({
      vendor: "acme",
      redactor: createRedactor(),
      origins: new Set([origin]),
      fetch: (request) => fetch(request),
    });
    const deadline = new AbortController();
    const sent = sender.send(new OutgoingRequest(`${origin}/slow`, { signal: deadline.signal }));
    const failed = expect(sent).rejects.toBe("over");
    await vi.waitUntil(() => open === 1);
    for (let round = 0; round < 5; round += 1) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    deadline.abort("over");
    await failed;
    await vi.waitUntil(() => open === 0);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}, 10_000);
