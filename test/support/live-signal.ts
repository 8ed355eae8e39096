import type { LiveMessage } from "../../src/observability/live.ts";

type LiveSignal = Extract<LiveMessage, { event: "signal" }>;

export const liveSignal = (over: Partial<LiveSignal> = {}): LiveSignal => ({
  event: "signal",
  eventKey: "eth:DEMO:2026-01-15T10:00:00Z",
  chain: "eth",
  symbol: "DEMO",
  tokenCa: "0xAb",
  state: "verified",
  previousState: null,
  score: 12,
  level: "observe",
  riskLevel: "green",
  reasons: [],
  degraded: false,
  at: "2026-01-15T10:00:00Z",
  ...over,
});
