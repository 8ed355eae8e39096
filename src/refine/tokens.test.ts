import { expect, it } from "vitest";
import type { RawPost } from "../model/raw-post.ts";
import { tokensIn } from "./tokens.ts";

const EVM = "0x6982508145454ce325ddbe47a25d4ec3d2311933";
const SOL = "JBYXZaWcgdWSGvdYXior1hYyygm3eMYiPdd7KiWcpump";
const post = (text: string, more: Partial<RawPost> = {}): RawPost => ({
  source: "x",
  id: "1",
  author: "a",
  postedAt: "2026-01-15T10:00:00.000Z",
  text,
  ...more,
});
const found = (text: string, more?: Partial<RawPost>) =>
  tokensIn(post(text, more)).map(({ chain, symbol, tokenCa }) => `${chain}:${symbol}:${tokenCa}`);

it("takes an address and the one symbol beside it for one token", () => {
  expect(found(`New gem $DEMO (${EVM}) on Ethereum`)).toEqual([`eth:DEMO:${EVM}`]);
});

it("never guesses the chain of an EVM address", () => {
  expect(found(`look at ${EVM}`)).toEqual([`unknown:null:${EVM}`]);
});

it.each([
  ["bsc", `https://dexscreener.com/bsc/${EVM}`],
  ["base", `live on Base: ${EVM}`],
  ["arb", `https://arbiscan.io/token/${EVM}`],
  ["eth", `ERC20 ${EVM}`],
])("reads the chain %s from a link or the words", (chain, text) => {
  expect(found(text)).toEqual([`${chain}:null:${EVM}`]);
});

it("does not take a coin's cashtag for the symbol of an address", () => {
  expect(found(`Go for $SOL as well, because of $mansuki CA: ${SOL}`)).toEqual([
    `sol:MANSUKI:${SOL}`,
    "sol:SOL:null",
  ]);
});

it("pairs each of two addresses with the symbol next to it", () => {
  expect(found(`$AAA ${EVM} is on eth chain and $BBB ${SOL}`)).toEqual([
    `eth:AAA:${EVM}`,
    `sol:BBB:${SOL}`,
  ]);
});

it("leaves a row of tags out when the post speaks of something else", () => {
  expect(found("$DEMO is live! $BTC $ETH $PEPE $WIF $DOGE")).toEqual(["unknown:DEMO:null"]);
  expect(found("$AA $BB $CC $DD")).toHaveLength(4);
});

it("believes the source's own fields", () => {
  expect(found("to the moon", { symbol: "demo", chain: "base" })).toEqual(["base:DEMO:null"]);
  expect(found(`$DEMO ${EVM}`, { symbol: "DEMO", chain: "bsc" })).toEqual([`bsc:DEMO:${EVM}`]);
  expect(found("up", { tokenCa: SOL })).toEqual([`sol:null:${SOL}`]);
});

it("takes an address to pay to for no token", () => {
  expect(found(`send to ${EVM}`)).toEqual([]);
  expect(found("my wallet: 1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH")).toEqual([]);
});

it("finds an address that zero-width characters hide", () => {
  expect(found(`$DEMO ${EVM.slice(0, 9)}\u200b${EVM.slice(9)}`)).toEqual([`unknown:DEMO:${EVM}`]);
});

it.each([
  ["an account that acts", `victim ${EVM} lost 2M $DEMO`],
  ["an account that is named behind", `${EVM} is the hacker of $DEMO`],
  ["a copycat's contract", `$DEMO fake contract ${EVM} do not buy`],
  ["who deployed it", `contract deployed by ${EVM}: $DEMO`],
])("keeps apart a token and %s", (_, text) => {
  expect(found(text)).toEqual(["unknown:DEMO:null"]);
});

it("takes the contract whatever is said of its team and its liquidity", () => {
  for (const text of [
    `$DEMO dev doxxed. CA: ${EVM}`,
    `$DEMO liquidity locked, LP burned 🔥 ${EVM}`,
    `$DEMO\n${EVM}\nLP burnt, owner renounced`,
  ])
    expect(found(text)).toEqual([`unknown:DEMO:${EVM}`]);
});

it("reads the token that a terminal's or a swap's link names", () => {
  expect(found(`https://bullx.io/terminal?chainId=1399811149&address=${SOL}`)).toEqual([
    `sol:null:${SOL}`,
  ]);
  expect(found(`https://raydium.io/swap/?inputMint=sol&outputMint=${SOL}`)).toEqual([
    `sol:null:${SOL}`,
  ]);
  expect(found(`https://pump.fun/profile/${SOL} $WIFI`)).toEqual(["sol:WIFI:null"]);
});
