import { localGuard } from "../../http/local-guard.ts";
import { guardedCall } from "../../http/provider-call.ts";
import type { CallPorts } from "../../http/request.ts";
import { parseTraceparent } from "../../kit/trace-context.ts";
import type { PostSpan, SpanAttributes, WriteSpan } from "./span.ts";

/** A collector that takes OTLP over HTTP. `headers` hold its secrets. */
export type OtlpTarget = { endpoint: string; headers: Record<string, string> };

const SERVICE = "event-stream";
const INTERNAL = 1;
const ERROR = 2;

function attributeValue(value: string | number | boolean): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

const attributesOf = (attributes: SpanAttributes): object[] =>
  Object.entries(attributes).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [{ key, value: attributeValue(value) }],
  );

const nanoseconds = (ms: number): string => `${BigInt(Math.round(ms * 1_000)) * 1_000n}`;

const spanOf = (span: PostSpan): object => ({
  traceId: span.traceId,
  spanId: span.spanId,
  ...(span.parentId !== undefined && { parentSpanId: span.parentId }),
  name: span.name,
  kind: INTERNAL,
  startTimeUnixNano: nanoseconds(span.at),
  endTimeUnixNano: nanoseconds(span.at + Math.max(0, span.ms)),
  attributes: attributesOf(span.attributes),
  links: (span.links ?? []).flatMap((link) => {
    const context = parseTraceparent(link);
    return context ? [{ traceId: context.traceId, spanId: context.spanId }] : [];
  }),
  ...(span.failure !== undefined && { status: { code: ERROR, message: span.failure } }),
});

/** An ExportTraceServiceRequest in its JSON form: ids in hexadecimal, 64-bit numbers as text. */
export const otlpTraces = (spans: readonly PostSpan[]): object => ({
  resourceSpans: [
    {
      resource: { attributes: attributesOf({ "service.name": SERVICE }) },
      scopeSpans: [{ scope: { name: "event-stream-starter" }, spans: spans.map(spanOf) }],
    },
  ],
});

export type SpanExporter = {
  write: WriteSpan;
  /** Sends what was written; undefined when nothing was. Never throws. */
  flush(): Promise<void> | undefined;
};

/** Of what one isolate writes between two flushes; a collector that is out costs no memory. */
const MAX_WAITING = 2_000;
const A_REQUEST = 500;
const LIMITS = { pace: { perMinute: 600, gapMs: 0 }, dailyBudget: null };

/**
 * Exports spans by OTLP over HTTP, at most once: what a collector does not take is lost, and
 * nothing that must be right depends on it. One that stays out is not called until its breaker
 * closes.
 */
export function otlpExporter(target: OtlpTarget, ports: CallPorts): SpanExporter {
  const guard = localGuard(ports.now);
  let waiting: PostSpan[] = [];
  const send = async (spans: readonly PostSpan[]): Promise<void> => {
    await guardedCall(
      { provider: "otlp", limits: LIMITS, patienceMs: 0 },
      () => ({
        url: `${target.endpoint.replace(/\/$/, "")}/v1/traces`,
        method: "POST",
        headers: { ...target.headers, "content-type": "application/json" },
        body: JSON.stringify(otlpTraces(spans)),
        timeoutMs: 5_000,
        maxBytes: 16_384,
        overflow: "cut",
      }),
      { ...ports, guard, sleep: async () => undefined },
    );
  };
  return {
    write: (span) => void (waiting.length < MAX_WAITING && waiting.push(span)),
    flush() {
      if (waiting.length === 0) return undefined;
      const spans = waiting;
      waiting = [];
      const parts = Array.from({ length: Math.ceil(spans.length / A_REQUEST) }, (_, n) =>
        spans.slice(n * A_REQUEST, (n + 1) * A_REQUEST),
      );
      return Promise.allSettled(parts.map(send)).then(() => undefined);
    },
  };
}
