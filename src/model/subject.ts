import type { FactValues } from "./facts.ts";
import { tokenKey } from "./mention.ts";
import { Chain } from "./scalars.ts";
import type { TokenEvent } from "./token-event.ts";

/** The facts that say which contract an event is about, as a search found it. */
const LOOKED_UP = ["contract", "contract_symbol"] as const;

type Contract = { chain: Chain; tokenCa: string };

function contractIn({ contract }: FactValues): Contract | undefined {
  if (typeof contract !== "string") return undefined;
  const colon = contract.indexOf(":");
  const chain = Chain.safeParse(contract.slice(0, colon)).data;
  return chain && { chain, tokenCa: contract.slice(colon + 1) };
}

/**
 * What was found out about the token once stays known while the search is out: the event must not
 * change its subject because of that.
 */
export const rememberedContract = (before: FactValues | undefined, now: FactValues): FactValues =>
  now.contract === null || now.contract === undefined
    ? Object.fromEntries(LOOKED_UP.map((name) => [name, before?.[name] ?? null]))
    : {};

/**
 * The event with what a search found out: the chain and the symbol of a contract that no post
 * names, and the token of a pool in place of the pool. A symbol keeps its event as it is, because a
 * search is never as sure as a post (docs/decisions/041).
 */
export function identified(event: TokenEvent, facts: FactValues): TokenEvent {
  const found = contractIn(facts);
  if (found === undefined || event.tokenCa === null) return event;
  const looked = typeof facts.contract_symbol === "string" ? facts.contract_symbol : null;
  const isPool = found.tokenCa !== event.tokenCa;
  const symbol = isPool ? (looked ?? event.symbol) : (event.symbol ?? looked);
  const chain = isPool || event.chain === "unknown" ? found.chain : event.chain;
  // The headline names a token without a symbol by its address.
  const name = symbol === null ? found.tokenCa : `$${symbol}`;
  const summary =
    event.symbol === null ? event.summary.replace(event.tokenCa, () => name) : event.summary;
  return { ...event, chain, tokenCa: found.tokenCa, symbol, summary };
}

/**
 * The token that an event is about, and its window: equal for the event of a symbol, of its
 * contract and of its pool (docs/decisions/042).
 */
export function subjectOf({ eventKey, windowStart }: TokenEvent, facts: FactValues): string {
  const found = contractIn(facts);
  return found ? `${tokenKey({ ...found, symbol: null })}:${windowStart}` : eventKey;
}
