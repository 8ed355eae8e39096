import { expect, it } from "vitest";
import { canonicalAddress, currentKey, eventKey } from "./mention.ts";

const PEPE = "0x6982508145454Ce325dDbE47a25d4ec3d2311933";
const START = "2026-01-15T10:00:00Z";

it("gives one contract of the EVM one event, whichever chain a post names", () => {
  const keys = (["eth", "base", "unknown"] as const).map((chain) =>
    eventKey({ chain, symbol: "PEPE", tokenCa: PEPE }, START),
  );
  expect(new Set(keys)).toEqual(new Set([`evm:${PEPE.toLowerCase()}:${START}`]));
});

it("keeps symbols apart by their chain, and addresses of other kinds", () => {
  const token = { symbol: "demo", tokenCa: null };
  expect(eventKey({ ...token, chain: "eth" }, START)).toBe(`eth:DEMO:${START}`);
  expect(eventKey({ ...token, chain: "sol", tokenCa: "AbC" }, START)).toBe(`sol:AbC:${START}`);
});

it("writes an address in one form, and keeps the case where it means something", () => {
  expect(canonicalAddress(PEPE)).toBe(PEPE.toLowerCase());
  expect(canonicalAddress("0xAB::coin::Coin")).toBe("0xab::coin::Coin");
  expect(canonicalAddress("UQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_p0p")).toBe(
    "EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_sDs",
  );
  expect(canonicalAddress("So11111111111111111111111111111111111111112")).toMatch(/^So1/);
});

it("knows the keys of older versions", () => {
  expect(currentKey(`eth:${PEPE}:${START}`)).toBe(`evm:${PEPE.toLowerCase()}:${START}`);
  for (const key of [`eth:DEMO:${START}`, `sui:0x${"a".repeat(64)}:${START}`, `evm:0xab:${START}`])
    expect(currentKey(key)).toBe(key);
});
