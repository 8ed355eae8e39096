import { canonicalAddress } from "../model/mention.ts";

/** A token that takes the name of a chain's own coin is another thing. */
export const NATIVE_COINS: ReadonlySet<string> = new Set(
  "BTC ETH BNB SOL TRX TON SUI APT".split(" "),
);

const ZERO = `0x${"0".repeat(40)}`;

/**
 * Nobody's contract: minting, burning, the stand-ins for a chain's own coin, and the routers that
 * every swap goes through.
 */
const NO_TOKEN = new Set([
  ZERO,
  "0x0000000000000000000000000000000000000001",
  "0x000000000000000000000000000000000000dead",
  "0xdead000000000000000042069420694206942069",
  "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
  "0x0000000000000000000000000000000000001010",
  // Uniswap: v2, v3, universal routers, Permit2.
  "0x7a250d5630b4cf539739df2c5dacb4c659f2488d",
  "0xe592427a0aece92de3edee1f18e0157c05861564",
  "0x68b3465833fb72a70ecdf485e0e4c7bd8665fc45",
  "0x3fc91a3afd70395cd496c647d5a6cc9d4b2b7fad",
  "0x66a9893cc07d91d95644aedd05d03f95e1dba8af",
  "0x000000000022d473030f116ddee9f6b43ac78ba3",
  // PancakeSwap, 1inch v5 and v6, 0x, CoW Protocol.
  "0x10ed43c718714eb63d5aa57b78b54704e256024e",
  "0x13f4ea83d0bd40e75c8222255bc855a974568dd4",
  "0x1111111254eeb25477b68fb85ed929f73a960582",
  "0x111111125421ca6dc452d289314280a0f8842a65",
  "0xdef1c0ded9bec7f1a1670819833240f027b25eff",
  "0x9008d19f58aabd9ed0d60971565aa8510560ab41",
  "11111111111111111111111111111111",
  "1nc1nerator11111111111111111111111111111111",
  "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
  "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
  "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8",
  "JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4",
  "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P",
]);
/** `0x000...000` with a short tail is a precompile or another stand-in, and no contract. */
const MOSTLY_ZERO = /^0x0{34}[0-9a-f]{6}$/;

/** What tokens are traded against: contract -> symbol. */
const QUOTES = new Map(
  Object.entries({
    "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2": "WETH",
    "0x4200000000000000000000000000000000000006": "WETH",
    "0x82af49447d8a07e3bd95bd0d56f35241523fbab1": "WETH",
    "0x2170ed0880ac9a755fd29b2688956bd959f933f8": "ETH",
    "0xbb4cdb9cbd36b01bd1cbaebf2de08d9173bc095c": "WBNB",
    "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48": "USDC",
    "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913": "USDC",
    "0xaf88d065e77c8cc2239327c5edb3a432268e5831": "USDC",
    "0xff970a61a04b1ca14834a43f5de4533ebddb5cc8": "USDC.E",
    "0x8ac76a51cc950d9822d68b83fe1ad97b32cd580d": "USDC",
    "0xdac17f958d2ee523a2206206994597c13d831ec7": "USDT",
    "0xfd086bc7cd5c481dcc9c85ebe478a1c0b69fcbb9": "USDT",
    "0x55d398326f99059ff775485246999027b3197955": "USDT",
    "0xe9e7cea3dedca5984780bafc599bd69add087d56": "BUSD",
    "0x6b175474e89094c44da98b954eedeac495271d0f": "DAI",
    "0x50c5725949a6f0c72e6c4a641f24049a917db0cb": "DAI",
    "0x2260fac5e5542a773aa44fbcfedf7c193bc2c599": "WBTC",
    "0xcbb7c0000ab88b473b1f5afd9ef808440eed33bf": "CBBTC",
    So11111111111111111111111111111111111111112: "SOL",
    EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v: "USDC",
    Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB: "USDT",
    TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t: "USDT",
    TNUC9Qb1rRpS5CbWLmNMxXBjyFoydXjWFR: "WTRX",
    EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_sDs: "USDT",
  }),
);
const WRAPPED = new Map([
  ["WETH", "ETH"],
  ["WBNB", "BNB"],
  ["SOL", "WSOL"],
  ["WTRX", "TRX"],
  ["WBTC", "BTC"],
]);

export const isNoToken = (address: string): boolean =>
  NO_TOKEN.has(canonicalAddress(address)) || MOSTLY_ZERO.test(canonicalAddress(address));

/** The symbol of a quote token, by its contract. */
export const quoteSymbol = (address: string): string | undefined =>
  QUOTES.get(canonicalAddress(address));

/** Whether a ticker names the quote token itself. */
export const namesQuote = (symbol: string, quote: string): boolean =>
  symbol === quote || WRAPPED.get(quote) === symbol;
