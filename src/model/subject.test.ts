import { expect, it } from "vitest";
import { eventOf } from "../../test/support/outbox.ts";
import { identified, rememberedContract, subjectOf } from "./subject.ts";

const TOKEN = "0x1111111111111111111111111111111111111111";
const POOL = "0x2222222222222222222222222222222222222222";
const FOUND = { contract: `base:${TOKEN}`, contract_symbol: "DEMO" };
const named = (tokenCa: string) =>
  eventOf({
    eventKey: `evm:${tokenCa}:w`,
    ...{ tokenCa, symbol: null, chain: "unknown", windowStart: "w" },
    summary: `2 posts by 2 authors about ${tokenCa}: see ${tokenCa}`,
  });

it("gives a contract the chain and the symbol that a search found, and a pool its token", () => {
  for (const address of [TOKEN, POOL])
    expect(identified(named(address), FOUND)).toMatchObject({
      eventKey: `evm:${address}:w`,
      ...{ chain: "base", tokenCa: TOKEN, symbol: "DEMO" },
      summary: `2 posts by 2 authors about $DEMO: see ${address}`,
    });
});

it("keeps what posts say of a contract, and the event of a symbol", () => {
  const known = eventOf({ tokenCa: TOKEN, symbol: "MINE", chain: "eth" });
  expect(identified(known, FOUND)).toEqual(known);
  const symbol = eventOf({ tokenCa: null, symbol: "DEMO", chain: "unknown" });
  expect(identified(symbol, FOUND)).toEqual(symbol);
  expect(identified(named(POOL), {})).toEqual(named(POOL));
  expect(identified(named(POOL), { contract: "nowhere:1" })).toEqual(named(POOL));
});

it("names one subject for a symbol, its contract and its pool", () => {
  const symbol = eventOf({ eventKey: "unknown:DEMO:w", tokenCa: null, windowStart: "w" });
  const subjects = [symbol, named(TOKEN), named(POOL)].map((event) => subjectOf(event, FOUND));
  expect(new Set(subjects)).toEqual(new Set([`evm:${TOKEN}:w`]));
  expect(subjectOf(symbol, { contract: null })).toBe("unknown:DEMO:w");
});

it("remembers a contract until a search finds another", () => {
  expect(rememberedContract(FOUND, { contract: null })).toEqual(FOUND);
  expect(rememberedContract(FOUND, { contract: `eth:${POOL}` })).toEqual({});
  expect(rememberedContract(undefined, {})).toEqual({ contract: null, contract_symbol: null });
});
