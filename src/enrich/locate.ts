import { NATIVE_COINS, quoteSymbol } from "../markets/known-addresses.ts";
import { canonicalAddress, type TokenRef } from "../model/mention.ts";
import type { Chain } from "../model/scalars.ts";
import {
  type DexPair,
  hasValuedQuote,
  liquidityOf,
  OUR_CHAINS,
  plainSymbol,
} from "./dexscreener.ts";

type Side = DexPair["baseToken"];
type Place = { chain: Chain; side: Side; liquidity: number };

const isCounter = ({ address, symbol }: Side): boolean =>
  quoteSymbol(address) !== undefined || NATIVE_COINS.has(plainSymbol(symbol));

/** What a pool is about: its base token, or the other one where a coin or a dollar is the base. */
const subjectOf = ({ baseToken, quoteToken }: DexPair): Side =>
  isCounter(baseToken) && !isCounter(quoteToken) ? quoteToken : baseToken;

/** The deepest of several places; of equals the one whose chain comes first in the alphabet. */
function deepest(places: readonly Place[]): Place | undefined {
  const sums = new Map<string, Place>();
  for (const place of places) {
    const key = `${place.chain} ${canonicalAddress(place.side.address)}`;
    const liquidity = (sums.get(key)?.liquidity ?? 0) + place.liquidity;
    sums.set(key, { ...place, liquidity });
  }
  return [...sums].sort(
    ([a, one], [b, other]) => other.liquidity - one.liquidity || (a < b ? -1 : 1),
  )[0]?.[1];
}

/**
 * The token at an address of which the chain is not known, or which may be a pool's: the answer of
 * a search by that address. On several chains it is the one with the most liquidity; a pool stands
 * for its base token. Null: no pool knows the address.
 */
export function tokenAtAddress(
  pairs: readonly DexPair[],
  { tokenCa, chain: named, symbol }: TokenRef & { tokenCa: string },
): TokenRef | null {
  const wanted = canonicalAddress(tokenCa);
  const isIt = (address: string) => canonicalAddress(address) === wanted;
  const known = pairs.flatMap((pair) => {
    const chain = OUR_CHAINS.get(pair.chainId);
    return chain === undefined || (named !== "unknown" && chain !== named) ? [] : [{ pair, chain }];
  });
  const placesOf = (sideOf: (pair: DexPair) => Side | undefined) =>
    known.flatMap(({ pair, chain }): Place[] => {
      const side = sideOf(pair);
      const liquidity = hasValuedQuote(pair, chain) ? liquidityOf(pair) : 0;
      return side === undefined ? [] : [{ chain, side, liquidity }];
    });
  const found =
    deepest(placesOf(({ baseToken }) => (isIt(baseToken.address) ? baseToken : undefined))) ??
    deepest(placesOf((pair) => (isIt(pair.pairAddress ?? "") ? subjectOf(pair) : undefined))) ??
    deepest(placesOf(({ quoteToken }) => (isIt(quoteToken.address) ? quoteToken : undefined)));
  if (found === undefined) return null;
  const { chain, side } = found;
  return {
    chain,
    symbol: isIt(side.address)
      ? (symbol ?? (plainSymbol(side.symbol) || null))
      : plainSymbol(side.symbol) || null,
    tokenCa: canonicalAddress(side.address),
    confidence: 1,
  };
}
