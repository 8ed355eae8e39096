import type { Chain } from "../model/scalars.ts";
import type { AddressKind } from "../text/entities/addresses.ts";

/** Explorer and market links whose host or path names the chain. */
const LINKS: readonly (readonly [Chain, RegExp])[] = [
  [
    "eth",
    /etherscan\.io|(?:dexscreener\.com|geckoterminal\.com|dextools\.io\/app(?:\/en)?)\/(?:eth(?:ereum|er)?)\b|uniswap\.org\/\S{0,80}ethereum/,
  ],
  [
    "bsc",
    /bscscan\.com|pancakeswap\.finance|(?:dexscreener\.com|geckoterminal\.com|dextools\.io\/app(?:\/en)?)\/(?:bsc|bnb)\b|four\.meme/,
  ],
  [
    "base",
    /basescan\.org|(?:dexscreener\.com|geckoterminal\.com|dextools\.io\/app(?:\/en)?)\/base\b|clanker\.world/,
  ],
  [
    "arb",
    /arbiscan\.io|(?:dexscreener\.com|geckoterminal\.com|dextools\.io\/app(?:\/en)?)\/arbitrum\b/,
  ],
  [
    "sol",
    /solscan\.io|birdeye\.so|pump\.fun|raydium\.io|jup\.ag|bags\.fm|(?:dexscreener\.com|geckoterminal\.com)\/solana\b/,
  ],
  ["tron", /tronscan\.org|sunpump\.meme|(?:dexscreener\.com|geckoterminal\.com)\/tron\b/],
  [
    "ton",
    /tonviewer\.com|tonscan\.org|dedust\.io|ston\.fi|(?:dexscreener\.com|geckoterminal\.com)\/ton\b/,
  ],
  [
    "sui",
    /suiscan\.xyz|suivision\.xyz|(?:dexscreener\.com|geckoterminal\.com)\/sui(?:-network)?\b/,
  ],
  [
    "apt",
    /aptoscan\.com|explorer\.aptoslabs\.com|(?:dexscreener\.com|geckoterminal\.com)\/(?:aptos|apt)\b/,
  ],
];

/** "0x... | eth", "$DEMO (base)": a chain's short name alone behind an address or a ticker. */
function labelled(name: string): RegExp {
  const named = "0x[0-9a-f]{40}[\\s`)\\]*|(–—-]{1,5}|\\$[a-z]\\w*[\\s`)\\]*(]{1,3}";
  return new RegExp(`(?:${named})${name}(?=\\s*(?:$|[\\n|,.)]))`);
}

/**
 * Words that name a chain. A coin's cashtag is no hint: "$DEMO up, $ETH down" does not say where
 * DEMO lives.
 */
const WORDS: readonly (readonly [Chain, RegExp])[] = [
  ["eth", labelled("eth")],
  ["bsc", labelled("bnb")],
  ["base", labelled("base")],
  ["arb", labelled("arb")],
  ["eth", /(?<![$\w])(?:ethereum|erc-?20|eth\s?(?:main\s?net|chain)|(?:on|chain:?)\s#?eth)\b/],
  [
    "bsc",
    /(?<![$\w])(?:bsc|bep-?20|bnb\s?(?:smart\s)?chain|binance smart chain|(?:on|chain:?)\s#?bnb)\b/,
  ],
  [
    "base",
    /(?<![$\w])(?:base\s?(?:chain|network|mainnet)|(?:on|chain:?|network:?|сеть|сети|réseau|to|en|auf|sur|em|su|na|на|в)\s#?base(?!\s(?:of|for|level|layer|price|a|al|ao|à|alla|aux?)\b)|#base)\b/,
  ],
  ["arb", /(?<![$\w])arbitrum\b/],
  ["sol", /(?<![$\w])(?:solana|spl token|#sol|(?:on|chain:?)\ssol)\b/],
  ["tron", /(?<![$\w])(?:tron|trc-?20)\b/],
  [
    "ton",
    /(?<![$\w])(?:ton\s?(?:chain|network|blockchain)|toncoin|the open network|on\s#?ton(?!\sof))\b/,
  ],
  ["sui", /(?<![$\w])(?:sui|cetus|suilend|turbos)\b/],
  ["apt", /(?<![$\w])(?:aptos|liquidswap|thala)\b/],
  ["btc", /(?<![$\w])(?:brc-?20|runes|ordinals)\b/],
];

/** The coin of a chain lives on it. */
const COINS: Readonly<Record<string, Chain>> = {
  BTC: "btc",
  ETH: "eth",
  BNB: "bsc",
  SOL: "sol",
  TRX: "tron",
  TON: "ton",
  SUI: "sui",
  APT: "apt",
};
const EVM: readonly Chain[] = ["eth", "bsc", "base", "arb"];
const OF_KIND: Readonly<Record<AddressKind, readonly Chain[]>> = {
  evm: EVM,
  solana: ["sol"],
  bitcoin: ["btc"],
  tron: ["tron"],
  ton: ["ton"],
  sui: ["sui"],
  aptos: ["apt"],
  "sui|aptos": ["sui", "apt"],
};

export const isCoin = (symbol: string): boolean => symbol in COINS;
export const chainOfCoin = (symbol: string): Chain => COINS[symbol] ?? "unknown";

/**
 * Chains that the text names, those of links first: they are exact, words may speak of another
 * token.
 */
export function chainHints(text: string): Chain[] {
  const lower = text.toLowerCase();
  const named = (list: typeof LINKS) =>
    list.filter(([, pattern]) => pattern.test(lower)).map(([chain]) => chain);
  return [...named(LINKS), ...named(WORDS)];
}

/**
 * An EVM address lives on any EVM chain alike, so without a hint its chain is unknown, never a
 * guess.
 */
export function chainOfAddress(kind: AddressKind, hints: readonly Chain[]): Chain {
  const possible = OF_KIND[kind];
  return possible.length === 1
    ? (possible[0] ?? "unknown")
    : (hints.find((hint) => possible.includes(hint)) ?? "unknown");
}

/** For a symbol alone: its own chain if it is a coin, else the one chain that the text names. */
export function chainOfSymbol(symbol: string, hints: readonly Chain[]): Chain {
  if (isCoin(symbol)) return chainOfCoin(symbol);
  return new Set(hints).size === 1 ? (hints[0] ?? "unknown") : "unknown";
}
