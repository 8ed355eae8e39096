import { unmasked } from "../kit/fold.ts";
import { windowRows, wordRow } from "../kit/ngrams.ts";

/** 2^bits rows of the hashed table. */
export const SPAM_BITS = 16;
const MAX_WORDS = 250;
const CHARACTER_GRAMS = [4, 5];
const MAX_GRAMMED = 600;

const ADDRESS = /\b(?:0x[0-9a-f]{40,64}|[1-9a-km-z]{32,44}|bc1[a-z0-9]{11,60})\b/gi;
const LINK =
  /(?:https?:\/\/\s?)?(?<![a-z0-9-])(?:www\.)?([a-z0-9-]{1,40}\.(?:com|io|me|co|fun|xyz|org|net|app|ly|gg|finance|money|ai|info|eu))\b(?:\/\S*)?/gi;
const SYMBOL = /\$[a-z]\w*/gi;
const HANDLE = /@(\w+)/g;
const AMOUNT = /\$?\d[\d,.]*\s?([kmb%]?)\b/gi;
const TOKEN = /[@#]?[\p{L}\p{M}\p{N}_']+|[^\s\p{L}\p{M}\p{N}]/gu;

const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

/** The share of letters that are capitals, counted in runs: a match for each letter would be the dearest thing here. */
function capitals(bare: string): number {
  const inRuns = (pattern: RegExp) => (bare.match(pattern) ?? []).reduce((sum, run) => sum + run.length, 0);
  const letters = inRuns(/\p{L}+/gu);
  return letters === 0 ? 0 : inRuns(/\p{Lu}+/gu) / letters;
}

/** What the post is made of, as steps: "at least 3 hashtags" is a feature, "3 hashtags" is not. */
function shape(text: string, bare: string): string[] {
  const steps: [name: string, value: number, limits: number[]][] = [
    ["length", bare.length, [30, 60, 100, 140, 200, 240, 280, 400]],
    ["lines", text.split("\n").length - 1, [1, 2, 4, 8]],
    ["handles", count(bare, HANDLE), [1, 2, 3]],
    ["links", count(bare, LINK), [1, 2]],
    ["symbols", count(bare, SYMBOL), [1, 2, 4]],
    ["hashtags", count(bare, /#/g), [1, 2, 4]],
    ["pictures", /[^ -~]/.test(bare) ? count(bare, /\p{Extended_Pictographic}/gu) : 0, [1, 2, 4, 8]],
    ["addresses", count(bare, ADDRESS), [1]],
    ["amounts", count(bare, AMOUNT), [1, 3]],
    ["capitals", capitals(bare), [0.1, 0.2, 0.4, 0.7]],
  ];
  return steps.flatMap(([name, value, limits]) => limits.filter((limit) => value >= limit).map((limit) => `${name} >= ${limit}`));
}

/** The post with what varies from copy to copy (addresses, links, symbols, amounts) replaced by what it is. */
function masked(bare: string): string {
  return bare
    .replace(ADDRESS, " _address ")
    .replace(LINK, " _link $1 ")
    .replace(HANDLE, " _handle @$1 ")
    .replace(SYMBOL, " _symbol ")
    .replace(AMOUNT, " _amount$1 ")
    .toLowerCase();
}

/** A post as the model reads it: the names of its features (words, pairs of words, its shape), then the table rows of these and of its n-grams. */
export type SpamReading = { features: string[]; rows: number[] };

/** Character n-grams see through new spellings and inflections; words can be shown as reasons. */
export function readSpam(text: string): SpamReading {
  const bare = unmasked(text);
  const lower = masked(bare);
  const words = (lower.match(TOKEN) ?? []).slice(0, MAX_WORDS);
  const features = new Set<string>(shape(text, bare));
  for (const [i, word] of words.entries()) {
    features.add(word);
    if (i > 0) features.add(`${words[i - 1]} ${word}`);
  }
  const run = ` ${lower.replace(/\s+/g, " ").slice(0, MAX_GRAMMED)} `;
  const grams = new Set<number>();
  for (const length of CHARACTER_GRAMS) windowRows(run, length, SPAM_BITS, grams);
  const named = [...features];
  return { features: named, rows: [...named.map((feature) => wordRow(feature, SPAM_BITS)), ...grams] };
}
