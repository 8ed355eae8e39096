import type { Mention, TokenRef } from "../model/mention.ts";
import { addToPace, type Pace } from "./pace.ts";
import { addTo, asciiKey, type DraftRows } from "./rows.ts";
import { type EventText, orderOf, type Voice } from "./texts.ts";
import { addWord, ranked, type WordCount } from "./top-words.ts";
import { addReport, type ReportsByType } from "./weighed-type.ts";

/**
 * The sums from which an event's figures follow: of all its posts, and of its originals, the first
 * posts of the texts that count. Sums are whole numbers, so that they don't depend on the order of
 * the summands. What needs an order is in rows: see eventTally.
 */
export type Tally = {
  eventKey: string;
  windowStart: string;
  posts: number;
  startTs: string;
  lastTs: string;
  /** Of posts with the time that their source stated, and of the others. */
  dated: Pace | null;
  guessed: Pace | null;
  followersMax: number | null;
  listedAuthors: number;
  /** Posts that people may be notified because of. */
  loud: number;
  token: { ref: TokenRef; order: string };
  symbol: WordCount | null;
  /** Those that posts name, the most named first. */
  chains: WordCount[];
  originals: number;
  authors: number;
  /** Of the originals that have one; `side`: of those that take one, the favourable ones. */
  sentiment: MeanSum;
  stance: MeanSum;
  sides: { all: number; favourable: number };
  reports: ReportsByType;
  langs: WordCount[];
  /** Distinct texts that are compared, and those beyond the bound. */
  compared: number;
  byHash: number;
};

/** `sum` is in units of MEAN_UNIT. */
export type MeanSum = { count: number; sum: number };
const MEAN_UNIT = 1e-8;

export const meanOf = ({ count, sum }: MeanSum): number | null =>
  count === 0 ? null : (sum / count) * MEAN_UNIT;

const added = ({ count, sum }: MeanSum, value: number, by: 1 | -1): MeanSum => ({
  count: count + by,
  sum: sum + by * Math.round(value / MEAN_UNIT),
});

/** A stance nearer to 0 than this takes no side. */
const TAKES_SIDE_FROM = 0.2;
/** Moods are told apart to four digits. */
export const MOOD_STEPS = 10_000;
const MOOD_DIGITS = 5;
const FOLLOWER_DIGITS = 16;

export const newTally = (mention: Mention): Tally => ({
  eventKey: mention.eventKey,
  windowStart: mention.windowStart,
  posts: 0,
  startTs: mention.postedAt,
  lastTs: mention.postedAt,
  dated: null,
  guessed: null,
  followersMax: null,
  listedAuthors: 0,
  loud: 0,
  token: { ref: mention.token, order: orderOf(mention) },
  symbol: null,
  chains: [],
  originals: 0,
  authors: 0,
  sentiment: { count: 0, sum: 0 },
  stance: { count: 0, sum: 0 },
  sides: { all: 0, favourable: 0 },
  reports: {},
  langs: [],
  compared: 0,
  byHash: 0,
});

export function withChain(chains: WordCount[], { chain }: TokenRef): WordCount[] {
  if (chain === "unknown") return chains;
  const held = chains.find(({ word }) => word === chain)?.count ?? 0;
  return ranked(chains, chain, held + 1);
}

/** Adds a post to the sums of all posts; changes `tally` in place. */
export function addPost(rows: DraftRows, tally: Tally, mention: Mention): void {
  const { postedAt, followers, author, authorWeight, token } = mention;
  tally.posts++;
  if (postedAt < tally.startTs) tally.startTs = postedAt;
  if (postedAt > tally.lastTs) tally.lastTs = postedAt;
  if (mention.timeGuessed) tally.guessed = addToPace(rows, "guessed", tally.guessed, postedAt);
  else tally.dated = addToPace(rows, "dated", tally.dated, postedAt);
  if (followers !== null) tally.followersMax = Math.max(followers, tally.followersMax ?? followers);
  if (authorWeight > 0 && addTo(rows, "listed", asciiKey(author), 1) === 1) tally.listedAuthors++;
  if (!mention.quiet) tally.loud++;
  const order = orderOf(mention);
  const best = tally.token;
  if (
    token.confidence > best.ref.confidence ||
    (token.confidence === best.ref.confidence && order < best.order)
  )
    tally.token = { ref: token, order };
  tally.chains = withChain(tally.chains, token);
  if (token.symbol !== null) {
    const count = addTo(rows, "symbol", asciiKey(token.symbol), 1);
    const counts = tally.symbol === null ? [] : [tally.symbol];
    tally.symbol = ranked(counts, token.symbol, count)[0] ?? null;
  }
}

const moodKey = (sentiment: number): string =>
  String(Math.round((sentiment + 1) * MOOD_STEPS)).padStart(MOOD_DIGITS, "0");

const voiceKey = (followers: number, order: string): string =>
  `${String(Number.MAX_SAFE_INTEGER - followers).padStart(FOLLOWER_DIGITS, "0")}${order}`;

function addMood(rows: DraftRows, tally: Tally, { sentiment, stance }: Voice, by: 1 | -1): void {
  if (sentiment !== null) {
    tally.sentiment = added(tally.sentiment, sentiment, by);
    addTo(rows, "mood", moodKey(sentiment), by);
  }
  if (stance === null || stance === undefined) return;
  tally.stance = added(tally.stance, stance, by);
  if (Math.abs(stance) < TAKES_SIDE_FROM) return;
  const { all, favourable } = tally.sides;
  tally.sides = { all: all + by, favourable: favourable + (stance > 0 ? by : 0) };
}

/**
 * Adds a text that counts to the sums of originals, or takes it away; changes `tally` in place.
 * Groups: "author", "mood", "voice" (the most followed first), "word", "rank", "report:…".
 */
export function addOriginal(
  rows: DraftRows,
  tally: Tally,
  { id, text, by }: { id: string; text: EventText; by: 1 | -1 },
): void {
  const { first, order } = text;
  tally.originals += by;
  const posts = addTo(rows, "author", asciiKey(first.author), by);
  if (posts === (by > 0 ? 1 : 0)) tally.authors += by;
  addMood(rows, tally, first, by);
  if (first.lang !== null) {
    const held = tally.langs.find(({ word }) => word === first.lang)?.count ?? 0;
    tally.langs = ranked(tally.langs, first.lang, held + by);
  }
  for (const word of first.keywords) addWord(rows, word, by);
  tally.reports = addReport(rows, tally.reports, { id, voice: first, by });
  if ((first.followers ?? 0) > 0) {
    const key = voiceKey(first.followers as number, order);
    if (by > 0) rows.put("voice", key, id);
    else rows.delete("voice", key);
  }
}
