import { expect, it } from "vitest";
import { otlp } from "../../../local/emulators/services/otlp.ts";
import { type OtlpTarget, otlpExporter } from "./otlp.ts";
import { type PostSpan, writePostSpan, writeSteps } from "./span.ts";

const NOON = Date.UTC(2026, 0, 15, 12);
const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const SENDER = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";
const OTHER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const TARGET: OtlpTarget = {
  endpoint: "https://collector.test/otlp/",
  headers: { authorization: "Bearer SECRET" },
};
const step = { name: "enrich", at: NOON + 12.5, ms: 300, attributes: { n: 3, none: null } };

/** An exporter whose requests the emulator of a collector answers. */
function setUp(answer?: () => Response) {
  let now = NOON;
  const asked: { url: string; headers: Headers; spans: Record<string, unknown>[] }[] = [];
  const exporter = otlpExporter(TARGET, {
    now: () => now,
    async fetch(url, { headers, body }) {
      const json = JSON.parse(String(body));
      const { spans } = json.resourceSpans[0].scopeSpans[0];
      asked.push({ url, headers: new Headers(headers), spans });
      if (answer) return answer();
      const call = { method: "POST", path: "/v1/traces", query: new URLSearchParams() };
      const reply = otlp.answer({ ...call, headers: {}, text: "", json, now, base: "" });
      return Response.json(reply.body, { status: reply.status });
    },
  });
  return { exporter, asked, pass: (ms: number) => (now += ms) };
}

it("sends a post's spans as a collector takes them, each under the one it belongs to", async () => {
  const { exporter, asked } = setUp();
  const post = { name: "post", at: NOON, ms: 12, attributes: { "post.source": "x" } };
  writePostSpan(exporter.write, { trace: TRACE, from: SENDER }, post);
  const dex = { name: "dex", at: NOON + 13, ms: 80, attributes: {}, failure: "retry: HTTP 500" };
  writeSteps(exporter.write, TRACE, [{ ...step, inside: [dex] }]);
  await exporter.flush();
  expect(asked[0]?.url).toBe("https://collector.test/otlp/v1/traces");
  expect(asked[0]?.headers.get("authorization")).toBe("Bearer SECRET");
  const [root, enrich, provider] = asked[0]?.spans ?? [];
  expect(root).toMatchObject({
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    parentSpanId: "00f067aa0ba902b7",
    startTimeUnixNano: `${NOON}000000`,
    endTimeUnixNano: `${NOON + 12}000000`,
    attributes: [{ key: "post.source", value: { stringValue: "x" } }],
  });
  expect(enrich).toMatchObject({
    parentSpanId: "b7ad6b7169203331",
    startTimeUnixNano: `${NOON + 12}500000`,
    attributes: [{ key: "n", value: { intValue: "3" } }],
  });
  expect(provider).toMatchObject({
    name: "dex",
    parentSpanId: enrich?.spanId,
    status: { code: 2, message: "retry: HTTP 500" },
  });
  const shown = (path: string) =>
    otlp.answer({
      ...{ method: "GET", path, query: new URLSearchParams(), headers: {}, text: "" },
      ...{ json: undefined, now: NOON, base: "" },
    });
  expect(shown("/traces").body).toContain("0af7651916cd43dd8448eb211c80319c");
  expect(shown("/traces/0af7651916cd43dd8448eb211c80319c").body).toMatch(
    /post.*enrich.*dex.*retry: HTTP 500/s,
  );
});

it("links to a sender whose trace is another, and exports no trace that is not sampled", () => {
  const written: PostSpan[] = [];
  const write = (span: PostSpan) => void written.push(span);
  writePostSpan(write, { trace: TRACE, from: OTHER }, step);
  expect(written).toMatchObject([{ parentId: undefined, links: [OTHER] }]);
  const unsampled = TRACE.replace(/01$/, "00");
  writePostSpan(write, { trace: unsampled, from: undefined }, step);
  writeSteps(write, unsampled, [step]);
  writeSteps(write, undefined, [step]);
  writeSteps(undefined, TRACE, [step]);
  expect(written).toHaveLength(1);
});

it("gives a step the same id at every try", () => {
  const ids: string[] = [];
  for (const _ of [1, 2]) writeSteps(({ spanId }) => void ids.push(spanId), TRACE, [step]);
  expect(ids[0]).toBe(ids[1]);
});

it("is bounded, asks nothing without spans, and leaves a collector alone that is out", async () => {
  const { exporter, asked, pass } = setUp(() => new Response("no", { status: 503 }));
  expect(exporter.flush()).toBeUndefined();
  for (let n = 0; n < 5_000; n++) writeSteps(exporter.write, TRACE, [{ ...step, at: NOON + n }]);
  await exporter.flush();
  expect(asked.map(({ spans }) => spans.length)).toEqual([500, 500, 500, 500]);
  for (let n = 0; n < 5; n++) {
    writeSteps(exporter.write, TRACE, [step]);
    await exporter.flush();
    pass(1_000);
  }
  expect(asked).toHaveLength(5);
});
