import { mergeFacts } from "../../src/enrich/facts.ts";
import { gather, NOTHING } from "../../src/events/gather.ts";
import { summarise } from "../../src/events/summarise.ts";
import { sha256Hex } from "../../src/kit/hash.ts";
import { iso } from "../../src/kit/time.ts";
import { FACTS, type FactValues, type ProviderFacts } from "../../src/model/facts.ts";
import { eventKey, type Mention, windowStart } from "../../src/model/mention.ts";
import type { Chain, EventType } from "../../src/model/scalars.ts";
import type { Signal } from "../../src/model/signal.ts";
import { loadRules } from "../../src/rules/load.ts";
import { type Ruleset, scoreRules } from "../../src/rules/score.ts";
import type { Store } from "../../src/store/index.ts";
import { memoryStore } from "../../src/store/memory/index.ts";

/**
 * What stands on the page in the browser tests: a store with posts, events and deliveries of every
 * kind.
 */
export type Scene = { store: Store; rules: Ruleset; now: number };

type Actor = {
  symbol: string;
  chain: Chain;
  tokenCa: string | null;
  type: EventType;
  texts: string[];
  facts: FactValues | null;
};

const traceOf = (seed: string) =>
  `00-${sha256Hex(seed).slice(0, 32)}-${sha256Hex(seed).slice(-16)}-01`;
const evm = (seed: string) => `0x${sha256Hex(seed).slice(0, 40)}`;
const market = (liquidity: number, volume: number, change: number, price: number): FactValues => ({
  dex_liquidity: liquidity,
  dex_volume_1h: Math.round(volume / 15),
  dex_volume_24h: volume,
  dex_price_usd: price,
  dex_price_change_1h: change / 3,
  dex_price_change_24h: change,
  dex_pair_age_hours: 420,
});
const scan = (risk: string, sellTax: number, holders: number): FactValues => ({
  goplus_risk: risk,
  buy_tax: 0,
  sell_tax: sellTax,
  is_honeypot: risk === "red" ? 1 : 0,
  is_open_source: 1,
  holder_count: holders,
  top10_share: risk === "red" ? 0.81 : 0.19,
});

const ACTORS: Actor[] = [
  {
    symbol: "HELIO",
    chain: "eth",
    tokenCa: evm("helio"),
    type: "listing",
    texts: [
      "$HELIO goes live for spot trading on Friday, deposits are open now.",
      "Confirmed by their desk: HELIO spot pairs on Friday. Volume is already waking up.",
      "Been in $HELIO since spring. A listing was the last thing missing.",
    ],
    facts: { ...scan("green", 0, 18_240), ...market(412_000, 1_870_000, 14.2, 0.8412) },
  },
  {
    symbol: "FROGGO",
    chain: "sol",
    tokenCa: "9UwvKVEsn2Hq6CXzhM48pRrE92hiqRgy9nfzkQCxxfQE",
    type: "security_alert",
    texts: [
      "Exploit on the frog pool: about 2.1M drained through a rounding bug, the contract " +
        "is paused.",
      "Do not approve anything on the $FROGGO site until the team posts a review.",
    ],
    facts: { ...scan("red", 25, 910), ...market(61_000, 940_000, -62.5, 0.000_184) },
  },
  {
    symbol: "QUILL",
    chain: "base",
    tokenCa: evm("quill"),
    type: "launch",
    texts: [
      "$QUILL mainnet is open to everyone today, no allow list.",
      "Tried $QUILL on Base: cheap, quick, and the docs are good.",
    ],
    facts: { ...scan("green", 1, 5_120), ...market(238_000, 402_000, 8.1, 1.204) },
  },
  {
    symbol: "ORBIT",
    chain: "bsc",
    tokenCa: evm("orbit"),
    type: "airdrop",
    texts: ["Claim page for the $ORBIT airdrop is up. Check the address twice."],
    facts: { ...scan("yellow", 6, 2_300), ...market(48_000, 71_000, 3.4, 0.0521) },
  },
  {
    symbol: "TIDE",
    chain: "arb",
    tokenCa: evm("tide"),
    type: "whale_activity",
    texts: [
      "A wallet from 2021 moved 4.1M $TIDE to a new address an hour ago.",
      "Someone is buying $TIDE in steps of 50k, all from one wallet.",
    ],
    facts: { ...scan("green", 0, 9_870), ...market(1_240_000, 3_300_000, 5.5, 3.17) },
  },
  {
    symbol: "NIMBUS",
    chain: "unknown",
    tokenCa: null,
    type: "mention",
    texts: ["Anyone still holding $NIMBUS?"],
    facts: null,
  },
  {
    symbol: "PEGUSD",
    chain: "eth",
    tokenCa: evm("pegusd"),
    type: "depeg",
    texts: [
      "PEGUSD at 0.93 on two venues and sliding.",
      "$PEGUSD redemptions are paused, says their status page.",
    ],
    facts: { ...scan("yellow", 0, 44_000), ...market(8_200_000, 61_000_000, -6.9, 0.931) },
  },
  {
    symbol: "KELP",
    chain: "ton",
    tokenCa: null,
    type: "partnership",
    texts: ["$KELP and a payments firm sign for three years."],
    facts: null,
  },
];

const REASONS = ["spam", "spam", "spam", "no_token", "no_token", "language", "blacklist"];

export async function scene(rulesText: string, now: number): Promise<Scene> {
  const loaded = loadRules(rulesText, {}, FACTS);
  if (loaded.kind === "rejected") throw new Error(JSON.stringify(loaded.problems));
  const store = memoryStore();
  for (const [kind, name] of [
    ["telegram", "desk"],
    ["webhook", "trading-bot"],
  ] as const) {
    const filter = {
      minScore: null,
      chains: [],
      symbols: [],
      states: [],
      quietHours: null,
      digestMinutes: 0,
      mutedEvents: [],
    };
    await store.addChannel(
      { kind, name, settings: {}, filter, atMostOnce: false },
      iso(now - 9_000_000),
    );
  }
  await pastPosts(store, now);
  for (const [place, actor] of ACTORS.entries())
    await enact(store, loaded.rules, actor, now - place * 47_000 - 4_000);
  return { store, rules: loaded.rules, now };
}

/** An hour of posts, most of which never became anything. */
async function pastPosts(store: Store, now: number): Promise<void> {
  for (let minute = 59; minute >= 0; minute--) {
    const many = Math.round(
      14 + 9 * Math.sin(minute / 7) + 6 * Math.sin(minute / 2.3) + (minute < 12 ? 10 : 0),
    );
    const at = iso(now - minute * 60_000 - 20_000);
    const arrivals = Array.from({ length: many }, (_, index) => ({
      post: {
        source: "x",
        id: `old-${minute}-${index}`,
        author: `a${index}`,
        text: `${minute} ${index}`,
        postedAt: at,
      },
      textHash: index % 11 === 3 ? "same" : `${minute}-${index}`,
    }));
    await store.accept(arrivals, at);
    const seen = { lang: "en", spam: 0.1, sentiment: 0, fingerprint: null };
    await store.recordJudgements(
      arrivals.map(({ post }, index) => {
        const ref = { source: post.source, id: post.id, ...seen };
        return {
          ...ref,
          outcome: "dropped",
          reason: REASONS[(minute + index) % REASONS.length] ?? "spam",
          evidence: "",
        };
      }),
      at,
    );
  }
}

export async function enact(
  store: Store,
  rules: Ruleset,
  actor: Actor,
  now: number,
): Promise<Signal> {
  const { chain, symbol, tokenCa } = actor;
  const posts = actor.texts.map((text, index) => ({
    source: index % 2 === 0 ? "x" : "bluesky",
    id: `${symbol}-${index}`,
    author: ["ann_onchain", "deepwater_dan", "rosa_rpc"][index % 3] ?? "ann",
    text,
    postedAt: iso(now - 60_000 * (index + 1)),
    trace: traceOf(`${symbol}-${index}`),
  }));
  await store.accept(
    posts.map((post) => ({ post, textHash: sha256Hex(post.text).slice(0, 16) })),
    iso(now - 2_000),
  );
  const token = { chain, symbol, tokenCa, confidence: 1 };
  const start = windowStart(iso(now), 60);
  const key = eventKey(token, start);
  const mentions = posts.map(
    (post, index): Mention => ({
      eventKey: key,
      evidenceId: `${post.source}:${post.id}`,
      source: post.source,
      postId: post.id,
      author: post.author,
      postedAt: post.postedAt,
      windowStart: start,
      token,
      type: actor.type,
      typePhrase: "",
      sentiment: index === 0 ? 0.42 : -0.1,
      lang: "en",
      keywords: [],
      fingerprint: sha256Hex(post.text).slice(0, 16),
      followers: 1_200 * (index + 1),
      authorWeight: 0,
      url: "https://example.com/post",
      excerpt: post.text,
    }),
  );
  await store.recordJudgements(
    posts.map((post) => ({
      source: post.source,
      id: post.id,
      lang: "en",
      spam: 0.02,
      sentiment: 0.4,
      fingerprint: null,
      filterMs: 1,
      refineMs: 2,
      outcome: "pending",
      eventKeys: [key],
    })),
    iso(now - 1_200),
  );
  return commit(store, rules, { key, mentions, actor, now });
}

type Act = { key: string; mentions: Mention[]; actor: Actor; now: number };

async function commit(
  store: Store,
  rules: Ruleset,
  { key, mentions, actor, now }: Act,
): Promise<Signal> {
  const { event, facts: counted } = summarise(gather(NOTHING, mentions, () => false).gathered);
  const facts = mergeFacts(counted, answers(actor, iso(now - 31_000)), iso(now));
  const verdict = scoreRules(rules, facts.values);
  const { errors: _, shadow: __, notify: ___, ...told } = verdict;
  const signal: Signal = {
    ...told,
    eventKey: key,
    previousState: null,
    facts,
    degraded: facts.degraded.length > 0,
    onchainAsofTs: null,
    onchainConfidence: null,
    rulesVersion: rules.sha,
    transition: verdict.state === "candidate" ? 0 : 1,
    ts: iso(now),
  };
  const { facts: ____, onchainAsofTs: _a, onchainConfidence: _c, ...headline } = signal;
  const payload = { ...event, ...headline, v: 1 as const };
  const outbox =
    verdict.state === "candidate"
      ? []
      : [1, 2].map((channelId) => ({
          channelId,
          eventKey: key,
          idemKey: sha256Hex(`${key}${channelId}`),
          payload,
          notBefore: null,
        }));
  await store.commit({
    expectedRev: 0,
    before: null,
    event,
    evidence: mentions,
    signal,
    outbox,
    at: iso(now),
    timings: {
      ...{ enrichMs: 910, enrich: { dex: [240, "fresh"], goplus: [910, "missing"] } },
      ...{ rulesMs: 3, posts: mentions.length },
    },
  });
  await send(store, now);
  return signal;
}

function answers(actor: Actor, asOf: string): ProviderFacts[] {
  const of = (provider: string): ProviderFacts => {
    const values = Object.fromEntries(
      Object.entries(actor.facts ?? {}).filter(([name]) => FACTS[name]?.provider === provider),
    );
    const known = Object.keys(values).length > 0;
    return {
      provider,
      status: known ? "fresh" : "missing",
      asOf: known ? asOf : null,
      values,
      notes: [],
      error: known ? null : "timeout",
    };
  };
  return [of("goplus"), of("dex")];
}

/** Telegram takes all that is new to it; the webhook fails now and then. */
async function send(store: Store, now: number): Promise<void> {
  for (const { id, channelId } of await store.due(iso(now), 10)) {
    const claim = await store.claim(id, `lease-${id}`, iso(now), 30_000);
    if (claim.kind !== "claimed") continue;
    const failed = channelId !== 1 && id % 4 === 0;
    const sent = channelId !== 1 || id % 3 !== 0;
    const result = failed ? "retry" : sent ? "ok" : "repeated";
    const error = failed ? "HTTP 503" : null;
    const attempt = {
      deliveryId: id,
      leaseToken: `lease-${id}`,
      at: iso(now + 84),
      result,
      httpStatus: failed ? 503 : sent ? 200 : null,
      ms: 84,
      error,
      ambiguous: false,
    };
    const closing = failed
      ? ({ kind: "failed", nextRetryAt: iso(now + 60_000) } as const)
      : ({ kind: "done", externalId: null } as const);
    await store.close(id, `lease-${id}`, closing, attempt, iso(now));
  }
}
