import * as z from "zod";
import { CHAINS, EVENT_TYPES, RiskLevel } from "./scalars.ts";

export const FactValue = z.union([z.number(), z.string(), z.array(z.string()), z.null()]);
export type FactValue = z.infer<typeof FactValue>;
export type FactValues = Record<string, FactValue>;

/**
 * What a condition may name: the type of each fact, who provides it, and all that a text can be
 * where that is known. A custom enricher adds its own.
 */
export type FactVocabulary = Record<
  string,
  {
    type: "number" | "string" | "list";
    provider: string;
    unit?: string;
    values?: readonly string[];
  }
>;

const number = (provider: string, unit?: string) => ({
  type: "number" as const,
  provider,
  ...(unit !== undefined && { unit }),
});
const string = (provider: string, values?: readonly string[]) => ({
  type: "string" as const,
  provider,
  ...(values && { values }),
});
const list = (provider: string) => ({ type: "list" as const, provider });

/**
 * The facts that come with the product (docs/rules.md). Flags are 1 or 0. `event` facts come from
 * the evidence, the rest from enrichers.
 */
export const FACTS: FactVocabulary = {
  sentiment: number("event", "-1..1"),
  last_sentiment_score: number("event", "-1..1"),
  sentiment_min: number("event", "-1..1"),
  sentiment_max: number("event", "-1..1"),
  mentions: number("event"),
  evidence_count: number("event"),
  unique_authors: number("event"),
  copies: number("event"),
  followers_max: number("event"),
  age_minutes: number("event", "minutes"),
  heat_slope: number("event", "posts per minute, per minute"),
  kol_mentions: number("event"),
  time_guessed: number("event"),
  type: string("event", EVENT_TYPES),
  type_confidence: number("event"),
  keywords: list("event"),
  lang: string("event"),
  chain: string("event", CHAINS),
  symbol: string("event"),
  goplus_risk: string("goplus", RiskLevel.options),
  buy_tax: number("goplus", "percent"),
  sell_tax: number("goplus", "percent"),
  is_honeypot: number("goplus"),
  is_open_source: number("goplus"),
  holder_count: number("goplus"),
  top10_share: number("goplus", "0..1"),
  lp_lock_days: number("goplus", "days"),
  dex_liquidity: number("dex", "USD"),
  dex_volume_1h: number("dex", "USD"),
  dex_volume_24h: number("dex", "USD"),
  dex_price_usd: number("dex", "USD"),
  dex_price_change_1h: number("dex", "percent"),
  dex_price_change_24h: number("dex", "percent"),
  dex_pair_age_hours: number("dex", "hours"),
  active_addrs_24h: number("bigquery"),
  transfers_24h: number("bigquery"),
  new_holders_24h: number("bigquery"),
  whale_share: number("bigquery", "0..1"),
  onchain_confidence: number("bigquery", "0..1"),
};

/**
 * One provider's answer about a token: values with the time they describe. missing, stale and
 * partial mark the signal degraded; empty is an
 * answer: the provider knows nothing of the token.
 */
export const ProviderFacts = z.object({
  /** The name that rules know: "goplus", "dex", "bigquery". */
  provider: z.string(),
  /** Who answered, when `provider` is a group of them: "dexscreener". */
  via: z.string().nullable().optional(),
  status: z.enum(["fresh", "stale", "partial", "empty", "missing"]),
  /** When the provider said it; null when it said nothing. */
  asOf: z.string().nullable(),
  values: z.record(z.string(), FactValue),
  /** Why a value is what it is, for people ("sell tax 25 %"). */
  notes: z.array(z.string()),
  /** Error class when the provider did not answer. */
  error: z.string().nullable(),
});
export type ProviderFacts = z.infer<typeof ProviderFacts>;

/**
 * Everything a score was made from, stored as features_snapshot: enough to explain it byte for byte
 * later.
 */
export const EventFacts = z.object({
  evaluatedAt: z.string(),
  values: z.record(z.string(), FactValue),
  /** fact name -> who said it and when. */
  origin: z.record(z.string(), z.object({ provider: z.string(), asOf: z.string().nullable() })),
  /** Providers whose facts are missing, stale or partial. */
  degraded: z.array(
    z.object({ provider: z.string(), status: z.string(), error: z.string().nullable() }),
  ),
  notes: z.array(z.string()),
});
export type EventFacts = z.infer<typeof EventFacts>;
