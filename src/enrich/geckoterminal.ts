import * as z from "zod";
import { guardedCall } from "../kit/guarded-call.ts";
import { numeric } from "../kit/numeric.ts";
import type { Verdict } from "../kit/verdict.ts";
import type { FactValues } from "../model/facts.ts";
import type { Chain } from "../model/scalars.ts";
import { DEX_FACTS } from "./dex-facts.ts";
import { type Asked, enricher, NO_ANSWER, NOTHING_KNOWN } from "./enricher.ts";

const NETWORKS: Partial<Record<Chain, string>> = {
  eth: "eth",
  bsc: "bsc",
  base: "base",
  arb: "arbitrum",
  sol: "solana",
  tron: "tron",
  ton: "ton",
  sui: "sui-network",
  apt: "aptos",
};

/** Published: about 30 a minute and address; answers 429 from 20 on. */
const LIMITS = { pace: { perMinute: 12, gapMs: 1_000 }, dailyBudget: null };

const Bag = z.record(z.string(), z.unknown()).nullish().catch(null);
const Pool = z.object({
  type: z.literal("pool"),
  attributes: z.object({
    pool_created_at: z.string().nullish().catch(null),
    reserve_in_usd: z.unknown().optional(),
    volume_usd: Bag,
    price_change_percentage: Bag,
  }),
  relationships: z.object({ base_token: z.object({ data: z.object({ id: z.string() }) }) }),
});
const TokenAnswer = z.object({
  data: z.object({
    id: z.string(),
    attributes: z.object({ price_usd: z.unknown().optional(), total_reserve_in_usd: z.unknown().optional(), volume_usd: Bag }),
  }),
  included: z.array(z.unknown()).nullish(),
});

/** The rate limit also comes inside a 200. */
export function geckoVerdict({ status, json }: { status: number | null; json: unknown }): Verdict | undefined {
  const envelope = z.object({ status: z.object({ error_code: z.number() }) }).safeParse(json);
  if (envelope.data?.status.error_code === 429) return { kind: "throttled", reason: "rate limit" };
  if (status === 404) return { kind: "empty", reason: "unlisted" };
  return undefined;
}

/** Ids are `{network}_{address}` and networks may hold `_`: compare whole ids. EVM addresses are lower case in them. */
const sameId = (a: string, b: string): boolean => a === b || (a.includes("_0x") && a.toLowerCase() === b.toLowerCase());

const shapeVerdict = (status: number | null, json: unknown): Verdict | undefined =>
  status === 200 && json !== undefined && !TokenAnswer.safeParse(json).success
    ? { kind: "retry", reason: "answer has another shape" }
    : undefined;

const reserveOf = (pool: z.infer<typeof Pool>): number => numeric(pool.attributes.reserve_in_usd) ?? 0;

/** Facts from the token and its top pools. Change, hourly volume and age come from pools of which it is the base. */
export function tokenFacts({ data, included }: z.infer<typeof TokenAnswer>, now: number): FactValues {
  const { id, attributes: token } = data;
  const own = (included ?? [])
    .flatMap((item) => Pool.safeParse(item).data ?? [])
    .filter((pool) => sameId(pool.relationships.base_token.data.id, id))
    .toSorted((a, b) => reserveOf(b) - reserveOf(a));
  const deepest = own[0];
  const hourly = own.flatMap((pool) => numeric(pool.attributes.volume_usd?.h1) ?? []);
  const born = own
    .map((pool) => Date.parse(pool.attributes.pool_created_at ?? ""))
    .filter((at) => Number.isFinite(at) && at <= now);
  return {
    dex_liquidity: numeric(token.total_reserve_in_usd),
    dex_volume_1h: hourly.length === 0 ? null : hourly.reduce((sum, value) => sum + value, 0),
    dex_volume_24h: numeric(token.volume_usd?.h24),
    dex_price_usd: numeric(token.price_usd),
    dex_price_change_1h: numeric(deepest?.attributes.price_change_percentage?.h1),
    dex_price_change_24h: numeric(deepest?.attributes.price_change_percentage?.h24),
    dex_pair_age_hours: born.length === 0 ? null : (now - Math.min(...born)) / 3_600_000,
  };
}

export const geckoterminal = enricher({
  name: "geckoterminal",
  group: "dex",
  title: "GeckoTerminal",
  docs: "Price, liquidity and volume when DexScreener has no answer. No key on the public door; COINGECKO_API_KEY uses the demo door of CoinGecko.",
  provides: DEX_FACTS,
  settings: z.object({
    GECKOTERMINAL_BASE_URL: z.url().default("https://api.geckoterminal.com/api/v2"),
    COINGECKO_API_KEY: z.string().min(1).optional(),
  }),
  keepSeconds: 3_600,
  limits: () => LIMITS,
  supports: (token) => NETWORKS[token.chain] !== undefined,
  async ask(token, settings, ports): Promise<Asked> {
    const answer = await guardedCall(
      { provider: "geckoterminal", limits: LIMITS },
      () => ({
        url: `${settings.GECKOTERMINAL_BASE_URL}/networks/${NETWORKS[token.chain]}/tokens/${encodeURIComponent(token.tokenCa)}?include=top_pools`,
        headers: {
          accept: "application/json;version=20230302",
          ...(settings.COINGECKO_API_KEY !== undefined && { "x-cg-demo-api-key": settings.COINGECKO_API_KEY }),
        },
        timeoutMs: 4_000,
        expect: "json",
        classify: (answer) => geckoVerdict(answer) ?? shapeVerdict(answer.status, answer.json),
      }),
      ports,
    );
    if (answer.verdict.kind === "empty") return NOTHING_KNOWN("unlisted");
    if (answer.verdict.kind !== "ok") return NO_ANSWER(answer.verdict);
    const values = tokenFacts(TokenAnswer.parse(answer.json), ports.now());
    return { verdict: answer.verdict, values, notes: [], freshSeconds: 60 };
  },
});
