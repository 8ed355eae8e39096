import { ngramRows } from "../../src/text/hashing/ngrams.ts";
import { everyText, LONGEST_NGRAM, taggedText } from "../../src/text/language/model.ts";
import {
  dominantScript,
  SHARED_SCRIPTS,
  type SharedScript,
} from "../../src/text/language/script.ts";
import { BOUNDARY, languageWords, readWords } from "../../src/text/language/words.ts";
import { foldOf, readRows } from "./rows.ts";

/** `words` are indexes into the vocabulary; a label of -1 is no language of the group. */
export type Text = { words: Int32Array; label: number; set: string; tagged: boolean };
/**
 * Rows of each word in a table of 2^bits; the first two "words" are what every text and every
 * tagged text touches.
 */
export type Vocabulary = { bits: number; words: string[]; rows: Uint32Array[] };
export type Group = {
  script: SharedScript;
  languages: string[];
  train: Text[];
  test: Text[];
  vocabulary: Vocabulary;
};
/** By set, how many of how many were right. */
export type Tally = Map<string, readonly [right: number, all: number]>;

export const INFORMAL = "informal";
const LANGUAGE_SETS = ["sentences", "pairs", "words", "tweets"];
/**
 * English as it is written in posts and messages, which the languages' own sets have nothing of.
 */
const INFORMAL_ENGLISH = ["sentiment-train", "spam-sms", "spam-youtube"];
/**
 * A language with a handful of texts in a script is a mislabelled line, not a language written in
 * it.
 */
const FEWEST_TEXTS = 150;
const FOLDS = 5;
/** About one row in ten will have weights. */
const BITS: Record<SharedScript, number> = { latin: 21, cyrillic: 18, arabic: 17, devanagari: 16 };

/** A text with its language; `set` is the name of the collection that it comes from. */
export type LanguageText = { text: string; language: string; set: string };

export function readLanguageSets(folder: string): LanguageText[] {
  const labelled = LANGUAGE_SETS.flatMap((set) =>
    readRows<LanguageText>(folder, `language-${set}`).map((row) => ({ ...row, set })),
  );
  const informal = INFORMAL_ENGLISH.flatMap((set) =>
    readRows<LanguageText>(folder, set).map(({ text }) => ({
      text,
      language: "en",
      set: INFORMAL,
    })),
  );
  return [...labelled, ...informal];
}

/**
 * Most of the published Malay sentences are Indonesian web pages; the pairs and words are what is
 * left to learn Malay from.
 */
const isMislabelled = ({ set, language }: LanguageText) => set === "sentences" && language === "ms";

function makeVocabulary(bits: number): {
  vocabulary: Vocabulary;
  indexOf: (word: string) => number;
} {
  const known = new Map<string, number>();
  const vocabulary: Vocabulary = {
    bits,
    words: ["", "@"],
    rows: [Uint32Array.of(everyText(bits)), Uint32Array.of(taggedText(bits))],
  };
  const shape = { longest: LONGEST_NGRAM, bits };
  const scratch = new Uint32Array(LONGEST_NGRAM * 128);
  const indexOf = (word: string): number => {
    const old = known.get(word);
    if (old !== undefined) return old;
    const units = Uint16Array.from(
      { length: word.length + 2 },
      (_, i) => word.charCodeAt(i - 1) || BOUNDARY,
    );
    const index = vocabulary.words.push(word) - 1;
    vocabulary.rows.push(scratch.slice(0, ngramRows(units, 1, word.length + 1, shape, scratch)));
    known.set(word, index);
    return index;
  };
  return { vocabulary, indexOf };
}

export function count(tally: Tally, set: string, right: boolean): void {
  const [before, all] = tally.get(set) ?? [0, 0];
  (tally as Map<string, readonly [number, number]>).set(set, [before + Number(right), all + 1]);
}

/**
 * What `readWords` reads of a text is its first two dozen words; training has use for the others
 * too.
 */
function chunks(text: string): string[] {
  const pieces = text.split(/\s+/);
  return Array.from({ length: Math.ceil(pieces.length / CHUNK) }, (_, i) =>
    pieces.slice(i * CHUNK, (i + 1) * CHUNK).join(" "),
  );
}
const CHUNK = 20;

/**
 * The texts of each shared script; `decided` tallies the held-out ones that their script alone
 * decides.
 */
export function groupTexts(
  all: readonly LanguageText[],
  heldOut: number,
  fewest = FEWEST_TEXTS,
): { groups: Group[]; decided: Tally } {
  const texts = all.flatMap((raw) => {
    const isTest = foldOf(raw.text, FOLDS) === heldOut;
    return (isTest ? [raw.text] : chunks(raw.text)).map((text) => {
      const { letters, tagged } = readWords(text);
      return {
        ...raw,
        script: dominantScript(letters),
        tagged,
        words: languageWords(text),
        isTest,
      };
    });
  });
  const groups = SHARED_SCRIPTS.map((script): Group => {
    const own = texts.filter(
      (text) => text.script === script && (text.set !== INFORMAL || script === "latin"),
    );
    const byLanguage = Map.groupBy(own, (text) => text.language);
    const languages = [...byLanguage.keys()]
      .filter((language) => (byLanguage.get(language) ?? []).length >= fewest)
      .sort();
    const { vocabulary, indexOf } = makeVocabulary(BITS[script]);
    const indexed = (some: typeof own) =>
      some.map(({ words, language, set, tagged }) => ({
        words: Int32Array.from(words, indexOf),
        label: languages.indexOf(language),
        set,
        tagged,
      }));
    const train = indexed(own.filter((text) => !text.isTest && !isMislabelled(text))).filter(
      (text) => text.label >= 0,
    );
    return {
      script,
      languages,
      train,
      test: indexed(own.filter((text) => text.isTest)),
      vocabulary,
    };
  });
  const decided: Tally = new Map();
  for (const { script, language, set, isTest } of texts) {
    if (isTest && set !== INFORMAL && !groups.some((group) => group.script === script))
      count(decided, set, script === language);
  }
  return { groups, decided };
}
