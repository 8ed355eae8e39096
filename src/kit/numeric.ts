/**
 * A number that a provider may send as a number, a string, "", null, "NaN" or not at all. Anything
 * but a finite number is null: unknown, never 0.
 */
export function numeric(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "string" || value.trim() === "") return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** An amount, a count or a price: null, too, when it is negative. */
export function numericAmount(value: unknown): number | null {
  const number = numeric(value);
  return number !== null && number >= 0 ? number : null;
}

/** A share of a whole, 0 to 1; null outside that range. */
export function numericShare(value: unknown): number | null {
  const number = numericAmount(value);
  return number !== null && number <= 1 ? number : null;
}
