import { type ChainAddress, extractAddresses } from "./addresses.ts";
import { extractUrls, type UrlSpan } from "./urls.ts";

/**
 * What a post names. The first four are as twitter-text defines them, without their sign; symbols
 * are in upper case, each once.
 */
export type Entities = {
  cashtags: string[];
  hashtags: string[];
  mentions: string[];
  urls: string[];
  symbols: string[];
  addresses: ChainAddress[];
};

/** A cashtag as Twitter links it: one to six letters, which leaves out one real ticker in six. */
const CASHTAG =
  /(?<=^|\s)\$([a-z]{1,6}(?:[._][a-z]{1,2})?)(?=$|\s|[!'#%&()*+,\\\-./:;<=>?@[\]^_{|}~$])/gi;
/** A ticker as people write it: digits and up to fifteen characters too. */
const SYMBOL = /(?<![A-Za-z0-9_$])\$([A-Za-z][A-Za-z0-9]{1,14})(?![A-Za-z0-9])/g;

const TAG =
  "\\p{L}\\p{M}\\p{Nd}_\\u200c\\u200d\\ua67e\\u05be\\u05f3\\u05f4\\uff5e\\u301c\\u309b" +
  "\\u309c\\u30a0\\u30fb\\u3003\\u0f0b\\u0f0c\\u00b7";
const HASHTAG = new RegExp(
  `(?<=^|[\\uFE0E\\uFE0F]|[^${TAG}&])[#＃](?![\\uFE0F\\u20E3])([${TAG}]+)`,
  "gu",
);
const MENTION =
  /(?<=^|[^a-zA-Z0-9_!#$%&*@＠]|(?<![a-zA-Z0-9_+~.-])[rR][tT]:?)[@＠]([a-zA-Z0-9_]{1,20})/g;
/**
 * Behind a name: another sign, an accented letter, or the rest of a link, which make it something
 * else.
 */
const NO_MENTION =
  /^(?:[@＠\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F\u1E00-\u1EFF]|[\u0300-\u036F]|:\/\/)/;

const groups = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map((match) => match[1] ?? "");

function hashtags(text: string, urls: readonly UrlSpan[]): string[] {
  const tags: string[] = [];
  for (const match of text.matchAll(HASHTAG)) {
    const tag = match[1] ?? "";
    const after = text.slice(match.index + match[0].length, match.index + match[0].length + 3);
    const inUrl = urls.some((url) => match.index >= url.start && match.index < url.end);
    if (/[\p{L}\p{M}]/u.test(tag) && !/^(?:[#＃]|:\/\/)/.test(after) && !inUrl) tags.push(tag);
  }
  return tags;
}

function mentions(text: string): string[] {
  const names = [...text.matchAll(MENTION)].filter((match) => {
    const end = match.index + match[0].length;
    return !NO_MENTION.test(text.slice(end, end + 3));
  });
  return names.map((match) => match[1] ?? "");
}

export const extractSymbols = (text: string): string[] => [
  ...new Set(groups(text, SYMBOL).map((symbol) => symbol.toUpperCase())),
];

export function extractEntities(text: string): Entities {
  const urls = text.includes(".") ? extractUrls(text) : [];
  return {
    cashtags: text.includes("$") ? groups(text, CASHTAG) : [],
    hashtags: /[#＃]/.test(text) ? hashtags(text, urls) : [],
    mentions: /[@＠]/.test(text) ? mentions(text) : [],
    urls: urls.map((span) => span.url),
    symbols: text.includes("$") ? extractSymbols(text) : [],
    addresses: extractAddresses(text),
  };
}
