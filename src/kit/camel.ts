const camel = (key: string): string =>
  key.replace(/(?<=[a-z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/**
 * The inside form of a value from the wire: every key of plain lower-case words in camelCase,
 * deeply. The inverse of kit/snake.ts for names that code chose.
 */
export function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      /^[a-z0-9_]+$/.test(key) ? camel(key) : key,
      camelCased(inner),
    ]),
  );
}
