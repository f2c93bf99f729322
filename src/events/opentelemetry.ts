/**
 * Reports a client's events and requests as OpenTelemetry spans and metrics: `connect(vendor, { ...openTelemetry() })`. Attributes
 * follow the semantic conventions for HTTP client spans and metrics. URLs are the document's templates, without values or queries.
 */
import {
  type Attributes,
  context,
  type MeterProvider,
  metrics,
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import type { HttpExchange, HttpListener, LatchkeyEvent, Listener } from "./events.ts";

export interface OpenTelemetryOptions {
  /** @default the globally registered provider */
  readonly tracerProvider?: TracerProvider;
  /** @default the globally registered provider */
  readonly meterProvider?: MeterProvider;
}

const scope = "latchkey";
/** The conventions' buckets for `http.client.request.duration`, in seconds. */
const boundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

export function openTelemetry(options: OpenTelemetryOptions = {}): {
  readonly onEvent: Listener;
  readonly onHttp: HttpListener;
} {
  const tracer = (options.tracerProvider ?? trace).getTracer(scope);
  const meter = (options.meterProvider ?? metrics).getMeter(scope);
  const duration = meter.createHistogram("http.client.request.duration", {
    unit: "s",
    description: "Duration of HTTP client requests",
    advice: { explicitBucketBoundaries: boundaries },
  });
  const refreshDuration = meter.createHistogram("latchkey.token.request.duration", {
    unit: "s",
    description: "Duration of requests for a token, its answer read",
    advice: { explicitBucketBoundaries: boundaries },
  });
  const events = meter.createCounter("latchkey.events", {
    unit: "{event}",
    description:
      "What happened to tokens: refreshes, replays, invalidations, throttles, adoptions, revocations, store failures",
  });

  return {
    onHttp(exchange) {
      const attributes = toAttributes(exchange);
      duration.record(exchange.durationInMs / 1000, attributes);
      const span = tracer.startSpan(
        `${exchange.method} ${exchange.template}`,
        {
          kind: SpanKind.CLIENT,
          startTime: exchange.startedAt,
          attributes: {
            ...attributes,
            "url.full": exchange.origin + exchange.template,
            "latchkey.phase": exchange.phase,
            ...(exchange.resends > 0 ? { "http.request.resend_count": exchange.resends } : {}),
          },
        },
        context.active(),
      );
      if (attributes["error.type"] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(exchange.startedAt + exchange.durationInMs);
    },
    onEvent(event) {
      const attributes = eventAttributes(event);
      events.add(1, attributes);
      if (event.type === "refresh") refreshDuration.record(event.durationInMs / 1000, attributes);
      // The caller's span shows why its call took longer.
      trace.getActiveSpan()?.addEvent(`latchkey.${event.type}`, attributes);
    },
  };
}

function toAttributes(exchange: HttpExchange): Attributes {
  const { protocol, hostname, port } = new URL(exchange.origin);
  const { status, failure } = exchange;
  const error = failure ?? (status !== undefined && status >= 400 ? String(status) : undefined);
  return {
    "http.request.method": exchange.method,
    "server.address": hostname,
    "server.port": Number(port || (protocol === "https:" ? 443 : 80)),
    "url.scheme": protocol.slice(0, -1),
    "url.template": exchange.template,
    "latchkey.vendor": exchange.vendor,
    ...(status === undefined ? {} : { "http.response.status_code": status }),
    ...(error === undefined ? {} : { "error.type": error }),
  };
}

/** Attributes of low cardinality: no durations, timestamps or key hashes. */
function eventAttributes(event: LatchkeyEvent): Attributes {
  const common = { "latchkey.vendor": event.vendor, "latchkey.event": event.type };
  switch (event.type) {
    case "refresh": {
      const failed = event.outcome === "ok" ? {} : { "error.type": event.outcome };
      return { ...common, "latchkey.grant": event.grant, "latchkey.trigger": event.trigger, ...failed };
    }
    case "adoption":
      return { ...common, "latchkey.trigger": event.trigger };
    case "replay":
      return {
        ...common,
        "latchkey.operation": event.operation,
        "latchkey.reason": event.reason,
        "http.response.status_code": event.status,
      };
    case "invalidation":
      return { ...common, "latchkey.operation": event.operation, "latchkey.reason": event.reason };
    case "throttle":
      return { ...common, "latchkey.operation": event.operation, "latchkey.reason": event.reason };
    case "store":
      return {
        ...common,
        "latchkey.action": event.action,
        ...(event.reason === undefined ? {} : { "error.type": event.reason }),
      };
    case "revocation":
      return { ...common, "latchkey.revoked": event.revoked };
    default:
      return common;
  }
}
