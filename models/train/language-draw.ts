import { type Group, INFORMAL, type Text } from "./language-data.ts";
import { shuffle } from "./rows.ts";

/** What one step learns from: words[from] up to words[to]. */
export type Step = { words: Int32Array; from: number; to: number; label: number; tagged: boolean };
export type Draw = (learn: (step: Step, pace: number) => void) => void;

/** Long texts are learned a window at a time: short ones are where the errors are. */
const WINDOW = 8;
const DRAWN_PACE = 0.7;
const WORDS_A_TEXT = 4;
const POSTS_A_TEXT = 0.5;
const SHORTEST_WORD = 4;
/**
 * How much a language is written in posts, roughly; others a little. Half of the posts are English.
 */
const POSTED: Record<string, number> = {
  es: 12,
  pt: 9,
  id: 8,
  tl: 5,
  ms: 4,
  tr: 4,
  fr: 4,
  it: 2,
  nl: 2,
  de: 1.5,
  pl: 1,
  sw: 1,
  ca: 1,
  vi: 1,
};
const SELDOM_POSTED = 0.4;

const SHORTEST_POST = 1;
const LONGEST_POST = 10;
const TAGGED_POSTS = 0.6;

type Random = () => number;
const below = (limit: number, random: Random) => Math.floor(random() * limit);
const pick = <T>(list: readonly T[], random: Random): T => list[below(list.length, random)] as T;
const isRunning = (text: Text) => text.set !== INFORMAL && text.words.length > 3;

function windowOf({ words, label }: Text, length: number, tagged: boolean, random: Random): Step {
  const from = below(Math.max(0, words.length - length) + 1, random);
  return { words, from, to: Math.min(words.length, from + length), label, tagged };
}

/**
 * Windows that stand for posts: of informal English, and as often of running text in the other
 * languages.
 */
export function makePosts(
  texts: readonly Text[],
  languages: readonly string[],
  random: Random,
): () => Step {
  const informal = texts.filter((text) => text.set === INFORMAL);
  const running = texts.filter(isRunning);
  const runningOf = languages.map((_, label) => running.filter((text) => text.label === label));
  const odds = languages.map((language, label) => {
    return language === "en" || runningOf[label]?.length === 0
      ? 0
      : (POSTED[language] ?? SELDOM_POSTED);
  });
  const oddsUpTo = odds.map((_, label) => odds.slice(0, label + 1).reduce((sum, own) => sum + own));
  const posted = (): Text => {
    if (random() < 0.5) return pick(informal, random);
    const at = random() * (oddsUpTo.at(-1) ?? 0);
    return pick(runningOf[oddsUpTo.findIndex((upTo) => at < upTo)] ?? running, random);
  };
  return () =>
    windowOf(
      posted(),
      SHORTEST_POST + below(LONGEST_POST, random),
      random() < TAGGED_POSTS,
      random,
    );
}

/**
 * Learns an epoch: every text once in random order, and with each a snippet of running text, some
 * words and pairs (of all the words a language has, however frequent, and of all languages alike)
 * and now and then a window that stands for a post.
 */
export function makeDraw({ train, languages, vocabulary }: Group, random: Random): Draw {
  const formal = train.filter((text) => text.set !== INFORMAL);
  const running = formal.filter(isRunning);
  const post = train.length > formal.length ? makePosts(train, languages, random) : undefined;
  const isLong = (word: number) => (vocabulary.words[word] as string).length >= SHORTEST_WORD;
  const wordsOf = languages.map((_, label) => {
    const texts = formal.filter((text) => text.label === label && text.set !== "tweets");
    return Int32Array.from(new Set(texts.flatMap((text) => [...text.words].filter(isLong))));
  });
  const someWords = (): Step => {
    const label = below(languages.length, random);
    const own = wordsOf[label] as Int32Array;
    const words = Int32Array.from(
      { length: random() < 0.6 ? 1 : 2 },
      () => own[below(own.length, random)] as number,
    );
    return { words, from: 0, to: words.length, label, tagged: false };
  };
  const order = Int32Array.from(formal.keys());

  return (learn) => {
    shuffle(order, random);
    for (const index of order) {
      const text = formal[index] as Text;
      learn(windowOf(text, WINDOW, text.tagged, random), 1);
      const snippet = pick(running, random);
      learn(windowOf(snippet, 1 + below(random() * 3, random), false, random), DRAWN_PACE);
      for (let i = 0; i < WORDS_A_TEXT; i++) learn(someWords(), DRAWN_PACE);
      if (post && random() < POSTS_A_TEXT) learn(post(), DRAWN_PACE);
    }
  };
}
