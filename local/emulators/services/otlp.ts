import * as z from "zod";
import { type Emulator, json, NO_SETTINGS, NOT_FOUND, text } from "../emulator.ts";

/** A span as OTLP's JSON form has it; what a collector would not take is refused here too. */
const Span = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  name: z.string().min(1),
  startTimeUnixNano: z.string().regex(/^\d+$/),
  endTimeUnixNano: z.string().regex(/^\d+$/),
  status: z.object({ code: z.number(), message: z.string().optional() }).optional(),
});
type Span = z.infer<typeof Span>;
const Export = z.object({
  resourceSpans: z.array(
    z.object({ scopeSpans: z.array(z.object({ spans: z.array(Span).min(1) })).min(1) }),
  ),
});

/** The newest traces by their id: a stand-in for a collector and its page. */
const traces = new Map<string, Span[]>();
const MOST_TRACES = 500;

function keep(span: Span): void {
  const known = traces.get(span.traceId) ?? [];
  traces.delete(span.traceId);
  traces.set(span.traceId, [...known.filter(({ spanId }) => spanId !== span.spanId), span]);
  for (const oldest of traces.keys()) {
    if (traces.size <= MOST_TRACES) break;
    traces.delete(oldest);
  }
}

const escaped = (words: string): string =>
  words.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
const msOf = (nanoseconds: string): number => Number(BigInt(nanoseconds) / 1_000n) / 1_000;

const depthOf = ({ parentSpanId }: Span, spans: readonly Span[], depth = 0): number => {
  const parent = spans.find(({ spanId }) => spanId === parentSpanId);
  return parent === undefined || depth > 5 ? depth : depthOf(parent, spans, depth + 1);
};

function waterfall(id: string, spans: readonly Span[]): string {
  const inOrder = spans.toSorted((a, b) =>
    BigInt(a.startTimeUnixNano) < BigInt(b.startTimeUnixNano) ? -1 : 1,
  );
  const from = Math.min(...inOrder.map(({ startTimeUnixNano }) => msOf(startTimeUnixNano)));
  const until = Math.max(...inOrder.map(({ endTimeUnixNano }) => msOf(endTimeUnixNano)));
  const share = (ms: number) => ((100 * ms) / Math.max(until - from, 1)).toFixed(2);
  const rows = inOrder.map((span) => {
    const begin = msOf(span.startTimeUnixNano);
    const ms = msOf(span.endTimeUnixNano) - begin;
    const failed = span.status?.code === 2;
    return (
      `<tr><td style="padding-left:${depthOf(span, inOrder)}em">${escaped(span.name)}</td>` +
      `<td>${ms.toFixed(1)} ms` +
      `${failed ? ` ${escaped(span.status?.message ?? "failed")}` : ""}</td>` +
      `<td class="bar"><i class="${failed ? "failed" : ""}" style="margin-left:` +
      `${share(begin - from)}%;width:max(2px,${share(ms)}%)"></i></td></tr>`
    );
  });
  return page(
    `Trace ${id}`,
    `<table><tr><th>span</th><th>took</th><th>${(until - from).toFixed(1)} ms</th></tr>` +
      `${rows.join("")}</table>`,
  );
}

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title><style>` +
  "body{font:14px system-ui;margin:2em;color-scheme:light dark}table{width:100%}" +
  "td,th{text-align:left;padding:.2em .6em}.bar{width:60%}i{display:block;height:.8em;" +
  `background:#3a7}i.failed{background:#c33}</style><h1>${escaped(title)}</h1>${body}</html>`;

const list = (): string =>
  page(
    "Traces",
    `<ul>${[...traces]
      .reverse()
      .map(([id, spans]) => `<li><a href="traces/${id}">${id}</a> ${spans.length} spans</li>`)
      .join("")}</ul>`,
  );

/** Takes OTLP over HTTP as JSON, and shows each trace: `npm start -- --traces`. */
export const otlp: Emulator = {
  name: "otlp",
  ...NO_SETTINGS,
  refusals: {
    throttled: json({ code: 8, message: "too many requests" }, 429),
  },
  answer({ method, path, json: body }) {
    if (method === "POST" && path === "/v1/traces") {
      const read = Export.safeParse(body);
      if (!read.success) return json({ code: 3, message: z.prettifyError(read.error) }, 400);
      for (const { scopeSpans } of read.data.resourceSpans)
        for (const { spans } of scopeSpans) spans.forEach(keep);
      return json({});
    }
    const [, id] = /^\/traces\/([0-9a-f]{32})$/.exec(path) ?? [];
    const spans = id === undefined ? undefined : traces.get(id);
    if (id !== undefined && spans !== undefined) return text(waterfall(id, spans), "text/html");
    return path === "/traces" ? text(list(), "text/html") : NOT_FOUND;
  },
};
