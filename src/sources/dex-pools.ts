import * as z from "zod";
import { type GuardedPorts, guardedCall } from "../http/provider-call.ts";
import type { Verdict } from "../http/verdict.ts";
import { numericAmount } from "../kit/numeric.ts";
import { iso } from "../kit/time.ts";
import {
  GECKO_LIMITS,
  GECKO_NETWORKS,
  GeckoSettings,
  geckoApi,
  geckoVerdict,
} from "../markets/geckoterminal.ts";
import { canonicalAddress } from "../model/mention.ts";
import { type Chain, IsoInstant } from "../model/scalars.ts";
import type { LeftOut } from "../model/source-status.ts";
import { splitWords } from "../settings/define.ts";
import { readCursor } from "./_shared/cursor.ts";
import { countLeftOut, NOTHING_LEFT_OUT, sumLeftOut } from "./_shared/left-out.ts";
import { type PostFields, readPosts, type SkipReason } from "./_shared/post-input.ts";
import { NOTHING_NEW, worseVerdict } from "./_shared/verdicts.ts";
import { type CursorPosition, type PollResult, source } from "./source.ts";

const Ref = z.object({ data: z.object({ id: z.string() }) });
const Pool = z.object({
  id: z.string(),
  attributes: z.object({
    name: z.string(),
    pool_created_at: IsoInstant,
    reserve_in_usd: z.unknown().optional(),
    fdv_usd: z.unknown().optional(),
  }),
  relationships: z.object({ base_token: Ref, dex: Ref.optional() }),
});
type Pool = z.infer<typeof Pool>;
const Answer = z.object({ data: z.array(z.unknown()) });

/**
 * How far a network was read: the newest creation time, and the pools of that very second, because
 * another may still come in it.
 */
const Reached = z.object({ at: z.string(), ids: z.array(z.string()) });
type Reached = z.infer<typeof Reached>;
const Cursor = z.record(z.string(), Reached);
/** Of 20 pools, the newest first; a busy network makes more than a page between two polls. */
const PAGES_A_POLL = 3;
const CLOCK_SKEW_MS = 3_600_000;

const usd = (value: number): string => `$${Math.round(value).toLocaleString("en-US")}`;

function toPostInput(pool: Pool, chain: Chain, network: string) {
  const { name, pool_created_at: createdAt, reserve_in_usd: reserve } = pool.attributes;
  const address = canonicalAddress(pool.relationships.base_token.data.id.slice(network.length + 1));
  const symbol = name.split(" / ")[0]?.trim().slice(0, 20);
  const dex = pool.relationships.dex?.data.id ?? "dex";
  return {
    ...{
      source: "dex-pools",
      id: pool.id,
      author: dex,
      posted_at: createdAt,
      token_ca: address,
      chain,
    },
    ...(symbol ? { symbol } : {}),
    text:
      `New pool launched: ${name} on ${dex} (${chain}), liquidity ` +
      `${usd(numericAmount(reserve) ?? 0)}. Contract ${address}`,
    url: `https://www.geckoterminal.com/${network}/pools/${pool.id.slice(network.length + 1)}`,
    lang: "en",
  };
}

const deepPost = (
  pool: Pool,
  chain: Chain,
  network: string,
  least: number,
): PostFields | SkipReason =>
  (numericAmount(pool.attributes.reserve_in_usd) ?? 0) >= least
    ? toPostInput(pool, chain, network)
    : "low_liquidity";

/** The pools of a list. One from the future would hide all that come before that time. */
function readable(list: readonly unknown[], now: number): Pick<Page, "pools" | "leftOut"> {
  const read = list.flatMap((item) => Pool.safeParse(item).data ?? []);
  const latest = iso(now + CLOCK_SKEW_MS);
  const pools = read.filter(({ attributes }) => attributes.pool_created_at < latest);
  const leftOut = {
    other_shape: list.length - read.length,
    dated_ahead: read.length - pools.length,
  };
  return { pools, leftOut };
}

type Page = { verdict: Verdict; pools: Pool[]; leftOut: LeftOut };

async function readPools(
  path: string,
  door: ReturnType<typeof geckoApi>,
  ports: GuardedPorts,
): Promise<Page> {
  const answer = await guardedCall(
    { provider: "geckoterminal", limits: GECKO_LIMITS, patienceMs: 20_000 },
    () => ({
      url: `${door.base}${path}`,
      headers: door.headers,
      timeoutMs: 8_000,
      expect: "json",
      accepts: (json) => Answer.safeParse(json).success,
      classify: geckoVerdict,
    }),
    ports,
  );
  if (answer.verdict.kind !== "ok")
    return { verdict: answer.verdict, pools: [], leftOut: NOTHING_LEFT_OUT };
  return { verdict: answer.verdict, ...readable(Answer.parse(answer.json).data, ports.now()) };
}

type Read = Page & { whole: boolean };

const isNew = ({ at, ids }: Reached, pool: Pool): boolean => {
  const { pool_created_at: created } = pool.attributes;
  return created > at || (created === at && !ids.includes(pool.id));
};

/**
 * Page by page back to what was reached. Not whole: a page failed, so there may be a gap before the
 * oldest that came.
 */
async function poolsSince(
  from: Reached,
  path: string,
  door: ReturnType<typeof geckoApi>,
  ports: GuardedPorts,
): Promise<Read> {
  const read: Read = { verdict: NOTHING_NEW, pools: [], leftOut: NOTHING_LEFT_OUT, whole: true };
  const most = from.at === "" ? 1 : PAGES_A_POLL;
  for (let page = 1; page <= most; page++) {
    const found = await readPools(`${path}?page=${page}`, door, ports);
    read.verdict = worseVerdict(read.verdict, found.verdict);
    read.whole = found.verdict.kind === "ok";
    read.leftOut = sumLeftOut(read.leftOut, found.leftOut);
    const fresh = found.pools.filter((pool) => isNew(from, pool));
    read.pools.push(...fresh);
    if (!read.whole || fresh.length < found.pools.length || fresh.length === 0) break;
  }
  return read;
}

/**
 * The pools of the newest second, with those that were known of it. One ahead of our clock comes
 * again until its time has come.
 */
function furthest(from: Reached, all: readonly Pool[], now: number): Reached {
  const found = all.filter(({ attributes }) => attributes.pool_created_at <= iso(now));
  const times = [from.at, ...found.map(({ attributes }) => attributes.pool_created_at)];
  const at = times.toSorted().at(-1) ?? from.at;
  const ids = found
    .filter(({ attributes }) => attributes.pool_created_at === at)
    .map(({ id }) => id);
  return { at, ids: at === from.at ? [...from.ids, ...ids] : ids };
}

export const dexPools = source({
  name: "dex-pools",
  title: "New DEX pools",
  kind: "poll",
  docs: [
    "New liquidity pools from GeckoTerminal, each a post that names its token and contract. No",
    "key. Pools under DEX_POOLS_MIN_LIQUIDITY USD are left out.",
  ].join(" "),
  settings: z.object({
    ...GeckoSettings,
    DEX_POOLS_CHAINS: splitWords
      .default(["eth", "sol", "base"])
      .describe("Chains whose new pools become posts"),
    DEX_POOLS_MIN_LIQUIDITY: z.coerce
      .number()
      .nonnegative()
      .default(10_000)
      .describe("Pools with less liquidity than this, in US dollars, are left out"),
    DEX_POOLS_EVERY_MINUTES: z.coerce
      .number()
      .int()
      .min(1)
      .default(5)
      .describe("Minutes between polls"),
  }),
  providers: () => ["geckoterminal"],
  everyMinutes: (settings) => settings.DEX_POOLS_EVERY_MINUTES,
  readAnswer({ DEX_POOLS_MIN_LIQUIDITY }, { json, now }) {
    const answer = Answer.safeParse(json).data;
    if (answer === undefined)
      return { kind: "unreadable", why: "it is no list of pools of GeckoTerminal" };
    const { pools, leftOut } = readable(answer.data, now);
    const { posts, leftOut: more } = readPosts(pools, (pool) => {
      const network = Object.entries(GECKO_NETWORKS).find(([, name]) =>
        pool.id.startsWith(`${name}_`),
      );
      if (network === undefined) return "other_network";
      return deepPost(pool, network[0] as Chain, network[1], DEX_POOLS_MIN_LIQUIDITY);
    });
    return { kind: "read", posts, leftOut: sumLeftOut(leftOut, more) };
  },
  async poll(settings, { cursor, since }: CursorPosition, ports): Promise<PollResult> {
    const reached = readCursor(Cursor, cursor, {});
    const polled: PollResult = { verdict: NOTHING_NEW, posts: [], rejected: 0, cursor };
    for (const [chain, network] of Object.entries(GECKO_NETWORKS) as [Chain, string][]) {
      if (!settings.DEX_POOLS_CHAINS.includes(chain)) continue;
      const from = reached[network] ?? { at: since ?? "", ids: [] };
      const found = await poolsSince(
        from,
        `/networks/${network}/new_pools`,
        geckoApi(settings),
        ports,
      );
      polled.verdict = worseVerdict(polled.verdict, found.verdict);
      const { posts, rejected, leftOut } = readPosts(found.pools, (pool) =>
        deepPost(pool, chain, network, settings.DEX_POOLS_MIN_LIQUIDITY),
      );
      polled.posts.push(...posts);
      polled.rejected += rejected + countLeftOut(found.leftOut);
      polled.leftOut = sumLeftOut(polled.leftOut ?? NOTHING_LEFT_OUT, found.leftOut, leftOut);
      if (found.whole) reached[network] = furthest(from, found.pools, ports.now());
    }
    return { ...polled, cursor: JSON.stringify(reached) };
  },
});
