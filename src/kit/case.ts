const snakeCase = (key: string): string =>
  key.replace(/(?<=[a-z0-9])[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);

const camelCase = (key: string): string =>
  key.replace(/(?<=[a-z0-9])_([a-z0-9])/g, (_, first: string) => first.toUpperCase());

/** `value` with each object key that matches `pattern` renamed, at every depth. */
function renameKeys(value: unknown, pattern: RegExp, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renameKeys(item, pattern, rename));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      pattern.test(key) ? rename(key) : key,
      renameKeys(inner, pattern, rename),
    ]),
  );
}

/**
 * The wire form of a value: every object key in snake_case, deeply. Keys that hold anything but
 * letters and digits (event keys, SHAs) stay as they are.
 */
export const snakeCased = (value: unknown): unknown =>
  renameKeys(value, /^[a-zA-Z0-9]+$/, snakeCase);

/** The wire form of one name. */
export const wireName = (name: string): string => snakeCase(name);

/**
 * The inner form of a value from the wire: every key of lower-case words in camelCase, deeply. The
 * inverse of snakeCased for names that code chose.
 */
export const camelCased = (value: unknown): unknown => renameKeys(value, /^[a-z0-9_]+$/, camelCase);
