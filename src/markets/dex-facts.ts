import { FACTS } from "../model/facts.ts";

/** What every market-data provider gives. */
export const DEX_FACTS = Object.fromEntries(
  Object.entries(FACTS).filter(([, fact]) => fact.provider === "dex"),
);

/** A sum of what is known; null when nothing is, or when it is beyond all numbers. */
export function sumAmounts(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  const sum = known.reduce((so, value) => so + value, 0);
  return known.length === 0 || !Number.isFinite(sum) ? null : sum;
}
