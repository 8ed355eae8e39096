import type { LiveFilter, LiveMessage } from "./live.ts";

/**
 * The one thing that a listener's messages have in common, as far as its filter names one. Of
 * several the rarest: there are fewer messages of a token than of a chain.
 */
function interestOf({ event, token, symbol, chain }: LiveFilter): string {
  if (event !== null) return `event ${event.toUpperCase()}`;
  if (token !== null) return `token ${token.replace(/^\$/, "").toUpperCase()}`;
  if (symbol !== null) return `token ${symbol.toUpperCase()}`;
  return chain === null ? "all" : `chain ${chain}`;
}

function interestsIn(message: LiveMessage): string[] {
  const kind = ["all", `event ${message.event.toUpperCase()}`];
  if (message.event === "posts") return kind;
  const { symbol, tokenCa, chain, eventKey } = message;
  const tokens = [symbol, tokenCa].flatMap((name) =>
    name == null ? [] : [`token ${name.toUpperCase()}`],
  );
  return [...kind, ...tokens, `chain ${chain}`, `event ${eventKey.toUpperCase()}`];
}

/**
 * Listeners by what they ask for, so that a message costs as much as there are listeners that may
 * want it, and not as there are listeners.
 */
export function audience<L extends { filter: LiveFilter }>() {
  const byInterest = new Map<string, Set<L>>();
  const all = new Set<L>();
  return {
    all: all as ReadonlySet<L>,
    add(listener: L): void {
      all.add(listener);
      const interest = interestOf(listener.filter);
      const others = byInterest.get(interest) ?? new Set();
      byInterest.set(interest, others.add(listener));
    },
    remove(listener: L): void {
      all.delete(listener);
      const interest = interestOf(listener.filter);
      const others = byInterest.get(interest);
      others?.delete(listener);
      if (others?.size === 0) byInterest.delete(interest);
    },
    /** Those whose filter may let one of the messages pass; it has to be asked still. */
    interestedIn(messages: readonly LiveMessage[]): Set<L> {
      const found = new Set<L>();
      for (const interest of new Set(messages.flatMap(interestsIn)))
        for (const listener of byInterest.get(interest) ?? []) found.add(listener);
      return found;
    },
  };
}
