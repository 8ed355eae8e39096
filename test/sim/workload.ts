import type { RawPost } from "../../src/model/raw-post.ts";
import { type Dice, dice, hash32 } from "./random.ts";

/** Posts of one source, in the order in which it has them. */
export type Stream = { source: string; how: "push" | "poll"; posts: RawPost[] };
export type Workload = { streams: Stream[]; posts: RawPost[] };

const OPENINGS = [
  "quietly adding more",
  "the team behind",
  "big wallets keep buying",
  "my honest take on",
  "someone just bridged into",
  "the chart for",
  "volume is picking up on",
  "I sold half of my",
  "staking rewards for",
  "the new roadmap of",
  "liquidity providers love",
  "a friend asked me about",
  "the audit report on",
  "governance vote passed for",
  "fees dropped again on",
  "the developers of",
  "weekly review of",
  "market makers returned to",
  "I am still holding",
  "the community call about",
];
const MIDDLES = [
  "looks stronger than last month",
  "made me rethink the whole position",
  "shipped exactly what was promised",
  "keeps surprising everyone here",
  "is worth watching before the weekend",
  "finally published real numbers",
  "lost momentum after the announcement",
  "has a very patient holder base",
  "fixed the bug that worried people",
  "moved markets while we slept",
  "got more attention than it deserves",
  "survived another rough session",
  "opened a grant program for builders",
  "changed the fee schedule without drama",
  "added three validators in one day",
  "answered hard questions in public",
  "still trades below the launch price",
  "burned part of the treasury supply",
  "hired two well known engineers",
  "grew its user count by a third",
];
const ENDINGS = [
  "and I think patience pays here.",
  "but the risk is not gone.",
  "so I moved my stop higher.",
  "which nobody expected in March.",
  "and the volume confirms it.",
  "though the spread is still wide.",
  "and that matters for small holders.",
  "so read the documents first.",
  "before the next unlock arrives.",
  "while gas stayed cheap all day.",
  "and the forum is full of ideas.",
  "but I would wait for a retest.",
  "with a clear plan for winter.",
  "as the chart above shows.",
  "and my friends agree for once.",
  "even though the mood is sour.",
  "after months of silence.",
  "and the numbers speak for themselves.",
  "so I doubled my small bag.",
  "until regulators say something new.",
];
const OTHER_SCRIPTS = [
  "最近の取引量を見ると安心できます。",
  "объём растёт третий день подряд.",
  "السعر يتحرك ببطء هذا الأسبوع.",
  "कीमत धीरे धीरे बढ़ रही है।",
];
/** As large as a post's own data may be, in few characters: calls are cut by their bytes. */
const LARGE = { note: "漢".repeat(5_000) };
const NOISE = ["", " 🚀", "!!", " pls RT", "  ", " 👀👀", " https://t.co/x1y2"];
const SPAM =
  "FREE AIRDROP!!! claim your bonus now, send 0.1 ETH to double it 100% guaranteed, DM me, join " +
  "t.me/xx limited!!!";
/** Posts that link there are dropped, so that of two with the same words one may be kept. */
export const BLOCKED_DOMAIN = "blocked.example";
const BASE = Date.UTC(2026, 0, 15, 9);
const HOUR = 3_600_000;
/** Copies are made of what was said lately. */
const RECENT = 30;

type Token = { text: string; tokenCa?: string };

function tokens(count: number, rolls: Dice): Token[] {
  const deadLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ";
  return Array.from({ length: count }, (_, i) => {
    const symbol = Array.from(
      { length: 4 },
      () => deadLetters[rolls.int(0, deadLetters.length)],
    ).join("");
    if (i % 3 === 2) return { text: `$${symbol}` };
    const tokenCa = `0x${Array.from({ length: 40 }, () => rolls.int(0, 16).toString(16)).join("")}`;
    return { text: `$${symbol}`, tokenCa };
  });
}

/**
 * Posts by the seed: plain mentions, copies by others, repeats by the same author, spam, posts
 * about nothing, and some about two tokens.
 */
export function workload(seed: number, count: number): Workload {
  const rolls = dice(seed);
  const known = tokens(Math.max(12, Math.round(count / 100)), rolls);
  const streams: Stream[] = Array.from({ length: 6 }, (_, i) => ({
    source: `s${i}`,
    how: i % 2 === 0 ? "push" : "poll",
    posts: [],
  }));
  const topics = new Map(streams.map((stream) => [stream, topicFrom(known, rolls)]));
  for (let n = 0; n < count; n++) {
    const stream = rolls.pick(streams);
    const topic = (rolls.chance(0.9) && topics.get(stream)) || topicFrom(known, rolls);
    topics.set(stream, topic);
    stream.posts.push(post(stream, n, topic, known, rolls));
  }
  return { streams, posts: streams.flatMap((stream) => stream.posts) };
}

/**
 * What a source speaks of for a while, and in which hour: posts come in conversations, so that a
 * batch holds several for one event.
 */
type Topic = { token: Token; hour: number };

const topicFrom = (known: Token[], rolls: Dice): Topic => ({
  token: rolls.pick(known),
  hour: rolls.int(0, 2),
});

const SYMBOL = /\$([A-Z]{4})\b/;

/** Each symbol's contract, of those that posts name by both. */
export const contractsIn = ({ posts }: Workload): ReadonlyMap<string, string> =>
  new Map(
    posts.toReversed().flatMap(({ text, tokenCa }) => {
      const symbol = SYMBOL.exec(text)?.[1];
      return symbol !== undefined && tokenCa ? [[symbol, tokenCa] as const] : [];
    }),
  );

/**
 * Half of it is kept: near to its original, and to others made of that, which need not be near to
 * each other.
 */
function blended(text: string, rolls: Dice): string {
  const words = text.split(" ");
  return rolls.chance(0.5)
    ? `${rolls.pick(OPENINGS)} ${words.slice(3).join(" ")}`
    : `${words.slice(0, -5).join(" ")} ${rolls.pick(ENDINGS)}`;
}

const BLOCKED = { url: `https://${BLOCKED_DOMAIN}/post` };

/** The same words once more: with another verdict, about another token, or as they were. */
function otherwise(earlier: RawPost, n: number, known: Token[]): Partial<RawPost> {
  if (n % 3 === 0) return { url: earlier.url === undefined ? BLOCKED.url : "https://ok.example/" };
  const other = known[n % known.length]?.tokenCa;
  return n % 3 === 1 && earlier.tokenCa && other ? { tokenCa: other } : {};
}

/** The source whose posts are large. */
const LARGE_SOURCE = "s4";

/** Some posts are of a backfill: of some windows all, of the others a few. */
function extrasOf(source: string, n: number, { token, hour }: Topic): Partial<RawPost> {
  const isQuiet = n % 7 === 3 || (hour === 1 && hash32(token.text) % 5 === 0);
  return {
    ...(isQuiet && { quiet: true }),
    ...(source === LARGE_SOURCE && n % 2 === 0 && { raw: LARGE }),
  };
}

function post(
  { source, posts }: Stream,
  n: number,
  topic: Topic,
  known: Token[],
  rolls: Dice,
): RawPost {
  const kind = rolls.next();
  const earlier = posts.length > 0 && kind < 0.24 ? rolls.pick(posts.slice(-RECENT)) : undefined;
  const metrics = { followers: rolls.int(10, 50_000) };
  const fresh = {
    ...extrasOf(source, n, topic),
    source,
    // Sources number their posts alike: only source and id together name one.
    id: `${posts.length}`,
    author: `${source}-a${rolls.int(0, 400)}`,
    postedAt: new Date(BASE + topic.hour * HOUR + rolls.int(0, HOUR)).toISOString(),
    metrics,
  };
  if (earlier && kind < 0.05)
    return { ...earlier, ...fresh, author: earlier.author, ...otherwise(earlier, n, known) };
  if (earlier && kind < 0.11) return { ...earlier, ...fresh, text: blended(earlier.text, rolls) };
  if (earlier) return { ...earlier, ...fresh, text: `${earlier.text}${rolls.pick(NOISE)}` };
  if (kind > 0.95) return { ...fresh, text: `${SPAM} ${n}` };
  if (kind > 0.91)
    return {
      ...fresh,
      text: `${rolls.pick(OPENINGS)} the city ${rolls.pick(MIDDLES)} ${rolls.pick(ENDINGS)}`,
    };
  const { token } = topic;
  const also = kind > 0.88 ? ` and ${rolls.pick(known).text}` : "";
  const text =
    `${rolls.pick(OPENINGS)} ${token.text}${also} ${rolls.pick(MIDDLES)} ` +
    `${n % 11 === 5 ? rolls.pick(OTHER_SCRIPTS) : rolls.pick(ENDINGS)}`;
  return {
    ...fresh,
    text,
    ...(n % 12 === 0 && BLOCKED),
    ...(token.tokenCa && also === "" && { tokenCa: token.tokenCa, chain: "eth" as const }),
  };
}
