import { type Emulator, json, NOT_FOUND } from "../emulator.ts";
import { evmAddress, type SampleToken, tokenAt } from "../tokens.ts";

const HOUR_MS = 3_600_000;
const missing = json({ errors: [{ status: "404", title: "Not Found" }] }, 404);

/** Nearly every number is a decimal string here. */
function pool(network: string, token: SampleToken, createdAt: number) {
  const address = evmAddress(`P${token.symbol}`);
  const volume = token.volume24h;
  return {
    id: `${network}_${address}`,
    type: "pool",
    attributes: {
      address,
      name: `${token.symbol} / WETH 0.3%`,
      pool_created_at: new Date(createdAt).toISOString().replace(/\.\d+Z/, "Z"),
      base_token_price_usd: String(token.price),
      token_price_usd: String(token.price),
      quote_token_price_usd: "3071.02",
      fdv_usd: String(token.price * 1e9),
      market_cap_usd: null,
      reserve_in_usd: String(token.liquidity),
      price_change_percentage: {
        h1: (token.change24h / 12).toFixed(2),
        h24: token.change24h.toFixed(2),
      },
      transactions: {
        h1: { buys: 4, sells: 2, buyers: 3, sellers: 2 },
        h24: { buys: 90, sells: 76, buyers: 51, sellers: 42 },
      },
      volume_usd: {
        m5: String(volume / 240),
        h1: String(volume * token.hourShare),
        h6: String(volume / 3.5),
        h24: String(volume),
      },
    },
    relationships: {
      base_token: { data: { id: `${network}_${token.address.toLowerCase()}`, type: "token" } },
      quote_token: {
        data: { id: `${network}_0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2`, type: "token" },
      },
      dex: { data: { id: "uniswap_v3", type: "dex" } },
    },
  };
}

function tokenResource(network: string, token: SampleToken, now: number) {
  return {
    id: `${network}_${token.address.toLowerCase()}`,
    type: "token",
    attributes: {
      address: token.address,
      name: token.symbol,
      symbol: token.symbol,
      decimals: 18,
      coingecko_coin_id: null,
      total_supply: "1000000000000000000000000000.0",
      normalized_total_supply: "1000000000.0",
      price_usd: String(token.price),
      fdv_usd: String(token.price * 1e9),
      total_reserve_in_usd: String(token.liquidity),
      market_cap_usd: null,
      volume_usd: { h24: String(token.volume24h) },
      last_trade_timestamp: String(Math.floor(now / 60_000) * 60),
    },
    relationships: {
      top_pools: { data: [{ id: `${network}_${evmAddress(`P${token.symbol}`)}`, type: "pool" }] },
    },
  };
}

const CONSONANTS = "BDFGKLMNPRSTVZ";
const VOWELS = "AEIOU";
const SYLLABLES = CONSONANTS.length * VOWELS.length;

/** A name that can be spoken; three syllables come again after six years of pools. */
const poolSymbol = (slot: number): string =>
  [1, SYLLABLES, SYLLABLES ** 2]
    .map((unit) => Math.floor(slot / unit) % SYLLABLES)
    .map((syllable) => `${CONSONANTS[syllable % CONSONANTS.length]}${VOWELS[syllable % 5]}`)
    .join("");

/** A new pool every ten minutes, the newest first; its name says when, so it is new once. */
function newPools(network: string, now: number) {
  const slot = Math.floor(now / 600_000);
  return Array.from({ length: 5 }, (_, back) => {
    const token = tokenAt(evmAddress(poolSymbol(slot - back)));
    return pool(network, token, (slot - back) * 600_000);
  });
}

export const geckoterminal: Emulator = {
  name: "geckoterminal",
  settings: (base) => ({
    GECKOTERMINAL_BASE_URL: `${base}/geckoterminal/api/v2`,
  }),
  owned: ["GECKOTERMINAL_BASE_URL", "COINGECKO_API_KEY"],
  source: "dex-pools",
  refusals: {
    throttled: json(
      { status: { error_code: 429, error_message: "You've exceeded the Rate Limit." } },
      429,
    ),
    empty: missing,
  },
  answer({ path, now }) {
    const [, network = "", rest = ""] =
      /^(?:\/api\/v2)?\/networks\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (rest === "new_pools" || rest === "trending_pools")
      return json({ data: newPools(network, now) });
    const [, address, tail] = /^tokens\/([^/]+)(\/pools)?$/.exec(rest) ?? [];
    if (address === undefined) return NOT_FOUND;
    const token = tokenAt(decodeURIComponent(address));
    if (token.verdict === "unknown") return missing;
    const top = pool(
      network,
      token,
      Math.floor(now / HOUR_MS) * HOUR_MS - Math.round(token.ageHours) * HOUR_MS,
    );
    return json(
      tail ? { data: [top] } : { data: tokenResource(network, token, now), included: [top] },
    );
  },
};
