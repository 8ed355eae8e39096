import { wordRow } from "../hashing/ngrams.ts";
import { foldConfusables } from "../normalize.ts";
import { englishParts, type WordPart } from "./abroad.ts";

/** 2^bits rows of the hashed table. */
export const EVENT_TYPE_BITS = 16;
const MAX_LENGTH = 2_000;
const MAX_WORDS = 200;
/**
 * How much of a word counts: six letters separate "listing" from "listen", four match "listed"
 * again.
 */
const STEMS = [6, 4];

/**
 * Names of a kind count as one word, so that an exchange which no example names is still an
 * exchange.
 */
const KINDS: readonly (readonly [kind: string, names: string])[] = [
  [
    "exchange",
    `
      binance coinbase kraken okx bybit kucoin gate mexc bitget upbit bithumb htx huobi robinhood
      gemini bitfinex bingx bitstamp bitvavo poloniex lbank korbit hyperliquid revolut
    `,
  ],
  ["gallery", "opensea magiceden blur tensor foundation zora sotheby rarible superrare"],
  [
    "chain",
    `
      solana ethereum base arbitrum bsc polygon avalanche sui aptos tron ton bnb eth sol btc bitcoin
    `,
  ],
];
const KIND_OF = new Map(
  KINDS.flatMap(([kind, names]) =>
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, `<${kind}>`] as const),
  ),
);
const STABLE_COIN =
  /^(?:\w*usd\w{0,2}|dai|frax|tether|eur[tcs]?|stablecoins?|(?:st|ez|rs|cb|wst)eth)$/;

const WORD =
  /https?:\/\/\S+|[a-z0-9]{25,90}|\$[a-z]\w*|@\w+|\d[\d,.]*|\p{L}+|%|\p{Extended_Pictographic}/gu;

const LETTERS = /^\p{L}/u;
const plain = (word: string): WordPart => ({ form: word, from: 0, to: word.length });

/** A word of the text as the model knows it, and where it stands in the text as it was read. */
type Word = { form: string; from: number; to: number };
/**
 * `rows`: for each word, the table rows of its stems and of the pair that it makes with the word
 * before.
 */
export type EventTypeReading = { text: string; words: Word[]; rows: number[][] };

/** Behind these decimals a price is a coin's that left one dollar, and one that kept to it. */
const [UNDER_PAR_FROM, AT_PAR_FROM, AT_PAR_TO, LARGE_FROM] = [0.2, 0.985, 1.015, 1_000];

/**
 * Numbers by what they can be: a price under one dollar, at one dollar, thousands, or any other.
 * "Bitcoin falls under $80,000" is no lost peg, "$DEMO falls to $0.91" may be one.
 */
function numberForm(digits: string): string {
  const plain = digits.replace(/[.,]+$/, "").replace(/^([01]),(?=\d)/, "$1.");
  const value = Number(plain.replace(/,/g, ""));
  if (value >= LARGE_FROM) return "<large>";
  if (!plain.includes(".")) return "0";
  if (value >= AT_PAR_FROM && value <= AT_PAR_TO) return "<par>";
  return value >= UNDER_PAR_FROM && value < AT_PAR_FROM ? "<under>" : "0";
}

function formOf(word: string): string {
  if (word.startsWith("$") || word.startsWith("@")) return word.charAt(0);
  if (/^[a-z0-9]{25}/.test(word)) return "<address>";
  if (/^\d/.test(word)) return numberForm(word);
  return KIND_OF.get(word) ?? (STABLE_COIN.test(word) ? "<stable>" : word);
}

/**
 * The words of a text without its links. Trainer and Worker share it: a change here needs new
 * weights.
 */
export function readEventType(original: string): EventTypeReading {
  const text = foldConfusables(original).slice(0, MAX_LENGTH).toLowerCase();
  const words: Word[] = [];
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (words.length === MAX_WORDS) break;
    if (word.includes("://")) continue;
    for (const { form, from, to } of LETTERS.test(word) ? englishParts(word) : [plain(word)])
      words.push({ form: formOf(form), from: index + from, to: index + to });
  }
  const [long = 0] = STEMS;
  const rows = words.map(({ form }, i) => {
    const own = STEMS.map((length) =>
      wordRow(`${length} ${form.startsWith("<") ? form : form.slice(0, length)}`, EVENT_TYPE_BITS),
    );
    const before = words[i - 1]?.form.slice(0, long);
    return before === undefined
      ? own
      : [...own, wordRow(`${before} ${form.slice(0, long)}`, EVENT_TYPE_BITS)];
  });
  return { text, words, rows };
}

/** Every row counts once, and all together as much in a long text as in a short one. */
export function distinctRows({ rows }: EventTypeReading): { rows: number[]; value: number } {
  const distinct = [...new Set(rows.flat())];
  return { rows: distinct, value: 3 / Math.sqrt(distinct.length + 1) };
}
