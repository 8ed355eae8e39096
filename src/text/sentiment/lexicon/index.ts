import type { Tokens } from "../../tokenize/tokenize.ts";
import { VADER_LEXICON } from "../weights/lexicon.ts";
import { BAD_NEWS } from "./bad-news.ts";
import { COMMON_PHRASES } from "./common-phrases.ts";
import { EVERYDAY } from "./everyday.ts";
import { TURNS } from "./everyday-turns.ts";
import { GOOD_NEWS } from "./good-news.ts";
import { COINED, ON_MARKETS, PICTURES, SAYINGS, TRADE_WORDS, type WordRatings } from "./market.ts";
import { REVERSALS } from "./reversals.ts";
import { type LexiconTable, lexiconTable, ratingOf } from "./table.ts";

/** What a word does to those around it. */
export const WordRole = {
  none: 0,
  end: 1,
  boost: 2,
  damp: 3,
  negation: 4,
  but: 5,
  laugh: 6,
  so: 7,
} as const;

/** How much a word of the trade says where nothing else speaks of prices. */
const OFF_MARKETS = 0.4;

const WORDS_BY_ROLE: readonly (readonly [role: number, words: string])[] = [
  [WordRole.end, ". ! ? ; .. !! ?? ;;"],
  [
    WordRole.negation,
    `
      not no never none nope nor neither nothing nowhere without rarely seldom despite hardly cannot
      isnt arent wasnt werent dont doesnt didnt cant couldnt wont wouldnt shouldnt havent hasnt
      hadnt aint
    `,
  ],
  [
    WordRole.boost,
    `
      absolutely amazingly awfully completely considerably deeply effing enormously entirely
      especially exceptionally extremely fabulously fricking frickin frigging friggin fully fucking
      fuckin greatly hella highly hugely incredibly insanely intensely majorly more most
      particularly purely quite really remarkably substantially thoroughly totally tremendously uber
      unbelievably unusually utterly very way
    `,
  ],
  [WordRole.so, "so"],
  [
    WordRole.damp,
    `
      almost barely kinda kindof less little marginally occasionally partly scarcely slightly
      somewhat sorta sortof
    `,
  ],
  [WordRole.but, "but"],
  [WordRole.laugh, "lol lmao haha hahaha hahahaha"],
];

const eachOf = (lists: WordRatings, parts: (words: string) => Iterable<string>) =>
  lists.flatMap(([rating, words]) => [...parts(words)].map((word) => [word, rating] as const));
const byBlank = (words: string) => words.trim().split(/\s+/);
/** Phrases are separated by bars; the lists break their lines behind a bar. */
const byBar = (phrases: string) => phrases.trim().split(/\s*\|\s*/);

/** The lists as tables, made at first use. */
export type SentimentLexicon = Readonly<
  Record<
    "roles" | "general" | "markets" | "sayings" | "reversals" | "phrases" | "trade",
    LexiconTable
  >
>;
let tables: SentimentLexicon | undefined;
export function sentimentLexicon(): SentimentLexicon {
  if (tables) return tables;
  const general = VADER_LEXICON.split("\n").flatMap((line) => {
    const [rating, ...words] = line.split(" ");
    return words.map((word) => [word, Number(rating)] as const);
  });
  tables = {
    roles: lexiconTable(
      WORDS_BY_ROLE.flatMap(([role, words]) => byBlank(words).map((word) => [word, role] as const)),
    ),
    general: lexiconTable([
      ...eachOf(COINED, byBlank),
      ...eachOf(PICTURES, (pictures) => pictures),
      ...general,
      ...eachOf(EVERYDAY, byBlank),
    ]),
    markets: lexiconTable(eachOf(ON_MARKETS, byBlank)),
    sayings: lexiconTable(eachOf([...SAYINGS, ...TURNS], byBar)),
    reversals: lexiconTable(eachOf(REVERSALS, byBar)),
    phrases: lexiconTable(eachOf([...COMMON_PHRASES, ...BAD_NEWS, ...GOOD_NEWS], byBar)),
    trade: lexiconTable(byBlank(TRADE_WORDS).map((word) => [word, 1] as const)),
  };
  return tables;
}

const [APOSTROPHE, CURLY, N, T] = [39, 0x2019, 110, 116];

export function roleOf(
  { roles }: SentimentLexicon,
  { lower, ends }: Readonly<Tokens>,
  token: number,
  hash: number,
): number {
  const role = ratingOf(roles, hash);
  if (!Number.isNaN(role)) return role;
  const end = ends[token] ?? 0;
  const between = lower.charCodeAt(end - 2);
  const isNt =
    lower.charCodeAt(end - 1) === T &&
    lower.charCodeAt(end - 3) === N &&
    (between === APOSTROPHE || between === CURLY);
  return isNt ? WordRole.negation : WordRole.none;
}

/** NaN when no list has it. */
export function listedRating(
  { general, markets }: SentimentLexicon,
  hash: number,
  aboutMarkets: boolean,
): number {
  const [baseline, trading] = [ratingOf(general, hash), ratingOf(markets, hash)];
  if (Number.isNaN(trading)) return baseline;
  if (aboutMarkets) return trading;
  return Number.isNaN(baseline) ? trading * OFF_MARKETS : baseline;
}

/** A turn that means the contrary of its words, by the hash of the row; NaN for none. */
export const reversalOf = ({ reversals }: SentimentLexicon, row: number): number =>
  ratingOf(reversals, row);

/** What words in a row mean together, by the hash of the row; NaN for no saying. */
export function saidTogether(
  { sayings, phrases }: SentimentLexicon,
  row: number,
  aboutMarkets: boolean,
): number {
  const anywhere = ratingOf(sayings, row);
  return Number.isNaN(anywhere)
    ? ratingOf(phrases, row) * (aboutMarkets ? 1 : OFF_MARKETS)
    : anywhere;
}
