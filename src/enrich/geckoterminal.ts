import * as z from "zod";
import { guardedCall } from "../http/provider-call.ts";
import { numeric, numericAmount } from "../kit/numeric.ts";
import { DEX_FACTS, sumAmounts } from "../markets/dex-facts.ts";
import {
  GECKO_LIMITS,
  GECKO_NETWORKS,
  GeckoSettings,
  geckoApi,
  geckoVerdict,
} from "../markets/geckoterminal.ts";
import type { FactValues } from "../model/facts.ts";
import { type EnricherAnswer, enricher, NO_ANSWER, NOTHING_KNOWN } from "./enricher.ts";

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
    attributes: z.object({
      price_usd: z.unknown().optional(),
      total_reserve_in_usd: z.unknown().optional(),
      volume_usd: Bag,
    }),
  }),
  included: z.array(z.unknown()).nullish(),
});

/**
 * Ids are `{network}_{address}` and networks may hold `_`: compare whole ids. EVM addresses are
 * lower case in them.
 */
const sameId = (a: string, b: string): boolean =>
  a === b || (a.includes("_0x") && a.toLowerCase() === b.toLowerCase());

const reserveOf = (pool: z.infer<typeof Pool>): number =>
  numericAmount(pool.attributes.reserve_in_usd) ?? 0;

/**
 * Facts from the token and its top pools. Change, hourly volume and age come from pools of which it
 * is the base.
 */
export function tokenFacts(
  { data, included }: z.infer<typeof TokenAnswer>,
  now: number,
): FactValues {
  const { id, attributes: token } = data;
  const own = (included ?? [])
    .flatMap((item) => Pool.safeParse(item).data ?? [])
    .filter((pool) => sameId(pool.relationships.base_token.data.id, id))
    .toSorted((a, b) => reserveOf(b) - reserveOf(a));
  const deepest = own[0];
  const born = own
    .map((pool) => Date.parse(pool.attributes.pool_created_at ?? ""))
    .filter((at) => Number.isFinite(at) && at <= now);
  return {
    dex_liquidity: numericAmount(token.total_reserve_in_usd),
    dex_volume_1h: sumAmounts(own.map((pool) => numericAmount(pool.attributes.volume_usd?.h1))),
    dex_volume_24h: numericAmount(token.volume_usd?.h24),
    dex_price_usd: numericAmount(token.price_usd),
    dex_price_change_1h: numeric(deepest?.attributes.price_change_percentage?.h1),
    dex_price_change_24h: numeric(deepest?.attributes.price_change_percentage?.h24),
    dex_pair_age_hours: born.length === 0 ? null : (now - Math.min(...born)) / 3_600_000,
  };
}

export const geckoterminal = enricher({
  name: "geckoterminal",
  group: "dex",
  title: "GeckoTerminal",
  docs: [
    "Price, liquidity and volume when DexScreener has no answer. No key on the public door;",
    "COINGECKO_API_KEY uses the demo door of CoinGecko.",
  ].join(" "),
  provides: DEX_FACTS,
  settings: z.object(GeckoSettings),
  keepSeconds: 3_600,
  limits: () => GECKO_LIMITS,
  supports: (token) => GECKO_NETWORKS[token.chain] !== undefined,
  async ask(token, settings, ports): Promise<EnricherAnswer> {
    const { base, headers } = geckoApi(settings);
    const network = GECKO_NETWORKS[token.chain];
    const path = `/networks/${network}/tokens/${encodeURIComponent(token.tokenCa)}`;
    const answer = await guardedCall(
      { provider: "geckoterminal", limits: GECKO_LIMITS },
      () => ({
        url: `${base}${path}?include=top_pools`,
        headers,
        timeoutMs: 4_000,
        expect: "json",
        accepts: (json) => TokenAnswer.safeParse(json).success,
        classify: (answer) =>
          geckoVerdict(answer) ??
          (answer.status === 404 ? { kind: "empty", reason: "unlisted" } : undefined),
      }),
      ports,
    );
    if (answer.verdict.kind === "empty") return NOTHING_KNOWN("unlisted");
    if (answer.verdict.kind !== "ok") return NO_ANSWER(answer.verdict);
    const values = tokenFacts(TokenAnswer.parse(answer.json), ports.now());
    return { verdict: answer.verdict, values, notes: [], freshSeconds: 60 };
  },
});
