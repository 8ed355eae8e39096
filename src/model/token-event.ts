import * as z from "zod";
import { Chain, EventType } from "./scalars.ts";

/**
 * A token in a time window, summed over its evidence. Every figure follows from the set of evidence
 * alone, whatever its order.
 */
export const TokenEvent = z.object({
  eventKey: z.string(),
  type: EventType,
  symbol: z.string().nullable(),
  tokenCa: z.string().nullable(),
  chain: Chain,
  summary: z.string(),
  windowStart: z.string(),
  startTs: z.string(),
  lastTs: z.string(),
  /** Distinct texts: near-duplicates count once. */
  evidenceCount: z.number().int(),
  /** Near-duplicates beyond the first of each text. */
  copies: z.number().int(),
  uniqueAuthors: z.number().int(),
});
export type TokenEvent = z.infer<typeof TokenEvent>;
