import { isAscii, normalizeText } from "../normalize.ts";
import { LATIN_SCRIPT, MARK, SCRIPT_OF, SCRIPTS } from "./script.ts";

/** Only the head of a text is read: what comes after no longer changes the answer. */
const MAX_UNITS = 600;
const MAX_WORDS = 24;
/** Scripts without blanks have "words" as long as a sentence. */
const MAX_WORD = 60;

/**
 * Stands before, between and behind the words, so that an n-gram knows where a word begins and
 * ends.
 */
export const BOUNDARY = 0x5f;
const APOSTROPHE = 0x27;

/**
 * The words of a text, lower case, as UTF-16 units: _gm_frens_. Word w is of one script, starts at
 * units[starts[w]] and is lengths[w] long.
 * `letters` counts those of each script. `tagged`: there are links, handles or tags. `named`: the
 * words are those of tags, because there are no others. `hindi`: how many are Hindi in Latin
 * letters.
 * One object is used for all texts: it is overwritten by the next reading.
 */
const words = {
  units: new Uint16Array(MAX_WORDS * (MAX_WORD + 1) + 1),
  count: 0,
  starts: new Uint16Array(MAX_WORDS + 1),
  lengths: new Uint16Array(MAX_WORDS),
  scripts: new Uint8Array(MAX_WORDS),
  letters: new Uint16Array(SCRIPTS.length),
  tagged: false,
  named: false,
  hindi: 0,
};
words.units[0] = BOUNDARY;
words.starts[0] = 1;
export type CommonWords = Readonly<typeof words>;

const setOf = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

/**
 * Words of the trade and names of coins, which are the same in every language. Words that a
 * language has too ("ser", "sol", "pump") are not among them.
 */
const TRADE_WORDS = setOf(`
  gm gn gmgn hodl hodling hodler hodlers lfg lfgo lfgg wagmi ngmi dyor nfa fud fomo rekt wen gmi
  iykyk probs tldr lol lmao rofl omg rt via btc eth usdt usdc bnb xrp doge shib pepe bonk ltc trx
  bitcoin ethereum solana dogecoin cardano ripple tether binance coinbase kraken bybit okx kucoin
  uniswap crypto defi nft nfts web3 altcoin altcoins memecoin memecoins shitcoin stablecoin
  airdrop airdrops kyc tvl dex cex apy apr roi ath atl mcap whitelist presale blockchain gwei
`);
/**
 * Frequent words of Hindi typed in Latin letters, a form that the model does not know. None is a
 * word of English.
 */
const HINDI_WORDS = setOf(`
  hai hain nahi nahin nhi kya bhai aur mein yeh bhi toh aap mera meri mere raha rahe rahi karo
  kare karne accha acha matlab kyu kyun kyunki sirf wala wale wali apna apne apni koi kuch kuchh
  hota hoti gaya gayi tha thi tera teri tum hum humko unke uska iska jab tak liye saath yaar bahut
  abhi kal kaise kaun sab desh kar aaj gya ghar hua hui diya kiya karna jaata dekho bolo paisa
`);
const LONGEST_LISTED_WORD = 11;

/**
 * A check-in names a place, whose language is not the writer's: of "I'm at Kafe Betawi (Jakarta)"
 * only the first words count, of "lunch (@ Kafe Betawi)" and "lunch @ Kafe Betawi" what stands
 * before the place.
 */
const CHECK_IN = /^i(?:'| a)m at (?=\S)/;
const PLACE = /\s\(?@ (?=\S)/;

function withoutPlace(line: string): string {
  const start = CHECK_IN.exec(line)?.[0];
  if (start !== undefined) return start;
  if (!line.includes("@ ")) return line;
  const at = line.search(PLACE);
  return at > 0 ? line.slice(0, at) : line;
}

const CURLY = /[’ʼʻ´]/g;
/** Written by some sources for & < > and quotes. */
const ENTITY = /&(?:amp|lt|gt|quot|apos|nbsp|#\d+);/g;

function lineOf(text: string): string {
  let head = normalizeText(text).slice(0, MAX_UNITS);
  if (!isAscii(head)) head = head.replace(CURLY, "'");
  if (head.includes("&")) head = head.replace(ENTITY, " ");
  return withoutPlace(head.toLowerCase());
}

const isDigit = (unit: number) => unit >= 0x30 && unit <= 0x39;

/**
 * What the piece of a text from `start` to `end` is: words; a number; or a link, e-mail, handle,
 * hashtag or cashtag, whose Latin words are no language.
 */
function kindOf(line: string, start: number, end: number): "words" | "number" | "tag" {
  let kind: "words" | "number" = "words";
  for (let at = start; at < end; at++) {
    const unit = line.charCodeAt(at);
    if (unit >= 0x61) continue;
    if (isDigit(unit)) kind = "number";
    else if (unit === 0x40) return "tag";
    else if (
      (unit === 0x23 || unit === 0x24) &&
      at <= start + 1 &&
      !isDigit(line.charCodeAt(at + 1))
    )
      return "tag";
    else if (unit === 0x3a && line.charCodeAt(at + 1) === 0x2f && line.charCodeAt(at + 2) === 0x2f)
      return "tag";
    else if (unit === 0x2e && isDomainDot(line, at, start, end)) return "tag";
  }
  return kind;
}

const isLatin = (unit: number) => unit >= 0x61 && unit <= 0x7a;

/** x.com, t.me/abc: letters behind the dot up to the end or a slash, and a letter before it. */
function isDomainDot(line: string, dot: number, start: number, end: number): boolean {
  if (dot === start || !isLatin(line.charCodeAt(dot - 1))) return false;
  let at = dot + 1;
  while (at < end && isLatin(line.charCodeAt(at))) at++;
  return at - dot > 2 && (at === end || line.charCodeAt(at) === 0x2f);
}

/** Reads one word, or skips a character that begins no word; returns where it ended. */
function readWord(line: string, from: number, end: number, withLatin: boolean): number {
  const { units, count, starts } = words;
  const script = SCRIPT_OF[line.charCodeAt(from)] as number;
  if (script <= MARK) return from + 1;
  const start = starts[count] as number;
  let length = 0;
  let [last, beforeLast] = [0, 0];
  let at = from;
  for (; at < end; at++) {
    const unit = line.charCodeAt(at);
    const own = SCRIPT_OF[unit] as number;
    const within =
      own === script ||
      own === MARK ||
      (unit === APOSTROPHE && SCRIPT_OF[line.charCodeAt(at + 1)] === script);
    if (!within) break;
    // "sooooo" and "soo" are one word
    if (length < MAX_WORD && (unit !== last || unit !== beforeLast)) units[start + length++] = unit;
    beforeLast = last;
    last = unit;
  }
  if (script === LATIN_SCRIPT) {
    if (!withLatin) return at;
    if (at - from <= LONGEST_LISTED_WORD) {
      const word = line.slice(from, at);
      if (TRADE_WORDS.has(word)) return at;
      if (HINDI_WORDS.has(word)) words.hindi++;
    }
  }
  units[start + length] = BOUNDARY;
  words.lengths[count] = length;
  words.scripts[count] = script;
  (words.letters[script] as number) += length;
  starts[++words.count] = start + length + 1;
  return at;
}

/**
 * Links and handles run into Chinese or Thai without a blank, so of a tag only the Latin words are
 * left out.
 */
function readLine(line: string, withTags: boolean): void {
  words.count = 0;
  words.letters.fill(0);
  words.tagged = false;
  words.hindi = 0;
  for (let start = 0; start < line.length && words.count < MAX_WORDS; ) {
    let end = start;
    while (end < line.length && line.charCodeAt(end) > 0x20) end++;
    const kind = kindOf(line, start, end);
    if (kind === "tag") words.tagged = true;
    while (start < end && words.count < MAX_WORDS)
      start = readWord(line, start, end, withTags || kind === "words");
    start = end + 1;
  }
}

/**
 * Reads the words that show the language; those of links, tags and numbers only when there are no
 * others.
 */
export function readWords(text: string): CommonWords {
  const line = lineOf(text);
  readLine(line, false);
  words.named = words.count === 0;
  if (words.named) readLine(line, true);
  return words;
}

/** The words as strings. */
export function languageWords(text: string): string[] {
  const { count, starts, lengths, units } = readWords(text);
  return Array.from({ length: count }, (_, w) => {
    const start = starts[w] as number;
    return String.fromCharCode(...units.subarray(start, start + (lengths[w] as number)));
  });
}
