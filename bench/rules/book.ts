import { seeded } from "../../local/seeded.ts";
import type { FactValues } from "../../src/model/facts.ts";

type Operator = ">=" | "<" | "==";
export type Test = { fact: string; operator: Operator; value: number | string };
/** A rule in no language: every engine gets its own translation of it. */
export type PlainRule = { name: string; joint: "and" | "or"; tests: Test[]; score: number };

const NUMBERS: Record<string, number> = {
  sentiment: 1,
  mentions: 50,
  unique_authors: 30,
  copies: 20,
  kol_mentions: 5,
  buy_tax: 20,
  sell_tax: 20,
  holder_count: 10_000,
  top10_share: 1,
  lp_lock_days: 365,
  dex_liquidity: 1_000_000,
  dex_volume_1h: 100_000,
  dex_volume_24h: 1_000_000,
  dex_pair_age_hours: 500,
  active_addrs_24h: 5_000,
  whale_share: 1,
};
const TEXTS: Record<string, string[]> = {
  goplus_risk: ["green", "yellow", "red"],
  lang: ["en", "de", "fr", "zh"],
  chain: ["eth", "bsc", "sol"],
};

/** Rules of one to three comparisons over the facts of the pipeline, the same for a seed. */
export function book(count: number, seed: number): PlainRule[] {
  const random = seeded(seed);
  const one = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const test = (): Test => {
    if (random() < 0.25) {
      const fact = one(Object.keys(TEXTS));
      return { fact, operator: "==", value: one(TEXTS[fact] ?? []) };
    }
    const fact = one(Object.keys(NUMBERS));
    return {
      fact,
      operator: one([">=", "<"] as const),
      value: Math.round(random() * (NUMBERS[fact] ?? 1) * 100) / 100,
    };
  };
  return Array.from({ length: count }, (_, i) => ({
    name: `rule_${i}`,
    joint: random() < 0.7 ? "and" : "or",
    tests: Array.from({ length: 1 + Math.floor(random() * 3) }, test),
    score: Math.round(random() * 20 - 8) || 1,
  }));
}

/**
 * Facts without gaps: the engines differ in what a missing fact means, and only equal work is
 * compared.
 */
export function someFacts(count: number, seed: number): FactValues[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => ({
    ...Object.fromEntries(
      Object.entries(NUMBERS).map(([name, most]) => [
        name,
        Math.round(random() * most * 100) / 100,
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(TEXTS).map(([name, values]) => [
        name,
        values[Math.floor(random() * values.length)] as string,
      ]),
    ),
  }));
}
