/** A server that speaks TLS with a certificate nobody should accept, and counts who talks to it all the same. */
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { generate } from "selfsigned";

export interface TlsVendor {
  readonly url: string;
  /** What Node calls this fault. */
  readonly code: string;
  /** Over a connection that was accepted. */
  readonly requests: number;
  readonly connections: number;
  close(): Promise<void>;
}

export async function startTlsVendor(fault: "self-signed" | "expired" | "wrong-host"): Promise<TlsVendor> {
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    keySize: 2048,
    algorithm: "sha256",
    notBeforeDate: new Date("2020-01-01"),
    notAfterDate: new Date(fault === "expired" ? "2021-01-01" : "2120-01-01"),
    extensions: [
      { name: "basicConstraints", cA: true },
      {
        name: "subjectAltName",
        altNames: [{ type: 2, value: fault === "wrong-host" ? "elsewhere.invalid" : "localhost" }],
      },
    ],
  });
  // Trusted, so that the fault alone speaks against it.
  const before = getCACertificates("default");
  if (fault !== "self-signed") setDefaultCACertificates([...before, made.cert]);
  let requests = 0;
  let connections = 0;
  const server = createServer({ key: made.private, cert: made.cert }, (_request, response) => {
    requests += 1;
    response.end();
  });
  server.on("connection", () => {
    connections += 1;
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}`,
    code: {
      "self-signed": "DEPTH_ZERO_SELF_SIGNED_CERT",
      expired: "CERT_HAS_EXPIRED",
      "wrong-host": "ERR_TLS_CERT_ALTNAME_INVALID",
    }[fault],
    get requests() {
      return requests;
    },
    get connections() {
      return connections;
    },
    async close() {
      setDefaultCACertificates(before);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
