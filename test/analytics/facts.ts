import type { Telemetry } from "../../src/observability/telemetry.ts";

/** What happened in one minute, by kind, as the expectations count it and as the Worker reports. */
export type Fact = { minute: number } & Record<string, string | number>;
export type KnownFacts = Record<FactKind, Fact[]>;
type FactKind =
  | "posts"
  | "stages"
  | "calls"
  | "signals"
  | "deliveries"
  | "cache"
  | "breakers"
  | "whole"
  | "queues";

export const STAGES = [
  ...["accept", "filter", "refine", "dedup"],
  ...["enrich", "rules", "store", "notify"],
];
const SOURCES = ["x", "rss", "hackernews"];
const OUTCOMES = [
  { outcome: "accepted", reason: "" },
  { outcome: "kept", reason: "" },
  { outcome: "dropped", reason: "spam" },
  { outcome: "dropped", reason: "language" },
  { outcome: "duplicate", reason: "" },
];
const ANSWERS = [
  { verdict: "ok", code: "200" },
  { verdict: "empty", code: "404" },
  { verdict: "throttled", code: "429" },
];

/** A fixed sequence. */
function draws(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

/**
 * Facts of an hour. `report` tells the telemetry of one minute what happened in it, by the calls
 * that the pipeline makes.
 */
export function makeFacts(count: number) {
  const draw = draws(7);
  const pick = <T>(list: readonly T[]): T => list[draw(list.length)] as T;
  const known: KnownFacts = {
    posts: [],
    stages: [],
    calls: [],
    signals: [],
    deliveries: [],
    cache: [],
    breakers: [],
    whole: [],
    queues: [],
  };
  const reports: { minute: number; report(to: Telemetry): void }[] = [];
  for (let n = 0; n < count; n++) {
    const minute = draw(60);
    const post = { source: pick(SOURCES), ...pick(OUTCOMES) };
    const stage = pick(STAGES);
    const channel = pick(["telegram", "webhook"]);
    const ms = draw(900);
    const call = { provider: pick(["goplus", "dexscreener"]), ...pick(ANSWERS) };
    const { provider } = call;
    const signal = {
      state: pick(["candidate", "verified", "downgraded"]),
      score: draw(40) - 10,
      version: pick(["aaaaaaaaaaaa", "bbbbbbbbbbbb"]),
      token: pick(["DEMO", "OTHER", "THIRD"]),
    };
    const result = pick(["ok", "retry"]);
    const look = pick(["hit", "stale", "miss"]);
    const breaker = pick(["open", "closed"]);
    known.posts.push({ minute, ...post });
    known.stages.push({ minute, stage, ms, channel });
    known.calls.push({ minute, ms, ...call });
    known.signals.push({ minute, ...signal });
    known.deliveries.push({ minute, channel, result });
    known.cache.push({ minute, provider, look });
    known.breakers.push({ minute, provider, breaker });
    known.whole.push({ minute, ms: ms * 10 });
    known.queues.push({ minute, queue: post.source, messages: n });
    const report = (to: Telemetry): void => {
      to.count("posts_total", post);
      to.observe("pipeline_latency_ms", { stage, channel: stage === "notify" ? channel : "" }, ms);
      to.observe("external_request_ms", { provider, outcome: call.verdict, reason: call.code }, ms);
      const { state, version, token, score } = signal;
      const labels = { state, rules_version: version, token, chain: "eth" };
      to.count("signals_total", labels, 1, { value: score });
      to.count("delivery_total", { channel, result });
      to.count("cache_total", { provider, result: look });
      to.count("breaker_changes_total", { provider, state: breaker });
      if (breaker === "open") to.sample("breaker_state", { provider, state: breaker }, 2);
      to.observe("http_request_ms", { route: "/ingest", status: "202" }, ms);
      to.observe("pipeline_latency_ms", { stage: "posts" }, ms);
      to.observe("end_to_end_ms", {}, ms * 10);
      to.sample("queue_backlog", { queue: post.source }, n);
    };
    reports.push({ minute, report });
  }
  return { known, reports };
}
