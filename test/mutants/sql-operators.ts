import type { Slip } from "../sim/mutate.ts";

/** What only SQL says. */
const STATEMENT = /\b(?:select|from|where|order by|on conflict)\b/;

const OPERATORS: readonly { operator: string; at: RegExp; to: (found: string) => string }[] = [
  { operator: "drop the row lock", at: / for (?:no key )?update(?: skip locked)?/g, to: () => "" },
  { operator: "wait for locked rows", at: / skip locked/g, to: () => "" },
  {
    operator: "move the boundary",
    at: /(?<=\s)(?:<=|>=|<|>|=)(?=\s)/g,
    to: (sign) => ({ "<": "<=", "<=": "<", ">": ">=", ">=": ">" })[sign] ?? "<>",
  },
  { operator: "swap and and or", at: /(?<=\s)and(?=\s)/g, to: () => "or" },
  { operator: "swap and and or", at: /(?<=\s)or(?=\s)/g, to: () => "and" },
  { operator: "drop the not", at: /\bnot (?=exists|in|\()/g, to: () => "" },
  { operator: "turn the test for null", at: /\bis not null/g, to: () => "is null" },
  { operator: "turn the test for null", at: /\bis null/g, to: () => "is not null" },
  { operator: "swap least and greatest", at: /\bleast(?=\()/g, to: () => "greatest" },
  { operator: "swap least and greatest", at: /\bgreatest(?=\()/g, to: () => "least" },
  { operator: "swap min and max", at: /\bmin(?=\()/g, to: () => "max" },
  { operator: "swap min and max", at: /\bmax(?=\()/g, to: () => "min" },
  { operator: "reverse the order", at: /(?<=order by [^`)]*) desc\b/g, to: () => "" },
];

/** Every slip that the operators know in a piece of a statement that stands at `offset`. */
export const sqlSlips = (sql: string, offset: number): Slip[] =>
  STATEMENT.test(sql)
    ? OPERATORS.flatMap(({ operator, at, to }) =>
        [...sql.matchAll(at)].map((hit): Slip => {
          const start = offset + hit.index;
          return { operator, start, end: start + hit[0].length, to: to(hit[0]) };
        }),
      )
    : [];
