import * as z from "zod";
import { type GuardedPorts, guardedCall } from "../kit/guarded-call.ts";
import { numeric } from "../kit/numeric.ts";
import type { Verdict } from "../kit/verdict.ts";
import { canonicalAddress } from "../model/mention.ts";
import type { Chain } from "../model/scalars.ts";
import { NOTHING_NEW, readCursor, worse } from "./places.ts";
import { readPosts } from "./read-posts.ts";
import { type Place, type Polled, source, words } from "./source.ts";

const NETWORKS: Partial<Record<Chain, string>> = {
  ...{ eth: "eth", bsc: "bsc", base: "base", arb: "arbitrum", sol: "solana", tron: "tron", ton: "ton", sui: "sui-network" },
};

/** The same door as the enricher of this name: both keep one pace. */
const LIMITS = { pace: { perMinute: 12, gapMs: 1_000 }, dailyBudget: null };

const Ref = z.object({ data: z.object({ id: z.string() }) });
const Pool = z.object({
  id: z.string(),
  attributes: z.object({
    name: z.string(),
    pool_created_at: z.string(),
    reserve_in_usd: z.unknown().optional(),
    fdv_usd: z.unknown().optional(),
  }),
  relationships: z.object({ base_token: Ref, dex: Ref.optional() }),
});
type Pool = z.infer<typeof Pool>;
const Answer = z.object({ data: z.array(z.unknown()) });

/** The newest creation time seen on each network. */
const Cursor = z.record(z.string(), z.string());
/** Of 20 pools, the newest first; a busy network makes more than a page between two polls. */
const PAGES_A_POLL = 3;

const usd = (value: number): string => `$${Math.round(value).toLocaleString("en-US")}`;

function wire(pool: Pool, chain: Chain, network: string) {
  const { name, pool_created_at: createdAt, reserve_in_usd: reserve } = pool.attributes;
  const address = canonicalAddress(pool.relationships.base_token.data.id.slice(network.length + 1));
  const symbol = name.split(" / ")[0]?.trim().slice(0, 20);
  const dex = pool.relationships.dex?.data.id ?? "dex";
  return {
    ...{ source: "dex-pools", id: pool.id, author: dex, posted_at: createdAt, token_ca: address, chain },
    ...(symbol ? { symbol } : {}),
    text: `New pool launched: ${name} on ${dex} (${chain}), liquidity ${usd(numeric(reserve) ?? 0)}. Contract ${address}`,
    url: `https://www.geckoterminal.com/${network}/pools/${pool.id.slice(network.length + 1)}`,
    lang: "en",
  };
}

async function pools(url: string, ports: GuardedPorts): Promise<{ verdict: Verdict; pools: Pool[]; rejected: number }> {
  const answer = await guardedCall(
    { provider: "geckoterminal", limits: LIMITS, patienceMs: 20_000 },
    () => ({
      url,
      headers: { accept: "application/json;version=20230302" },
      timeoutMs: 8_000,
      expect: "json",
      classify: ({ status, json }) => {
        const envelope = z.object({ status: z.object({ error_code: z.literal(429) }) });
        if (envelope.safeParse(json).success) return { kind: "throttled", reason: "rate limit" };
        const odd = status === 200 && json !== undefined && !Answer.safeParse(json).success;
        return odd ? { kind: "retry", reason: "answer has another shape" } : undefined;
      },
    }),
    ports,
  );
  if (answer.verdict.kind !== "ok") return { verdict: answer.verdict, pools: [], rejected: 0 };
  const read = Answer.parse(answer.json).data.map((item) => Pool.safeParse(item).data);
  const known = read.filter((pool) => pool !== undefined);
  return { verdict: answer.verdict, pools: known, rejected: read.length - known.length };
}

type Read = { verdict: Verdict; pools: Pool[]; rejected: number; whole: boolean };

/** Page by page back to the pools made at `from`. Not whole: a page failed, so there may be a gap before the oldest that came. */
async function poolsSince(from: string, base: string, ports: GuardedPorts): Promise<Read> {
  const read: Read = { verdict: NOTHING_NEW, pools: [], rejected: 0, whole: true };
  const most = from === "" ? 1 : PAGES_A_POLL;
  for (let page = 1; page <= most; page++) {
    const found = await pools(`${base}?page=${page}`, ports);
    read.verdict = worse(read.verdict, found.verdict);
    read.whole = found.verdict.kind === "ok";
    read.rejected += found.rejected;
    const fresh = found.pools.filter(({ attributes }) => attributes.pool_created_at > from);
    read.pools.push(...fresh);
    if (!read.whole || fresh.length < found.pools.length || fresh.length === 0) break;
  }
  return read;
}

export const dexPools = source({
  name: "dex-pools",
  title: "New DEX pools",
  kind: "poll",
  docs: "New liquidity pools from GeckoTerminal, each a post that names its token and contract. No key. Pools under DEX_POOLS_MIN_LIQUIDITY USD are left out.",
  settings: z.object({
    GECKOTERMINAL_BASE_URL: z.url().default("https://api.geckoterminal.com/api/v2"),
    DEX_POOLS_CHAINS: words.default(["eth", "sol", "base"]),
    DEX_POOLS_MIN_LIQUIDITY: z.coerce.number().nonnegative().default(10_000),
    DEX_POOLS_EVERY_MINUTES: z.coerce.number().int().min(1).default(5),
  }),
  providers: () => ["geckoterminal"],
  everyMinutes: (settings) => settings.DEX_POOLS_EVERY_MINUTES,
  async poll(settings, { cursor, since }: Place, ports): Promise<Polled> {
    const reached = readCursor(Cursor, cursor, {});
    const polled: Polled = { verdict: NOTHING_NEW, posts: [], rejected: 0, cursor };
    for (const [chain, network] of Object.entries(NETWORKS) as [Chain, string][]) {
      if (!settings.DEX_POOLS_CHAINS.includes(chain)) continue;
      const from = reached[network] ?? since ?? "";
      const found = await poolsSince(from, `${settings.GECKOTERMINAL_BASE_URL}/networks/${network}/new_pools`, ports);
      polled.verdict = worse(polled.verdict, found.verdict);
      const deep = found.pools.filter(
        ({ attributes }) => (numeric(attributes.reserve_in_usd) ?? 0) >= settings.DEX_POOLS_MIN_LIQUIDITY,
      );
      const { posts, rejected } = readPosts(deep, (pool) => wire(pool, chain, network));
      polled.posts.push(...posts);
      polled.rejected += rejected + found.rejected;
      const created = found.pools.map(({ attributes }) => attributes.pool_created_at).toSorted();
      if (found.whole) reached[network] = created.at(-1) ?? from;
    }
    return { ...polled, cursor: JSON.stringify(reached) };
  },
});
