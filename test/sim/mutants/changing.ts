import type { Suspect } from "./suspect.ts";

/** What shows only while lists, rules or facts change, with busy posts, or with slow code. */
export const CHANGING_MUTANTS: readonly Suspect[] = [
  {
    name: "an event scores by its first rules under the name of the newest",
    file: "src/events/event-actor.ts",
    from: "ports.rules(key),",
    to:
      "ports.rules(key).then((rules) => " +
      "({ ...(((memory as { first?: Ruleset }).first ??= rules)), sha: rules.sha })),",
    by: "",
    scene: 4,
  },
  {
    name: "facts in the cache never grow old",
    file: "src/enrich/enrich.ts",
    from: "held !== null && held.freshUntil > now ? held.value : null",
    to: "held !== null ? held.value : null",
    by: "",
    scene: 4,
  },
  {
    name: "a post is evidence of two events at most",
    file: "src/intake/settle-posts.ts",
    from: "? result.post.mentions :",
    to: "? result.post.mentions.slice(0, 2) :",
    by: "",
  },
  {
    name: "contracts with one symbol are one token to the search",
    file: "src/enrich/resolve.ts",
    from: "const key = `${chain}:${tokenCa}`;",
    to: "const key = `${chain}:${symbol}`;",
    by: "",
  },
  {
    name: "a symbol stands for the smallest of its markets",
    file: "src/enrich/resolve.ts",
    from: "toSorted((a, b) => b.liquidity - a.liquidity)",
    to: "toSorted((a, b) => a.liquidity - b.liquidity)",
    by: "",
  },
  {
    name: "rows that were cleared under an event are written on",
    file: "src/events/event-ledger.ts",
    from: "if (!holds(before)) return undefined;",
    to: "",
    by: "rows-lost=0.25",
  },
];
