import { describe, expect, it } from "vitest";
import { parseTraceparent, traceIdOf } from "../kit/trace-context.ts";
import { silentTelemetry } from "../observability/telemetry.ts";
import { post } from "../store/contract/fixtures.ts";
import { senderTrace, tracedPosts } from "./post-traces.ts";

const SENDER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const OTHER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

function world(traceRatio = 1) {
  const counted: string[] = [];
  const telemetry = {
    ...silentTelemetry,
    count: (name: string, labels?: Record<string, string>) =>
      void counted.push(`${name} ${labels?.result}`),
  };
  return { counted, ports: { telemetry, uuid: () => crypto.randomUUID(), traceRatio } };
}

const fromHeaders = (headers: Record<string, string>, { ports } = world()) =>
  senderTrace(new Headers(headers), ports.telemetry);

describe("a post that came alone", () => {
  it("continues the trace of its sender, in a span of its own", () => {
    const { ports } = world();
    const from = fromHeaders({ traceparent: SENDER, tracestate: "vendor=abc, other=1" });
    const [traced] = tracedPosts([post(1)], from, ports);
    expect(traceIdOf(traced?.trace ?? "")).toBe("0af7651916cd43dd8448eb211c80319c");
    expect(traced?.trace).not.toBe(SENDER);
    expect(traced).toMatchObject({ traceFrom: SENDER, traceState: "vendor=abc,other=1" });
  });

  it("is exported when its sender's trace is, whatever our own share", () => {
    const sampled = (traceparent: string, ratio: number) =>
      parseTraceparent(
        tracedPosts([post(1)], fromHeaders({ traceparent }), world(ratio).ports)[0]?.trace ?? "",
      )?.sampled;
    expect([sampled(SENDER, 0), sampled(OTHER, 1)]).toEqual([true, false]);
  });
});

describe("posts of a batch", () => {
  it("have a trace each, which links to the sender's", () => {
    const posts = Array.from({ length: 1_000 }, (_, id) => post(id));
    const from = fromHeaders({ traceparent: SENDER, tracestate: "vendor=abc" });
    const traced = tracedPosts(posts, from, world().ports);
    expect(new Set(traced.map(({ trace }) => traceIdOf(trace ?? ""))).size).toBe(1_000);
    expect(traced.every(({ traceFrom }) => traceFrom === SENDER)).toBe(true);
    expect(traced.some(({ traceState }) => traceState !== undefined)).toBe(false);
  });

  it("continue the trace that an event itself names", () => {
    const { ports, counted } = world();
    const own = post(2, { traceFrom: OTHER, traceState: "vendor=2" });
    const bad = post(3, { traceFrom: "00-0-0-00" });
    const traced = tracedPosts([post(1), own, bad], fromHeaders({ traceparent: SENDER }), ports);
    expect(traceIdOf(traced[1]?.trace ?? "")).toBe("4bf92f3577b34da6a3ce929d0e0e4736");
    expect(traced[1]).toMatchObject({ traceFrom: OTHER, traceState: "vendor=2" });
    expect(traced[2]?.traceFrom).toBe(SENDER);
    expect(counted).toEqual(["traceparents_total taken", "traceparents_total malformed"]);
  });

  it("are exported by the share that is asked for, decided by the trace id alone", () => {
    const share = (ratio: number) =>
      tracedPosts(
        Array.from({ length: 2_000 }, (_, id) => post(id)),
        undefined,
        world(ratio).ports,
      ).filter(({ trace }) => parseTraceparent(trace ?? "")?.sampled).length / 2_000;
    expect(share(0)).toBe(0);
    expect(share(1)).toBe(1);
    expect(share(0.25)).toBeCloseTo(0.25, 1);
  });
});

describe("a traceparent", () => {
  it.each([
    "0af7651916cd43dd8448eb211c80319c",
    "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
    "00-00000000000000000000000000000000-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
    "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    `${SENDER}-extra`,
    `${SENDER}, ${OTHER}`,
    "' or 1=1 --",
  ])("that is malformed is counted and ignored: %s", (traceparent) => {
    const { counted, ports } = world();
    expect(senderTrace(new Headers({ traceparent }), ports.telemetry)).toBeUndefined();
    expect(counted).toEqual(["traceparents_total malformed"]);
  });

  it("of a later version is read as far as it is known", () => {
    const later = SENDER.replace("00-", "01-");
    expect(fromHeaders({ traceparent: `${later}-more` })?.parent.traceId).toMatch(/^0af7/);
  });

  it("that is absent is no fault", () => {
    const { counted, ports } = world();
    expect(senderTrace(new Headers(), ports.telemetry)).toBeUndefined();
    expect(counted).toEqual([]);
  });
});

describe("a tracestate", () => {
  it.each([
    ["a=1", "a=1"],
    ["a=1,,tenant@sys=b c", "a=1,tenant@sys=b c"],
    ["A=1", undefined],
    ["a=1=2", undefined],
    ["", undefined],
    [`a=${"x".repeat(257)}`, undefined],
    [Array.from({ length: 33 }, (_, n) => `k${n}=1`).join(), undefined],
    [Array.from({ length: 9 }, (_, n) => `k${n}=${"x".repeat(60)}`).join(), undefined],
  ])("%j is kept as %j", (tracestate, kept) => {
    expect(fromHeaders({ traceparent: SENDER, tracestate })?.state).toBe(kept);
  });
});
