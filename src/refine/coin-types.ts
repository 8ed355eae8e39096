import type { AddressKind } from "../text/entities/addresses.ts";

/** A coin of Sui or Aptos by its whole type; two coins of one package are two tokens. */
export type CoinType = {
  chain: AddressKind;
  address: string;
  symbol: string;
  at: number;
  end: number;
};

const COIN_TYPE =
  /(?<![A-Za-z0-9_])(0x[0-9a-f]{1,64})::([A-Za-z_]\w{0,60})::([A-Za-z_]\w{0,60})(?![A-Za-z0-9_:])/gi;

/** Coin types ("0x...::demo::DEMO") in the order of the text; the last name is the ticker. */
export function coinTypes(text: string): CoinType[] {
  if (!text.includes("::")) return [];
  return [...text.matchAll(COIN_TYPE)].map((match) => ({
    chain: "sui|aptos",
    address: match[0],
    symbol: (match[3] ?? "").toUpperCase(),
    at: match.index,
    end: match.index + match[0].length,
  }));
}
