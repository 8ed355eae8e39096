import * as z from "zod";
import { CHAINS, EVENT_TYPES, RiskLevel } from "./scalars.ts";

export const FactValue = z.union([z.number(), z.string(), z.array(z.string()), z.null()]);
export type FactValue = z.infer<typeof FactValue>;
export type FactValues = Record<string, FactValue>;

/**
 * What a condition may name: the type of each fact, who provides it, and all that a text can be
 * where that is known. A custom enricher adds its own.
 */
export type FactVocabulary = Record<string, FactKind>;

export type FactKind = {
  type: "number" | "string" | "list";
  provider: string;
  unit?: string;
  /** All that a text can be. */
  values?: readonly string[];
  /** How each text is written, where the values are not known: `pattern` fits all of them. */
  form?: { pattern: RegExp; description: string; rewrite?: (text: string) => string };
  /** What a number never is below, and never above. */
  least?: number;
  most?: number;
  /** A number without decimals. */
  whole?: boolean;
};

/** A unit such as `0..1` bounds the number. */
function number(provider: string, unit?: string): FactKind {
  const [, least, most] = /^(-?[\d.]+)\.\.(-?[\d.]+)$/.exec(unit ?? "") ?? [];
  return {
    type: "number",
    provider,
    ...(unit !== undefined && { unit }),
    ...(least !== undefined && { least: Number(least) }),
    ...(most !== undefined && { most: Number(most) }),
  };
}
const amount = (provider: string, unit?: string): FactKind => ({
  ...number(provider, unit),
  least: 0,
});
const count = (provider: string): FactKind => ({ ...amount(provider), whole: true });
const flag = (provider: string): FactKind => ({ ...count(provider), most: 1 });
const percent = (provider: string, bounds: Pick<FactKind, "least" | "most">): FactKind => ({
  ...number(provider, "percent"),
  ...bounds,
});
const string = (provider: string, values?: readonly string[]): FactKind => ({
  type: "string",
  provider,
  ...(values && { values }),
});

const TICKER = {
  pattern: /^[^\p{Ll}$#\s](?:[^\p{Ll}$#]*[^\p{Ll}$#\s])?$/u,
  description: "in capital letters and without $",
  rewrite: (text: string) => text.trim().replace(/^[$#]/, "").toUpperCase(),
};
const KEYWORD = {
  pattern: /^[^\p{Lu}\s#$@]{3,}$/u,
  description: "as one word of three characters or more, in small letters",
  rewrite: (text: string) => text.replace(/^[#$@]/, "").toLowerCase(),
};
/** ISO 639-1. */
const LANGUAGES =
  "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu " +
  "cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi " +
  "ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks " +
  "ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl " +
  "nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl " +
  "sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve " +
  "vi vo wa wo xh yi yo za zh zu";
/** Countries that stand where their language is meant. */
const COUNTRIES: Readonly<Record<string, string>> = {
  cn: "zh",
  cz: "cs",
  dk: "da",
  gr: "el",
  jp: "ja",
  ua: "uk",
  vn: "vi",
};
const LANGUAGE_CODE = {
  pattern: new RegExp(`^(?:${LANGUAGES.replaceAll(" ", "|")})$`),
  description: "as a code of ISO 639-1, such as en",
  rewrite(text: string): string {
    const code = text.slice(0, 2).toLowerCase();
    return COUNTRIES[code] ?? code;
  },
};

/**
 * The facts that come with the product (docs/rules.md). Flags are 1 or 0. `event` facts come from
 * the evidence, the rest from enrichers.
 */
export const FACTS: FactVocabulary = {
  sentiment: number("event", "-1..1"),
  last_sentiment_score: number("event", "-1..1"),
  sentiment_min: number("event", "-1..1"),
  sentiment_max: number("event", "-1..1"),
  stance: number("event", "-1..1"),
  stance_share: number("event", "0..1"),
  mentions: count("event"),
  evidence_count: count("event"),
  unique_authors: count("event"),
  copies: count("event"),
  texts_by_hash: count("event"),
  followers_max: count("event"),
  age_minutes: amount("event", "minutes"),
  heat_slope: number("event", "posts per minute, per minute"),
  kol_mentions: count("event"),
  time_guessed: flag("event"),
  type: string("event", EVENT_TYPES),
  type_confidence: number("event", "0..1"),
  keywords: { type: "list", provider: "event", form: KEYWORD },
  lang: { ...string("event"), form: LANGUAGE_CODE },
  chain: string("event", CHAINS),
  symbol: { ...string("event"), form: TICKER },
  contract: string("token"),
  contract_symbol: { ...string("token"), form: TICKER },
  goplus_risk: string("goplus", RiskLevel.options),
  buy_tax: percent("goplus", { least: 0, most: 100 }),
  sell_tax: percent("goplus", { least: 0, most: 100 }),
  is_honeypot: flag("goplus"),
  is_open_source: flag("goplus"),
  holder_count: count("goplus"),
  top10_share: number("goplus", "0..1"),
  lp_lock_days: amount("goplus", "days"),
  dex_liquidity: amount("dex", "USD"),
  dex_volume_1h: amount("dex", "USD"),
  dex_volume_24h: amount("dex", "USD"),
  dex_price_usd: amount("dex", "USD"),
  dex_price_change_1h: percent("dex", { least: -100 }),
  dex_price_change_24h: percent("dex", { least: -100 }),
  dex_pair_age_hours: amount("dex", "hours"),
  active_addrs_24h: count("bigquery"),
  transfers_24h: count("bigquery"),
  new_holders_24h: count("bigquery"),
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
  /** How long this answer was waited for, in milliseconds; what a cache holds has none. */
  ms: z.number().optional(),
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
  /**
   * Since when the signal is verified or downgraded, and the comparisons that made it so. Evidence
   * of older versions has none.
   */
  stateSince: z.object({ at: z.string(), by: z.string() }).optional(),
  /** A model's opinion on the post that changed the state; it stays until another takes its place. */
  opinion: ProviderFacts.optional(),
});
export type EventFacts = z.infer<typeof EventFacts>;
