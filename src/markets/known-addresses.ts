import { canonicalAddress } from "../model/mention.ts";
import { NO_TOKENS } from "./no-tokens.ts";

/** A token that takes the name of a chain's own coin is another thing. */
export const NATIVE_COINS: ReadonlySet<string> = new Set(
  "BTC ETH BNB SOL TRX TON SUI APT".split(" "),
);

/** Coins of chains that are not read here: no contract on another chain is the coin. */
export const FOREIGN_COINS: ReadonlySet<string> = new Set(
  `ADA ALGO ATOM AVAX BCH CRO DASH DOGE DOT EGLD EOS ETC FIL HBAR ICP KAS LTC NEAR TAO VET XLM XMR
  XRP XTZ ZEC`.split(/\s+/),
);

/** `0x000...000` with a short tail is a precompile or another stand-in, and no contract. */
const MOSTLY_ZERO = /^0x0{34}[0-9a-f]{6}$/;
/** `0xfefe...fe`: a chain's own account. */
const ONE_BYTE = /^0x([0-9a-f]{2})\1{19}$/;

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

/**
 * Whether the address is nobody's token: minting, burning, stand-ins, and the well-known contracts
 * and accounts that posts name beside tokens.
 */
export function isNoToken(address: string): boolean {
  const known = canonicalAddress(address);
  return NO_TOKENS.has(known) || MOSTLY_ZERO.test(known) || ONE_BYTE.test(known);
}

/** What is paid with and traded against, by ticker. Coins of chains are not among them. */
const MONEY: ReadonlySet<string> = new Set(
  `USDT USDC USDC.E USDBC USDT0 USDE USDS USDP USDD USD1 DAI BUSD FDUSD TUSD PYUSD GUSD LUSD RLUSD
   CRVUSD FRAX EURC EURT WETH WBNB WSOL`.split(/\s+/),
);
export const isMoney = (symbol: string): boolean => MONEY.has(symbol);

/** The symbol of a quote token, by its contract. */
export const quoteSymbol = (address: string): string | undefined =>
  QUOTES.get(canonicalAddress(address));

/** Whether a ticker names the quote token itself. */
export const namesQuote = (symbol: string, quote: string): boolean =>
  symbol === quote || WRAPPED.get(quote) === symbol;
