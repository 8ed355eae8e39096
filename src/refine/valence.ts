import { COINED, MARKET } from "./market-valence.ts";
import { VALENCE } from "./weights/valence.ts";

/** A word of a text with the rating that it has where it stands: -4..4 before sums, 0 for most words. */
export type RatedWord = { word: string; rating: number };

/* VADER's empirical constants (Hutto and Gilbert 2014). */
const BOOST = 0.293;
const CAPITALS = 0.733;
const NEGATION = -0.74;
const EXCLAMATION = 0.292;
const BUT_BEFORE = 0.5;
const BUT_AFTER = 1.5;
/** A booster or negation counts for this much when it stands one, two or three words before. */
const DISTANCE = [1, 0.95, 0.9];
const NORMALISER = 15;

const NEGATIONS = new Set(
  "not no never none nope nor neither nothing nowhere without rarely seldom despite hardly cannot isnt arent wasnt werent dont doesnt didnt cant couldnt wont wouldnt shouldnt havent hasnt hadnt aint".split(
    " ",
  ),
);
export const isNegation = (word: string): boolean => NEGATIONS.has(word) || /n['’]t$/.test(word);
const BOOSTERS = new Set(
  "absolutely amazingly awfully completely considerably deeply effing enormously entirely especially exceptionally extremely fabulously fricking frickin frigging friggin fully fucking fuckin greatly hella highly hugely incredibly insanely intensely majorly more most particularly purely quite really remarkably so substantially thoroughly totally tremendously uber unbelievably unusually utterly very way".split(
    " ",
  ),
);
const DAMPENERS = new Set(
  "almost barely kinda kindof less little marginally occasionally partly scarcely slightly somewhat sorta sortof".split(" "),
);

let general: ReadonlyMap<string, number> | undefined;

/** The rating of a word alone, 0 when it has none. The general lexicon is read at first use. */
export function valenceOf(word: string, aboutMarkets: boolean): number {
  general ??= new Map(
    VALENCE.split("\n").flatMap((line) => {
      const [rating, ...words] = line.split(" ");
      return words.map((each) => [each, Number(rating)] as const);
    }),
  );
  return (aboutMarkets ? MARKET.get(word) : undefined) ?? COINED.get(word) ?? general.get(word) ?? 0;
}

/** Emoticons, words with their apostrophes and dashes, pictures, ends of sentences; the sign of a hashtag goes, its word stays. */
const TOKEN =
  /(?<![A-Za-z0-9])(?:[<>]?[:;=8xX][-o*']?[)\]([dDpP/:}{@|\\3]+|[)\]([dDpP][-o*']?[:;=]|<3+|<\/3)(?![A-Za-z0-9])|[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*|\p{Extended_Pictographic}|[.!?;]+/gu;

export const tokensOf = (text: string): string[] => text.match(TOKEN) ?? [];

const isEnd = (word: string | undefined) => word === undefined || /^[.!?;]/.test(word);

/** How what stands before a rated word changes it: boosters and dampeners move it, a negation turns it round, unless it is a smile or a laugh. */
function inContext(words: readonly string[], at: number, rating: number): number {
  let changed = rating;
  let negated = false;
  for (const [i, weight] of DISTANCE.entries()) {
    const word = words[at - 1 - i];
    if (word === undefined || isEnd(word)) break;
    if (BOOSTERS.has(word)) changed += Math.sign(rating) * BOOST * weight;
    else if (DAMPENERS.has(word)) changed -= Math.sign(rating) * BOOST * weight;
    else if (isNegation(word) && !(word === "never" && words[at - i] === "so")) negated = true;
  }
  const turns = negated && /^\p{L}/u.test(words[at] ?? "") && !/^(?:lol|lmao|haha\w*)$/.test(words[at] ?? "");
  return turns ? changed * NEGATION : changed;
}

/** A "no" that turns another word round says nothing itself. */
function negates(words: readonly string[], at: number, aboutMarkets: boolean): boolean {
  for (let i = at + 1; i <= at + DISTANCE.length; i++) {
    const word = words[i];
    if (word === undefined || isEnd(word)) return false;
    if (!isNegation(word) && valenceOf(word, aboutMarkets) !== 0) return true;
  }
  return false;
}

/** Every word with its rating in its place, after VADER's rules for degree, negation, capitals and "but". */
export function rateWords(tokens: readonly string[], aboutMarkets: boolean): RatedWord[] {
  const words = tokens.map((token) => token.toLowerCase());
  const shouted = tokens.map((token) => token.length > 1 && token === token.toUpperCase() && token !== token.toLowerCase());
  const emphasis = shouted.some(Boolean) && !shouted.every(Boolean);
  const but = words.indexOf("but");
  return words.map((word, i) => {
    const own = BOOSTERS.has(word) || DAMPENERS.has(word) ? 0 : valenceOf(word, aboutMarkets);
    if (own === 0) return { word, rating: 0 };
    if (isNegation(word)) return { word, rating: negates(words, i, aboutMarkets) ? 0 : own };
    const loud = emphasis && shouted[i] ? own + Math.sign(own) * CAPITALS : own;
    const rating = inContext(words, i, loud);
    if (but < 0) return { word, rating };
    return { word, rating: rating * (i < but ? BUT_BEFORE : BUT_AFTER) };
  });
}

/** VADER's compound score, -1..1, of rated words; exclamation marks push it on in its direction. */
export function compound(rated: readonly RatedWord[], exclamations: number): number {
  const sum = rated.reduce((total, { rating }) => total + rating, 0);
  const pushed = sum + Math.sign(sum) * Math.min(4, exclamations) * EXCLAMATION;
  return pushed / Math.sqrt(pushed * pushed + NORMALISER);
}
