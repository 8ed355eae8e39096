import type { RawPost } from "../../src/model/raw-post.ts";
import { type Dice, dice, hash32 } from "./random.ts";
import {
  BLOCKED_DOMAIN,
  ENDINGS,
  LARGE,
  LATER_BLOCKED_DOMAIN,
  MIDDLES,
  NOISE,
  OPENINGS,
  OTHER_SCRIPTS,
  SPAM,
} from "./words.ts";

/** Posts of one source, in the order in which it has them. */
export type Stream = { source: string; how: "push" | "poll"; posts: RawPost[] };
export type Workload = { streams: Stream[]; posts: RawPost[] };

/** The seed of posts of which most are about one token: an event of thousands of pieces. */
export const CROWD = 8;
const BASE = Date.UTC(2026, 0, 15, 9);
const HOUR = 3_600_000;
/** Copies are made of what was said lately. */
const RECENT = 30;

type Token = { text: string; tokenCa?: string };

const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ";
const newSymbol = (rolls: Dice): string =>
  Array.from({ length: 4 }, () => LETTERS[rolls.int(0, LETTERS.length)]).join("");

/** Some have no contract, and some take the symbol of the one before for a contract of their own. */
function tokens(count: number, rolls: Dice): Token[] {
  const made: Token[] = [];
  for (let i = 0; i < count; i++) {
    const namesake = i % 6 === 1 ? made.at(-1)?.text : undefined;
    const text = namesake ?? `$${newSymbol(rolls)}`;
    if (i % 3 === 2) made.push({ text });
    else {
      const digits = Array.from({ length: 40 }, () => rolls.int(0, 16).toString(16)).join("");
      made.push({ text, tokenCa: `0x${digits}` });
    }
  }
  return made;
}

/**
 * Posts by the seed: plain mentions, copies by others, repeats by the same author, spam, posts
 * about nothing, and some about two tokens or ten. With CROWD most are about one token in one hour.
 */
export function workload(seed: number, count: number): Workload {
  const rolls = dice(seed);
  const known = tokens(seed === CROWD ? 2 : Math.max(12, Math.round(count / 100)), rolls);
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
  hour: known.length < 3 ? 0 : rolls.int(0, 2),
});

const SYMBOL = /\$([A-Z]{4})\b/;

/** Each symbol's contracts, of those that posts name by both, the largest market first. */
export function contractsIn({ posts }: Workload): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { text, tokenCa } of posts) {
    const symbol = SYMBOL.exec(text)?.[1];
    if (symbol === undefined || !tokenCa) continue;
    const known = found.get(symbol) ?? [];
    if (!known.includes(tokenCa)) found.set(symbol, [...known, tokenCa].sort());
  }
  return found;
}

/** A list that no mere row of tags is. */
function aboutTen(known: Token[], rolls: Dice): string {
  const named = Array.from({ length: 10 }, () => `${rolls.pick(known).text} is up`);
  return `${rolls.pick(OPENINGS)} what I hold: ${named.join(", and then ")} ${rolls.pick(ENDINGS)}`;
}

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

const LATER_BLOCKED = { url: `https://${LATER_BLOCKED_DOMAIN}/post` };
const BLOCKED = { url: `https://${BLOCKED_DOMAIN}/post` };

/** The same words once more: with another verdict, about another token, or as they were. */
function otherwise(earlier: RawPost, n: number, known: Token[]): Partial<RawPost> {
  if (n % 3 === 0) return earlier.url === BLOCKED.url ? LATER_BLOCKED : BLOCKED;
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
  if (kind > 0.9) return { ...fresh, text: aboutTen(known, rolls) };
  const { token } = topic;
  const also = kind > 0.88 ? ` and ${rolls.pick(known).text}` : "";
  const text =
    `${rolls.pick(OPENINGS)} ${token.text}${also} ${rolls.pick(MIDDLES)} ` +
    `${n % 11 === 5 ? rolls.pick(OTHER_SCRIPTS) : rolls.pick(ENDINGS)}`;
  return {
    ...fresh,
    text,
    ...(n % 12 === 0 && BLOCKED),
    ...(n % 12 === 6 && LATER_BLOCKED),
    ...(token.tokenCa && also === "" && { tokenCa: token.tokenCa, chain: "eth" as const }),
  };
}
