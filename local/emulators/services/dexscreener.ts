import { type Emulator, json, NOT_FOUND } from "../emulator.ts";
import { addressOn, type SampleToken, tokenAt, tokensNamed } from "../tokens.ts";

const HOUR_MS = 3_600_000;
const WETH = {
  address: "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
  name: "Wrapped Ether",
  symbol: "WETH",
};

/** A pool of a token; `share` is its part of the token's liquidity. */
function pair(chainId: string, token: SampleToken, share: number, now: number) {
  const pairAddress = addressOn(chainId, `P${token.symbol}${Math.round(share * 100)}`.slice(0, 12));
  const volume = token.volume24h * share;
  const trades = Math.round(volume / 250);
  return {
    chainId,
    dexId: "uniswap",
    url: `https://dexscreener.com/${chainId}/${pairAddress}`,
    pairAddress,
    labels: ["v3"],
    baseToken: { address: token.address, name: token.symbol, symbol: token.symbol },
    quoteToken: WETH,
    priceNative: String(token.price / 3000),
    priceUsd: String(token.price),
    txns: {
      h1: { buys: Math.round(trades / 40), sells: Math.round(trades / 60) },
      h24: { buys: trades, sells: Math.round(trades * 0.8) },
    },
    volume: { h24: volume, h6: volume / 3.5, h1: volume * token.hourShare, m5: volume / 240 },
    priceChange: { h1: token.change24h / 12, h24: token.change24h },
    liquidity: { usd: token.liquidity * share, base: 1000, quote: 10 },
    fdv: token.price * 1e9,
    marketCap: token.price * 1e9,
    // Rounded to the hour, so that two calls in a row agree.
    pairCreatedAt: Math.floor(now / HOUR_MS) * HOUR_MS - Math.round(token.ageHours) * HOUR_MS,
  };
}

/** A pool in which the token is the quote: its price and volume belong to someone else. */
function quoteSide(chainId: string, token: SampleToken, now: number) {
  const other = pair(chainId, token, 0.02, now);
  return { ...other, baseToken: WETH, quoteToken: other.baseToken, priceUsd: "3071.02" };
}

function pairsOf(chainId: string, address: string, now: number) {
  const token = tokenAt(address);
  if (token.verdict === "unknown") return [];
  const main = pair(chainId, token, 0.85, now);
  return token.chance("pools") < 0.5
    ? [main]
    : [quoteSide(chainId, token, now), main, pair(chainId, token, 0.15, now)];
}

/** The token or the pool at an address, on the chain that its symbol is at home on. */
function pairsAt(address: string, now: number) {
  const { symbol } = tokenAt(address);
  const isHere = (chain: string) => chain.startsWith("sol") !== address.startsWith("0x");
  const pooled = /^P(\D.*?)(\d{1,3})$/.exec(symbol)?.[1];
  const home = tokensNamed(pooled ?? symbol).find(({ chain }) => isHere(chain))?.chain;
  const chain = home ?? (address.startsWith("0x") ? "ethereum" : "solana");
  return pooled === undefined
    ? pairsOf(chain, address, now)
    : pairsOf(chain, addressOn(chain, pooled), now).filter(
        ({ pairAddress }) => pairAddress === address,
      );
}

export const dexscreener: Emulator = {
  name: "dexscreener",
  settings: (base) => ({
    DEXSCREENER_BASE_URL: `${base}/dexscreener`,
  }),
  owned: ["DEXSCREENER_BASE_URL"],
  refusals: { throttled: json({ error: "Too Many Requests" }, 429), empty: json([]) },
  answer({ path, query, now }) {
    const byToken = /^\/(?:token-pairs|tokens)\/v1\/([^/]+)\/([^/]+)$/.exec(path);
    if (byToken) return json(pairsOf(byToken[1] ?? "", decodeURIComponent(byToken[2] ?? ""), now));
    const latest = /^\/latest\/dex\/tokens\/([^/]+)$/.exec(path);
    if (latest) {
      const pairs = decodeURIComponent(latest[1] ?? "")
        .split(",")
        .flatMap((address) => pairsOf("ethereum", address, now));
      return json({ schemaVersion: "1.0.0", pairs: pairs.length > 0 ? pairs : null });
    }
    if (path === "/latest/dex/search") {
      const asked = (query.get("q") ?? "").replace(/^\$/, "");
      const address = /^0x[0-9a-f]{40}$/i.test(asked) ? asked.toLowerCase() : asked;
      if (/^0x|^[1-9A-HJ-NP-Za-km-z]{32,44}$/.test(asked))
        return json({ schemaVersion: "1.0.0", pairs: pairsAt(address, now) });
      const named = tokensNamed(asked);
      return json({
        schemaVersion: "1.0.0",
        pairs: named.map(({ chain, token, share }) => pair(chain, token, share, now)),
      });
    }
    return NOT_FOUND;
  },
};
