import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTelemetry } from "../../src/events/opentelemetry.ts";
import { type FakeVendor, startFakeVendor } from "../support/fake-vendor.ts";
import { connectTo } from "../support/test-vendor.ts";

let fake: FakeVendor;
let spans: InMemorySpanExporter;
let metrics: InMemoryMetricExporter;
let reader: PeriodicExportingMetricReader;
let tracerProvider: BasicTracerProvider;
let meterProvider: MeterProvider;
const manager = new AsyncLocalStorageContextManager();

beforeEach(async () => {
  fake = await startFakeVendor();
  context.setGlobalContextManager(manager.enable());
  spans = new InMemorySpanExporter();
  tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 3_600_000 });
  meterProvider = new MeterProvider({ readers: [reader] });
});
afterEach(async () => {
  await fake.close();
  await meterProvider.shutdown();
  context.disable();
});

const connected = () => connectTo(fake, openTelemetry({ tracerProvider, meterProvider }));

async function pointsOf(name: string) {
  await reader.forceFlush();
  const all =
    metrics
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap((one) => one.metrics) ?? [];
  return all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
}

describe("OpenTelemetry", () => {
  it("has a client span for each HTTP request, by the conventions, with the template in place of values", async () => {
    const { client } = connected();
    await client.GET("/things/{id}", { params: { path: { id: "private-id" } } });
    await client.GET("/things", { params: { query: { q: "private-query" } } });
    const finished = spans.getFinishedSpans();
    expect(finished.map(({ name, kind }) => [name, kind])).toEqual([
      ["POST /token", SpanKind.CLIENT],
      ["GET /things/{id}", SpanKind.CLIENT],
      ["GET /things", SpanKind.CLIENT],
    ]);
    const { port } = new URL(fake.url);
    expect(finished[1]?.attributes).toEqual({
      "http.request.method": "GET",
      "http.response.status_code": 200,
      "server.address": "127.0.0.1",
      "server.port": Number(port),
      "url.scheme": "http",
      "url.template": "/things/{id}",
      "url.full": `${fake.url}/things/{id}`,
      "latchkey.vendor": "acme",
      "latchkey.phase": "resource",
    });
    expect(finished[0]?.attributes["latchkey.phase"]).toBe("obtain");
    expect(JSON.stringify(finished.map(({ name, attributes, events }) => [name, attributes, events]))).not.toMatch(
      /CANARY|private/u,
    );
  });

  it("marks refusals and lost connections with error.type, and counts what was sent again", async () => {
    const { client } = connected();
    await client.GET("/things");
    fake.revoke();
    await client.GET("/things");
    fake.onApi = () => "drop";
    await client.POST("/things", { body: {} }).catch(() => {});
    const finished = spans.getFinishedSpans();
    const reported = finished.map(({ attributes, status }) => [
      attributes["http.response.status_code"],
      attributes["error.type"],
      attributes["http.request.resend_count"],
      status.code,
    ]);
    expect(reported).toEqual([
      [200, undefined, undefined, SpanStatusCode.UNSET],
      [200, undefined, undefined, SpanStatusCode.UNSET],
      [401, "401", undefined, SpanStatusCode.ERROR],
      [200, undefined, undefined, SpanStatusCode.UNSET],
      [200, undefined, 1, SpanStatusCode.UNSET],
      [undefined, expect.any(String), undefined, SpanStatusCode.ERROR],
    ]);
  });

  it("hangs its spans below the caller's, and notes on that what happened to the token", async () => {
    const { client } = connected();
    const tracer = tracerProvider.getTracer("test");
    const parent = tracer.startSpan("sync orders");
    await context.with(trace.setSpan(context.active(), parent), () => client.GET("/things"));
    parent.end();
    const finished = spans.getFinishedSpans();
    const own = finished.find(({ name }) => name === "sync orders");
    const children = finished.filter(
      ({ parentSpanContext }) => parentSpanContext?.spanId === parent.spanContext().spanId,
    );
    expect(children.map(({ name }) => name)).toEqual(["POST /token", "GET /things"]);
    expect(own?.events.map(({ name, attributes }) => [name, attributes?.["latchkey.trigger"]])).toEqual([
      ["latchkey.refresh", "cold"],
    ]);
  });

  it("times requests in seconds, and counts events without keys, so that the number of series stays small", async () => {
    const { client, clock } = connected();
    await client.GET("/things");
    await client.GET("/things");
    fake.onToken = () => ({ status: 503 });
    clock.advance(3_601_000);
    await client.GET("/things", { retries: false }).catch(() => {});
    const durations = await pointsOf("http.client.request.duration");
    const counted = durations.map(({ attributes, value }) => [
      attributes["url.template"],
      attributes["http.response.status_code"],
      Object(value).count,
    ]);
    expect(counted).toEqual([
      ["/token", 200, 1],
      ["/things", 200, 2],
      ["/token", 503, 1],
    ]);
    const events = await pointsOf("latchkey.events");
    expect(events.map(({ attributes, value }) => [attributes, value])).toEqual([
      [
        {
          "latchkey.vendor": "acme",
          "latchkey.event": "refresh",
          "latchkey.grant": "client_credentials",
          "latchkey.trigger": "cold",
        },
        1,
      ],
      [
        {
          "latchkey.vendor": "acme",
          "latchkey.event": "refresh",
          "latchkey.grant": "client_credentials",
          "latchkey.trigger": "expired",
          "error.type": "unavailable",
        },
        1,
      ],
    ]);
    expect(await pointsOf("latchkey.token.request.duration")).toHaveLength(2);
  });

  it("takes the registered providers where none is given, which do nothing by default", async () => {
    const { client } = connectTo(fake, openTelemetry());
    expect((await client.GET("/things")).status).toBe(200);
    expect(spans.getFinishedSpans()).toEqual([]);
  });
});
