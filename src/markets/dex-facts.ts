import { FACTS } from "../model/facts.ts";

/** The facts that every market-data provider gives. */
export const DEX_FACTS = Object.fromEntries(
  Object.entries(FACTS).filter(([, fact]) => fact.provider === "dex"),
);

/** The sum of the known values; null when none is known, or when the sum is not finite. */
export function sumAmounts(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  const sum = known.reduce((total, value) => total + value, 0);
  return known.length === 0 || !Number.isFinite(sum) ? null : sum;
}
