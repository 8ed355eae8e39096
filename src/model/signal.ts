import * as z from "zod";
import { EventFacts } from "./facts.ts";
import { Level, RiskLevel, SignalState } from "./scalars.ts";

export const SignalReason = z.object({
  rule: z.string(),
  group: z.string(),
  score: z.number(),
  text: z.string(),
});
export type SignalReason = z.infer<typeof SignalReason>;

export const Signal = z.object({
  eventKey: z.string(),
  state: SignalState,
  /**
   * The state it was in before: what it is held in while a condition of the states is not known.
   * Null for the first verdict.
   */
  previousState: SignalState.nullable(),
  score: z.number(),
  level: Level,
  riskLevel: RiskLevel,
  reasons: z.array(SignalReason),
  /** What is not known, in the words of the rules' `missing` table. */
  missing: z.array(z.string()),
  facts: EventFacts,
  degraded: z.boolean(),
  onchainAsofTs: z.string().nullable(),
  onchainConfidence: z.number().nullable(),
  rulesVersion: z.string(),
  /** How many times the state has changed: the number that a notification belongs to. */
  transition: z.number().int(),
  ts: z.string(),
});
export type Signal = z.infer<typeof Signal>;
