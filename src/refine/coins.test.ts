import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parseCoins } from "./coins.ts";
import { tokensIn } from "./tokens.ts";

const FILE = new URL("../../rules/coins.yml", import.meta.url);
const list = parseCoins(readFileSync(FILE, "utf8"));
if (list.kind === "rejected") throw new Error("rules/coins.yml does not load");
const coins = list.value;
const found = (text: string) =>
  tokensIn(
    { source: "x", id: "1", author: "a", postedAt: "2026-01-15T10:00:00.000Z", text },
    coins,
  ).map(({ chain, symbol }) => `${chain}:${symbol}`);

it.each([
  ["Bitcoin crashes below 79,000", "btc:BTC"],
  ["#BTC and #ETH recover", "btc:BTC eth:ETH"],
  ["비트코인 급등", "btc:BTC"],
  ["比特币突破新高", "btc:BTC"],
  ["Chainlink's new oracle", "unknown:LINK"],
  ["nobody wants bitcoins today", "btc:BTC"],
  ["цена биткоина и лайткоином торгуют", "btc:BTC unknown:LTC"],
  ["Ripple wins in court", "unknown:XRP"],
])("knows the coin of %j", (text, expected) => {
  expect(found(text).join(" ")).toBe(expected);
});

it.each([
  ["a chain as a place", "the app runs on Ethereum"],
  ["a chain's own words", "Solana network fees fell"],
  ["a piece of a longer word", "bitcoiners met, ethers.js was released"],
  ["another coin of that name", "LBTC and BTC.b are live on the new chain"],
  ["a word that only a capital makes a name", "the ripple effects of a rate cut"],
  ["a longer word than a name's form", "биткоиноводство растёт"],
  ["a handle or a link", "@bitcoin wrote https://bitcoin.org/en"],
])("takes %s for no coin", (_, text) => {
  expect(found(text)).toEqual([]);
});

it("reads names only where the post names no token by itself", () => {
  expect(found("$DEMO outruns Bitcoin")).toEqual(["unknown:DEMO"]);
});

it("names the line of a coin that cannot be read", () => {
  const text = "coins:\n  - { symbol: BTC, names: [bitcoin] }\n  - { symbol: $eth }\n";
  expect(parseCoins(text)).toMatchObject({ kind: "rejected", problems: [{ line: 3 }] });
});
