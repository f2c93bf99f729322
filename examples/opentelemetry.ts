// Reports each HTTP request as a span. A program sets up its own exporter; this one keeps spans in memory and prints their names.
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { connect, unwrap } from "latchkey";
import { openTelemetry } from "latchkey/opentelemetry";
import { connectivity } from "latchkey/vendors/connectivity";
import { startVendorSandbox } from "latchkey-cli/sandbox";

const exporter = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const sandbox = await startVendorSandbox(connectivity);
const { server, credentials } = sandbox;

// Without `tracerProvider`, the one that is registered globally is taken.
const api = connect(connectivity, { server, credentials, ...openTelemetry({ tracerProvider }) });
await unwrap(api.GET("/v1/ping"));
await api.close();

for (const { name, attributes } of exporter.getFinishedSpans()) {
  console.log(`${name}: ${attributes["http.response.status_code"]}`);
}
await sandbox.close();
