import * as z from "zod";
import { readYamlList, type YamlList } from "../kit/yaml-list.ts";
import { Chain } from "../model/scalars.ts";

const Names = z.array(z.string().trim().min(2).max(60)).nullable().default([]);
const File = z.strictObject({
  coins: z
    .array(
      z.strictObject({
        symbol: z
          .string()
          .regex(/^[A-Z0-9.]{1,20}$/, "must be a ticker in capitals, without the dollar sign"),
        chain: Chain.default("unknown"),
        names: Names,
        hashtags: Names,
      }),
    )
    .nullable()
    .default([]),
});

export type KnownCoin = { symbol: string; chain: Chain };
/** A coin that the words name, and where. */
export type NamedCoin = KnownCoin & { at: number };
/** `find` answers the coins that a text in normal form names, in its order, each once. */
export type KnownCoins = { find(text: string): NamedCoin[] };

export const NO_COINS: KnownCoins = { find: () => [] };

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
/** "on Ethereum", "Solana network": where something happens, not what it is about. */
const PLACE_BEFORE = /(?:^|[^\p{L}])(?:on|via|chain:?|in the)\s+(?:the\s+)?$/iu;
const PLACE_BEHIND =
  /^\s*[- ]?(?:chain|network|main\s?net|test\s?net|blockchain|ecosystem|layer|l2|based|address|wallet|virtual machine|beach)(?![\p{L}])/iu;
/** Scripts that write words without blanks: a name of theirs may stand inside a sentence. */
const UNSPACED = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u;

/** So many letters at most end a form of a name that stands in the file as "name*". */
const ENDING = 3;
/** Case counts in a name behind this sign: "=Ripple" is the name, "ripple" a word. */
const EXACT = "=";
const keyOf = (name: string): string => (name.startsWith(EXACT) ? name : name.toLowerCase());

/** The key of a name as the text has it: itself, as it is written, or a form of a longer one. */
function keyIn(byWord: ReadonlyMap<string, KnownCoin>, word: string): string | undefined {
  const lower = word.toLowerCase();
  const stems = Array.from(
    { length: ENDING + 1 },
    (_, cut) => `${lower.slice(0, -cut || undefined)}*`,
  );
  return [lower, EXACT + word, ...stems].find((key) => byWord.has(key));
}

/** Reads the parsed rules/coins.yml into one pattern, so that a text is read once. */
function knownCoins(file: z.output<typeof File>): KnownCoins {
  const byWord = new Map<string, KnownCoin>();
  for (const { symbol, chain, names, hashtags } of file.coins ?? []) {
    for (const name of names ?? []) byWord.set(keyOf(name), { symbol, chain });
    for (const tag of hashtags ?? []) byWord.set(`#${tag.toLowerCase()}`, { symbol, chain });
  }
  if (byWord.size === 0) return NO_COINS;
  const words = [...byWord.keys()].sort((a, b) => b.length - a.length);
  const formOf = (word: string): string => {
    const name = escaped(word.replace(/^=|\*$/g, ""));
    return word.endsWith("*") ? `${name}\\p{L}{0,${ENDING}}` : name;
  };
  const isUnspaced = (word: string) => UNSPACED.test(word);
  const spaced = words.filter((word) => !isUnspaced(word)).map(formOf);
  // What stands around a name is looked at once for all of them: one by one takes three times as
  // long. A name of these never begins one of the others.
  const alone = (form: string) =>
    `(?<![\\p{L}\\p{N}_#@$/.-])(?:${form})(?![\\p{L}\\p{N}_]|\\.[a-z]\\b)`;
  const all = [
    ...words.filter(isUnspaced).map(formOf),
    ...(spaced.length > 0 ? [alone(spaced.join("|"))] : []),
  ];
  const pattern = new RegExp(all.join("|"), "giu");
  return {
    find(text) {
      const found = new Map<string, NamedCoin>();
      for (const match of text.matchAll(pattern)) {
        const word = match[0];
        const coin = byWord.get(keyIn(byWord, word) ?? "");
        const at = match.index;
        const before = text.slice(Math.max(0, at - 16), at);
        const behind = text.slice(at + word.length, at + word.length + 24);
        if (!coin || found.has(coin.symbol)) continue;
        if (!word.startsWith("#") && (PLACE_BEFORE.test(before) || PLACE_BEHIND.test(behind)))
          continue;
        found.set(coin.symbol, { ...coin, at });
      }
      return [...found.values()];
    },
  };
}

/** Reads rules/coins.yml. Problems name the line; a text with one replaces nothing. */
export function parseCoins(yamlText: string): YamlList<KnownCoins> {
  const list = readYamlList(yamlText, File);
  return list.kind === "rejected" ? list : { kind: "loaded", value: knownCoins(list.value) };
}
