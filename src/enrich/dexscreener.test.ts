import { expect, it } from "vitest";
import { DexPair, pairFacts } from "./dexscreener.ts";

const TOKEN = "0x5b1c2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4";
const WETH = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2";
const NOW = Date.UTC(2026, 10, 20, 10);

const pair = (quote: string, symbol: string, usd: number, price: string) =>
  DexPair.parse({
    chainId: "ethereum",
    baseToken: { address: TOKEN, symbol: "DEMO" },
    quoteToken: { address: quote, symbol },
    priceUsd: price,
    liquidity: { usd },
    volume: { h24: usd / 10 },
    pairCreatedAt: NOW - 7_200_000,
  });
const junk = pair("0x1111111111111111111111111111111111111111", "WETH", 9e9, "777");

it("lets no pool against a token of unknown value decide price, liquidity or volume", () => {
  const facts = pairFacts([junk, pair(WETH, "WETH", 50_000, "0.5")], "ethereum", TOKEN, NOW);
  expect(facts).toMatchObject({ dex_price_usd: 0.5, dex_liquidity: 50_000, dex_volume_24h: 5_000 });
});

it("counts a pool against a chain's own coin, which has no contract", () => {
  const native = pair(`0x${"0".repeat(40)}`, "ETH", 80_000, "0.5");
  expect(pairFacts([native], "ethereum", TOKEN, NOW)).toMatchObject({ dex_liquidity: 80_000 });
});

it("knows of a token with worthless pools alone how old they are, and no price", () => {
  expect(pairFacts([junk], "ethereum", TOKEN, NOW)).toMatchObject({
    dex_price_usd: null,
    dex_liquidity: null,
    dex_pair_age_hours: 2,
  });
});
