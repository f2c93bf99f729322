import { createServer } from "node:http";
import { expect, it } from "vitest";
import { connect } from "../../src/index.ts";
import type { Vendor } from "../../src/vendor.ts";
import { evaluate, generateFrom, textOf } from "../support/generated.ts";

it("sends the QUERY method of OpenAPI 3.2 with its body, by method and by path, and retries it because it is safe", async () => {
  const seen: string[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    seen.push(`${request.method} ${request.url} ${body}`);
    response.writeHead(seen.length === 1 ? 503 : 200, { "content-type": "application/json", "retry-after": "0" });
    response.end('[{"id":1}]');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const files = await generateFrom("query-method");
    expect(textOf(files, "calls.ts")).toContain("QUERY(init: SearchThingsInit): Promise<SearchThingsResult>");
    const vendor: Vendor = Object(evaluate(textOf(files, "vendor.ts")).acme);
    const api = Object(connect(vendor, { server: { url: `http://127.0.0.1:${port}`, hosts: {} }, credentials: {} }));
    const { data } = await api.QUERY("/things", { body: { text: "a" } });
    expect(data).toEqual([{ id: 1 }]);
    expect((await api.paths["/things"].QUERY({ body: { text: "b" } })).status).toBe(200);
    expect(seen).toEqual(['QUERY /things {"text":"a"}', 'QUERY /things {"text":"a"}', 'QUERY /things {"text":"b"}']);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
