const snake = (key: string): string =>
  key.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * The wire form of a value: every object key in snake_case, deeply. Keys that hold anything but
 * letters and digits (event keys, SHAs) stay as they are.
 */
export function snakeCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCased);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      /^[a-zA-Z0-9]+$/.test(key) ? snake(key) : key,
      snakeCased(inner),
    ]),
  );
}
