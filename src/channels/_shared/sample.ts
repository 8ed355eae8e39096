import { iso } from "../../kit/time.ts";
import type { SignalNotification } from "../../model/delivery.ts";
import type { SignalState } from "../../model/scalars.ts";

const BY_STATE = {
  verified: { previousState: "candidate", score: 14, level: "opportunity", riskLevel: "green" },
  downgraded: { previousState: "verified", score: -9, level: "caution", riskLevel: "red" },
  candidate: { previousState: "downgraded", score: 2, level: "observe", riskLevel: "yellow" },
} as const;

/** A sample signal for previews and test messages, with characters that mark-up must escape. */
export const sampleNotification = (state: SignalState, now: number): SignalNotification => ({
  v: 1,
  eventKey: "evm:0x5b1c2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4:2026-01-15T10:00:00Z",
  transition: 2,
  state,
  ...BY_STATE[state],
  type: "listing",
  chain: "eth",
  symbol: "DEMO",
  tokenCa: "0x5b1c2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4",
  summary: "This is a test message. <b>*Sample*</b> & invented: $DEMO is listed today",
  reasons: [
    { rule: "DX3", group: "dex_activity", score: 8, text: "High liquidity (>= 50000 USD)" },
    { rule: "SE1", group: "sentiment", score: 6, text: "Many authors speak well of it" },
  ],
  missing: ["security scan not finished"],
  degraded: true,
  evidenceCount: 12,
  uniqueAuthors: 9,
  copies: 3,
  rulesVersion: "0000000000000000",
  ts: iso(now),
});
