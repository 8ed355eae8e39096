import type { Suspect } from "./suspect.ts";

/** What shows only while lists, rules or facts change, with busy posts, or with slow code. */
export const CHANGING_MUTANTS: readonly Suspect[] = [
  {
    name: "a drop by newer lists stays one although an event holds the post",
    file: "src/store/memory/posts.ts",
    from: 'if (row.outcome === "dropped" || row.outcome === "duplicate") takeAsEvidence(row, at);',
    to: 'if (row.outcome === "duplicate") takeAsEvidence(row, at);',
    by: "redis-down=0.9,queue-duplicate=0.5,queue-reorder=0.5",
    scene: 4,
    posts: 800,
  },
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
    from: "result.post.mentions.map((mention) =>",
    to: "result.post.mentions.slice(0, 2).map((mention) =>",
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
    name: "a large event is built from the first page of its evidence",
    file: "src/events/event-ledger.ts",
    from: "last !== undefined && page.length === PAGE",
    to: "last !== undefined && page.length > PAGE",
    by: "rows-lost=0.02",
    scene: 8,
    posts: 1_500,
  },
  {
    name: "rows that were cleared under an event are written on",
    file: "src/events/event-ledger.ts",
    from: "if (!holds(before)) return undefined;",
    to: "",
    by: "rows-lost=0.25",
  },
  {
    name: "the time of a post's step is that of its whole batch",
    file: "src/intake/settle-posts.ts",
    from: "took[`${stage}Ms`] = now() - began;",
    to: "took[`${stage}Ms`] = now() - ((items as { began?: number }).began ??= began);",
    by: "slow-code=0.25",
  },
  {
    name: "the time of a post's step is measured from its end",
    file: "src/intake/settle-posts.ts",
    from: "took[`${stage}Ms`] = now() - began;",
    to: "took[`${stage}Ms`] = now() - now();",
    by: "slow-code=0.25",
  },
];
