/** A number that a provider may send as a number, a string, "", null, "NaN" or not at all. What is no finite number is null: unknown, never 0. */
export function numeric(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "string" || value.trim() === "") return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
